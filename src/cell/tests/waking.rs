//! Wakers, one by one: who gets the token, and how often the task is queued.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, Waker};

use super::mock::{Mock, waker_of};
use crate::cell::{Ended, JoinRef};
use crate::coop::{self, WaitReason};

/// A task that is pending in so many polls, its token in the queue.
fn pending_for(mock: &Arc<Mock>, mut polls: usize) -> JoinRef<()> {
    mock.spawn_queued(poll_fn(move |_| {
        let ready = polls == 0;
        polls = polls.saturating_sub(1);
        if ready { Poll::Ready(()) } else { Poll::Pending }
    }))
}

fn is_ready<T>(join: &mut JoinRef<T>) -> bool {
    matches!(join.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ended::Output(_)))
}

#[test]
fn wakers_of_one_task_will_wake_each_other_and_no_other() {
    let mock = Mock::new();
    let mut join = mock.spawn_queued(poll_fn(|cx| Poll::Ready(cx.waker().clone())));
    let other = pending_for(&mock, 0);
    mock.run_all();
    let waker = waker_of(&join);
    assert!(waker.will_wake(&waker.clone()));
    assert!(!waker.will_wake(&waker_of(&other)));
    let Poll::Ready(Ended::Output(polled_with)) =
        join.poll(&mut Context::from_waker(Waker::noop()))
    else {
        panic!("not ready");
    };
    assert!(polled_with.will_wake(&waker), "the borrowed waker is the same as its clones");
    drop((waker, polled_with, join, other));
    assert_eq!(mock.cells(), 0);
}

#[test]
fn a_wake_from_the_tasks_own_poll_queues_it_once_behind_the_others() {
    let mock = Mock::new();
    let mut polls = 0;
    let mut join = mock.spawn_queued(poll_fn(move |cx| {
        polls += 1;
        cx.waker().wake_by_ref();
        let clone = cx.waker().clone();
        clone.wake();
        if polls == 1 { Poll::Pending } else { Poll::Ready(()) }
    }));
    mock.pop().expect("it was spawned").run();
    assert_eq!(mock.reschedules.load(Relaxed), 1);
    assert_eq!(mock.set.len(), 0, "a task in a queue needs no place in the set");
    mock.pop().expect("it woke itself").run();
    assert!(mock.pop().is_none(), "the last poll was complete, whoever woke in it");
    assert!(is_ready(&mut join));
    drop(join);
    assert_eq!(mock.cells(), 0);
}

#[test]
fn any_number_of_wakes_queues_an_idle_task_once() {
    let mock = Mock::new();
    let mut join = pending_for(&mock, 1);
    mock.run_all();
    let waker = waker_of(&join);
    waker.wake_by_ref();
    waker.wake_by_ref();
    let clone = waker.clone();
    std::thread::spawn(|| clone.wake()).join().expect("a wake does not panic");
    waker.wake();
    mock.pop().expect("it was woken").run();
    assert!(mock.pop().is_none(), "it was queued twice");
    assert!(is_ready(&mut join));
    drop(join);
    assert_eq!(mock.cells(), 0);
}

#[test]
fn a_wake_before_the_first_poll_is_absorbed_by_it() {
    let mock = Mock::new();
    let join = pending_for(&mock, 1);
    waker_of(&join).wake();
    mock.pop().expect("it was spawned").run();
    assert!(mock.pop().is_none(), "there is nothing new since the poll began");
    assert_eq!(mock.set.len(), 1);
    mock.close();
    drop(join);
    assert_eq!(mock.cells(), 0);
}

#[test]
fn a_wake_of_a_complete_task_does_nothing() {
    let mock = Mock::new();
    let mut join = pending_for(&mock, 0);
    let waker = waker_of(&join);
    mock.run_all();
    waker.wake_by_ref();
    assert!(mock.pop().is_none());
    assert!(is_ready(&mut join), "the outcome is as it was");
    waker.wake();
    assert!(mock.pop().is_none());
    drop(join);
    assert_eq!(mock.cells(), 0);
}

#[test]
fn a_waker_may_be_the_last_reference_and_frees_the_cell_woken_or_dropped() {
    for end in [drop, Waker::wake] {
        let mock = Mock::new();
        let join = pending_for(&mock, 0);
        let waker = waker_of(&join);
        mock.run_all();
        drop(join);
        assert_eq!(mock.cells(), 1, "the waker keeps the cell");
        end(waker);
        assert_eq!(mock.cells(), 0);
    }
}

/// The token alone keeps a task alive that nobody else knows.
#[test]
fn a_wake_by_value_may_hand_the_last_reference_but_the_tasks_own_to_the_queue() {
    let mock = Mock::new();
    let join = pending_for(&mock, 1);
    mock.run_all();
    let waker = waker_of(&join);
    drop(join);
    waker.wake();
    assert_eq!(mock.cells(), 1);
    mock.run_all();
    assert_eq!((mock.cells(), mock.set.len()), (0, 0));
}

#[test]
fn a_task_that_nobody_can_wake_stays_until_its_set_is_closed() {
    let mock = Mock::new();
    drop(pending_for(&mock, 1));
    mock.run_all();
    assert_eq!((mock.cells(), mock.set.len()), (1, 1));
    mock.close();
    assert_eq!((mock.cells(), mock.set.len()), (0, 0));
}

/// What the task waits for, or was waiting for.
fn reason(join: &JoinRef<()>) -> WaitReason {
    join.header().state.load().why().reason()
}

#[test]
fn a_task_tells_what_it_waits_for_until_it_is_polled_again() {
    let mock = Mock::new();
    let mut poll = 0;
    let join = mock.spawn_queued(poll_fn(move |cx| {
        poll += 1;
        match poll {
            1 => coop::waits(WaitReason::Mutex, Poll::Pending),
            2 => Poll::Pending, // of somebody else's
            3 => {
                cx.waker().wake_by_ref();
                coop::waits(WaitReason::Sleep, Poll::Pending)
            }
            _ => Poll::Ready(()),
        }
    }));
    let run = || coop::with_budget(|| mock.pop().expect("it was woken").run());
    run();
    assert_eq!(reason(&join), WaitReason::Mutex);
    let waker = waker_of(&join);
    waker.wake_by_ref();
    assert_eq!(reason(&join), WaitReason::Mutex, "what a runnable task waited for is forgotten");
    run();
    assert_eq!(reason(&join), WaitReason::Pending, "a reason of the poll before is left");
    waker.wake_by_ref();
    run();
    assert_eq!(reason(&join), WaitReason::Pending, "a task that does not wait has a reason");
    assert!(run(), "it is ready");
}
