use crate::context::Context;

#[test]
fn a_place_is_used_again_and_the_table_shrinks_when_it_is_empty() {
    let (parent, _cancel) = Context::background().with_cancel();
    for _ in 0..10_000 {
        drop(parent.with_cancel());
    }
    assert!(parent.places() <= 64, "children that were dropped leave their places");
    let mut children: Vec<_> = (0..10_000).map(|_| parent.with_cancel()).collect();
    let places = parent.places();
    for _ in 0..100_000 {
        let place = children.len() / 2;
        children.swap_remove(place);
        children.push(parent.with_cancel());
    }
    assert_eq!(parent.places(), places);
    drop(children);
    assert_eq!(parent.places(), 0);
}

#[test]
fn a_context_that_has_ended_keeps_no_children() {
    let (parent, cancel) = Context::background().with_cancel();
    let children: Vec<_> = (0..100).map(|_| parent.with_cancel()).collect();
    cancel.cancel();
    assert_eq!(parent.places(), 0);
    let late = parent.with_cancel();
    assert!(late.0.err().is_some());
    drop((children, late));
    assert_eq!(parent.places(), 0);
}
