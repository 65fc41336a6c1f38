//! A tree of contexts: the end against a wait, against the birth of a child, and against one that leaves.
//!
//! Seen to fail: with a child that is entered without a look at its parent, and with a wait that queues without a look (both
//! in `loom_a_child_is_born_while_its_parent_ends`); with an end that stops at the children
//! (`loom_parent_and_child_end_at_once`); and with an end that does not help another one below it
//! (`loom_all_below_have_ended_when_a_cancel_returns_whoever_ended_them`). What loom does not see is the `OnceLock` that
//! holds why a context ended, so it does not try all orders round a look at it without the lock; nothing but a short cut
//! depends on such a look.

use loom::thread;

use crate::context::{Context, ContextError};
use crate::util::block_thread::block_on;

#[test]
fn loom_a_wait_against_the_end() {
    loom::model(|| {
        let (ctx, cancel) = Context::background().with_cancel();
        let waits = thread::spawn(move || block_on(ctx.done()));
        assert!(cancel.cancel());
        assert_eq!(waits.join().unwrap(), ContextError::Cancelled);
    });
}

#[test]
fn loom_a_child_is_born_while_its_parent_ends() {
    loom::model(|| {
        let (parent, cancel) = Context::background().with_cancel();
        let waits = thread::spawn(move || {
            let (child, _cancel) = parent.with_cancel();
            block_on(child.done())
        });
        cancel.cancel();
        assert_eq!(waits.join().unwrap(), ContextError::Cancelled);
    });
}

#[test]
fn loom_a_child_leaves_while_its_parent_ends() {
    loom::model(|| {
        let (parent, cancel) = Context::background().with_cancel();
        let leaves = parent.with_cancel();
        let (stays, _cancel) = parent.with_cancel();
        let thread = thread::spawn(move || drop(leaves));
        cancel.cancel();
        assert!(stays.err().is_some());
        thread.join().unwrap();
    });
}

#[test]
fn loom_parent_and_child_end_at_once() {
    loom::model(|| {
        let (parent, cancel) = Context::background().with_cancel();
        let (child, cancel_child) = parent.with_cancel();
        let (grandchild, _cancel) = child.with_cancel();
        let waits = thread::spawn(move || block_on(grandchild.done()));
        let other = thread::spawn(move || cancel_child.cancel());
        cancel.cancel_with("parent");
        let by_child = other.join().unwrap();
        waits.join().unwrap();
        let cause = child.cause().expect("it has ended").to_string();
        assert_eq!(cause == "parent", !by_child);
    });
}

#[test]
fn loom_all_below_have_ended_when_a_cancel_returns_whoever_ended_them() {
    loom::model(|| {
        let (parent, cancel) = Context::background().with_cancel();
        let (child, cancel_child) = parent.with_cancel();
        let (grandchild, _cancel) = child.with_cancel();
        let other = thread::spawn(move || cancel_child.cancel_with("child"));
        assert!(cancel.cancel_with("parent"));
        // It is born under the lock of the grandchild, which loom sees.
        assert!(grandchild.with_cancel().0.err().is_some(), "what is below goes on");
        let by_child = other.join().unwrap();
        let causes = [&child, &grandchild].map(|ctx| ctx.cause().unwrap().to_string());
        assert_eq!(causes, [if by_child { "child" } else { "parent" }; 2]);
    });
}
