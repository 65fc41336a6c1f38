use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Waker;

use tokio_test::task;
use tokio_test::{assert_pending, assert_ready};

use crate::coop;
use crate::sync::Barrier;
use crate::util::tests::wakers::{calling, cx};

#[test]
fn none_passes_before_the_last_arrives_who_is_the_leader() {
    let barrier = Barrier::new(70);
    for _ in 0..3 {
        let mut waits: Vec<_> = (0..69).map(|_| task::spawn(barrier.wait())).collect();
        for _ in 0..2 {
            waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
        }
        assert!(assert_ready!(task::spawn(barrier.wait()).poll()).is_leader());
        for wait in &mut waits {
            assert!(wait.is_woken());
            assert!(!assert_ready!(wait.poll()).is_leader());
        }
    }
}

#[test]
fn a_barrier_for_nobody_is_one_for_one() {
    for n in [0, 1] {
        let barrier = Barrier::new(n);
        for _ in 0..3 {
            assert!(assert_ready!(task::spawn(barrier.wait()).poll()).is_leader());
        }
    }
}

#[test]
fn one_who_leaves_is_not_counted() {
    let barrier = Barrier::new(3);
    let mut stays = task::spawn(barrier.wait());
    assert_pending!(stays.poll());
    for _ in 0..3 {
        let mut leaves = task::spawn(barrier.wait());
        assert_pending!(leaves.poll());
    }
    let mut second = task::spawn(barrier.wait());
    assert_pending!(second.poll(), "those who left were counted");
    assert_ready!(task::spawn(barrier.wait()).poll());
    // One who was released, and leaves before it knows, takes nobody of the next round away.
    drop(second);
    let mut next: Vec<_> = (0..2).map(|_| task::spawn(barrier.wait())).collect();
    next.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    drop(stays);
    assert!(assert_ready!(task::spawn(barrier.wait()).poll()).is_leader());
    next.iter_mut().for_each(|wait| assert!(!assert_ready!(wait.poll()).is_leader()));
}

/// Released by the first batch, a task comes back while the rest of its round is still to be woken.
#[test]
fn one_who_comes_back_early_was_released_with_the_round_before() {
    let barrier: &'static Barrier = Box::leak(Box::new(Barrier::new(100)));
    let early = std::sync::Mutex::new(Some(Box::pin(barrier.wait())));
    let comes_back = calling(move || {
        let mut wait = early.lock().unwrap().take().expect("it is woken once");
        assert_pending!(wait.as_mut().poll(&mut cx(Waker::noop())));
        std::mem::forget(wait); // it waits for ever
    });
    let mut first = pin!(barrier.wait());
    assert_pending!(first.as_mut().poll(&mut cx(&comes_back)));
    let mut waits: Vec<_> = (0..98).map(|_| task::spawn(barrier.wait())).collect();
    waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    assert!(assert_ready!(task::spawn(barrier.wait()).poll()).is_leader());
    assert_ready!(first.poll(&mut cx(Waker::noop())));
    waits.iter_mut().for_each(|wait| assert!(!assert_ready!(wait.poll()).is_leader()));
    // The next round is full with 99 more.
    let mut waits: Vec<_> = (0..98).map(|_| task::spawn(barrier.wait())).collect();
    waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    assert!(assert_ready!(task::spawn(barrier.wait()).poll()).is_leader());
}

#[test]
fn a_waker_that_panics_keeps_nobody_waiting() {
    let barrier = Barrier::new(42);
    let mut panics = pin!(barrier.wait());
    assert_pending!(panics.as_mut().poll(&mut cx(&calling(|| panic!("waker")))));
    let mut waits: Vec<_> = (0..40).map(|_| task::spawn(barrier.wait())).collect();
    waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    let last = catch_unwind(AssertUnwindSafe(|| task::spawn(barrier.wait()).poll().is_ready()));
    assert_eq!(*last.unwrap_err().downcast::<&str>().unwrap(), "waker");
    waits.iter_mut().for_each(|wait| assert!(!assert_ready!(wait.poll()).is_leader()));
    assert_ready!(panics.poll(&mut cx(Waker::noop())));
}

#[test]
fn each_wait_costs_a_unit_of_the_budget() {
    let barrier = Barrier::new(1);
    let passed = coop::with_budget(|| {
        (0..1_000).take_while(|_| task::spawn(barrier.wait()).poll().is_ready()).count()
    });
    assert_eq!(passed, usize::from(coop::UNITS));
}
