use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio_test::task;
use tokio_test::{assert_pending, assert_ready};

use crate::sync::WaitGroup;
use crate::util::tests::wakers::{Wakes, calling, cx};

#[test]
fn an_empty_group_is_ready() {
    let group = WaitGroup::new();
    assert_ready!(task::spawn(group.wait()).poll());
    assert_ready!(task::spawn(IntoFuture::into_future(&group)).poll());
    assert_ready!(task::spawn(IntoFuture::into_future(group)).poll());
}

#[test]
fn the_last_done_wakes_all_that_wait_once() {
    let group = WaitGroup::new();
    group.add(2);
    let wakes = Wakes::new();
    let waker = wakes.waker();
    let mut waits: Vec<_> = (0..70).map(|_| Box::pin(group.wait())).collect();
    for wait in &mut waits {
        assert_pending!(wait.as_mut().poll(&mut cx(&waker)));
    }
    group.done();
    assert_eq!(wakes.count(), 0);
    group.done();
    assert_eq!(wakes.count(), 70);
    for wait in &mut waits {
        assert_ready!(wait.as_mut().poll(&mut cx(&waker)));
    }
}

#[test]
fn a_waiter_of_an_earlier_round_does_not_wait_for_the_next() {
    let group = WaitGroup::new();
    group.add(1);
    let mut first = task::spawn(group.wait());
    assert_pending!(first.poll());
    group.done();
    group.add(1); // the next round begins before the waiter has run
    let mut second = task::spawn(group.wait());
    assert_pending!(second.poll());
    assert!(first.is_woken());
    assert_ready!(first.poll());
    assert!(!second.is_woken());
    group.done();
    assert!(second.is_woken());
    assert_ready!(second.poll());
}

#[test]
fn a_wait_that_is_dropped_leaves_the_others_alone() {
    for dropped in 0..3 {
        let group = WaitGroup::new();
        group.add(1);
        let mut waits: Vec<_> = (0..3).map(|_| task::spawn(group.wait())).collect();
        for wait in &mut waits {
            assert_pending!(wait.poll());
        }
        drop(waits.remove(dropped));
        group.done();
        for wait in &mut waits {
            assert!(wait.is_woken());
            assert_ready!(wait.poll());
        }
    }
}

#[test]
fn a_negative_count_panics_and_says_why_and_the_count_stays() {
    let group = WaitGroup::new();
    group.add(1);
    let panic = catch_unwind(AssertUnwindSafe(|| group.add(-2))).unwrap_err();
    let message = panic.downcast::<String>().unwrap();
    assert!(message.contains("adding -2 to a count of 1 makes it negative"), "{message}");
    assert_eq!(format!("{group:?}"), "WaitGroup { count: 1, .. }");
    for n in [isize::MAX, isize::MIN] {
        catch_unwind(AssertUnwindSafe(|| group.add(n))).unwrap_err();
    }
    group.done();
    assert_ready!(task::spawn(group.wait()).poll());
}

#[test]
fn members_count_while_they_live_panics_included() {
    let group = WaitGroup::new();
    let member = group.member();
    let clone = member.clone();
    let mut wait = task::spawn(group.wait());
    assert_pending!(wait.poll());
    drop(member);
    assert!(!wait.is_woken());
    catch_unwind(AssertUnwindSafe(move || {
        let _member = clone;
        panic!("in a member");
    }))
    .unwrap_err();
    assert!(wait.is_woken());
    assert_ready!(wait.poll());
}

#[test]
fn a_waker_that_panics_takes_no_wake_from_others() {
    let group = WaitGroup::new();
    group.add(1);
    let panics = calling(|| panic!("waker"));
    let mut bad = Box::pin(group.wait());
    assert_pending!(bad.as_mut().poll(&mut cx(&panics)));
    let mut good = task::spawn(group.wait());
    assert_pending!(good.poll());
    catch_unwind(AssertUnwindSafe(|| group.done())).unwrap_err();
    assert!(good.is_woken());
    assert_ready!(good.poll());
}

#[test]
fn a_waker_may_begin_the_next_round() {
    let group = WaitGroup::new();
    group.add(1);
    let again = group.clone();
    let waker = calling(move || {
        again.add(1);
        again.done();
    });
    let mut wait = Box::pin(group.wait());
    assert_pending!(wait.as_mut().poll(&mut cx(&waker)));
    group.done();
    assert_ready!(wait.as_mut().poll(&mut cx(&waker)));
}
