//! Wakes against polls, under loom.
//!
//! A waker sets a flag, relaxed, and wakes; the future returns when it finds the flag set. So nothing but the
//! state word orders the flag against the poll: where a wake is lost, or comes before its poll without being seen
//! by it, the task sleeps for ever, and where the token goes over without what the last poll wrote, loom sees a race.
//!
//! What was weakened by hand, once each, and which model failed:
//!
//! | weakened | caught by |
//! |---|---|
//! | wake by reference, without Acquire | `by_ref_against_the_first_suspension` (the handle) |
//! | wake by reference, without Release | `second_wake`, `by_ref_against_a_poll` |
//! | wake by value, without Acquire or without Release | `by_value_against_the_first_suspension`; without Acquire also `time_goes_with_the_token` |
//! | `begin_poll`, without Acquire | all but `two_wakes` |
//! | `end_poll`, without Release | all but `second_wake` and `two_wakes` |
//! | a wake that only looks if `NOTIFIED` is set | `second_wake`, both `by_ref` |
//! | `end_poll` that does not look for `NOTIFIED` | all but `two_wakes` |
//! | a wake by value that keeps its reference | both `by_value`, `two_wakes` |
//! | `begin_poll` that leaves the reason | `look_at_a_task` |
//! | `end_poll` that writes the reason by an operation of its own, behind the exchange | `look_at_a_task` |
//! | the time of a wake, noted behind the queueing | `time_goes_with_the_token` |

use std::future::poll_fn;
use std::panic::Location;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use loom::sync::atomic::AtomicBool;
use loom::thread;

use super::mock::{Mock, waker_of};
use crate::cell::{Ended, JoinRef, Origin, raw};
use crate::coop::{self, WaitReason};
use std::sync::atomic::Ordering::Relaxed;

/// A future that waits for a flag.
fn flagged(flag: &Arc<AtomicBool>) -> impl Future<Output = ()> + Send + use<> {
    let flag = Arc::clone(flag);
    poll_fn(move |_| if flag.load(Relaxed) { Poll::Ready(()) } else { Poll::Pending })
}

/// A task after its first poll, with its waker and its flag.
fn suspended(mock: &Arc<Mock>) -> (JoinRef<()>, Waker, Arc<AtomicBool>) {
    let flag = Arc::new(AtomicBool::new(false));
    let join = mock.spawn_queued(flagged(&flag));
    mock.run_all();
    let waker = waker_of(&join);
    (join, waker, flag)
}

fn assert_done(mock: &Arc<Mock>, mut join: JoinRef<()>) {
    let mut cx = Context::from_waker(Waker::noop());
    let Poll::Ready(Ended::Output(())) = join.poll(&mut cx) else {
        panic!("the task was woken for its flag, and did not see it: {join:?}");
    };
    drop(join);
    assert_eq!(mock.cells(), 0, "a cell was not freed");
}

/// The waker's thread runs what it woke, if it gets it: token and future go over from the main thread.
fn woken_by(wake: fn(Waker)) {
    loom::model(move || {
        let mock = Mock::new();
        let (join, waker, flag) = suspended(&mock);
        waker.wake_by_ref(); // a first wake without the flag, for a poll to race with
        let other = Arc::clone(&mock);
        let thread = thread::spawn(move || {
            flag.store(true, Relaxed);
            wake(waker);
            other.run_all();
        });
        mock.run_all();
        thread.join().unwrap();
        mock.run_all();
        assert_done(&mock, join);
    });
}

#[test]
fn loom_wake_by_ref_against_a_poll() {
    woken_by(|waker| waker.wake_by_ref());
}

#[test]
fn loom_wake_by_value_against_a_poll() {
    woken_by(Waker::wake);
}

/// The wake is repeated: the second finds `NOTIFIED` set by the first, and must still publish its flag.
#[test]
fn loom_a_second_wake_publishes_what_came_before_it() {
    loom::model(|| {
        let mock = Mock::new();
        let (join, waker, flag) = suspended(&mock);
        waker.wake_by_ref();
        let thread = thread::spawn(move || {
            waker.wake_by_ref();
            flag.store(true, Relaxed);
            waker.wake_by_ref();
        });
        mock.run_all();
        thread.join().unwrap();
        mock.run_all();
        assert_done(&mock, join);
    });
}

/// The first poll races: the task is adopted, or found woken, while the waker is used elsewhere. Who gets the token
/// then reads the handle that `adopt` may have replaced.
fn first_woken_by(wake: fn(Waker)) {
    loom::model(move || {
        let mock = Mock::new();
        let flag = Arc::new(AtomicBool::new(false));
        let join = mock.spawn_queued(flagged(&flag));
        let waker = waker_of(&join);
        let other = Arc::clone(&mock);
        let thread = thread::spawn(move || {
            flag.store(true, Relaxed);
            wake(waker);
            other.run_all();
        });
        mock.run_all();
        thread.join().unwrap();
        mock.run_all();
        assert_done(&mock, join);
    });
}

#[test]
fn loom_wake_by_ref_against_the_first_suspension() {
    first_woken_by(|waker| waker.wake_by_ref());
}

#[test]
fn loom_wake_by_value_against_the_first_suspension() {
    first_woken_by(Waker::wake);
}

/// Two wakers find the task idle at once: one of them queues it, once.
#[test]
fn loom_two_wakes_queue_once() {
    loom::model(|| {
        let mock = Mock::new();
        let (join, waker, flag) = suspended(&mock);
        let second = waker.clone();
        let thread = thread::spawn(move || second.wake());
        flag.store(true, Relaxed);
        waker.wake();
        let task = mock.pop();
        thread.join().unwrap();
        let task = task.or_else(|| mock.pop()).expect("somebody queued the task");
        assert!(mock.pop().is_none(), "the token is in one hand");
        task.run();
        assert_done(&mock, join);
    });
}

/// Who looks at a task sees what it waits for whenever he sees it idle, and never what an earlier poll waited for.
#[test]
fn loom_look_at_a_task_that_suspends_and_is_woken() {
    loom::model(|| {
        let mock = Mock::new();
        let mut poll = 0;
        let join = mock.spawn_queued(poll_fn(move |_| {
            poll += 1;
            let reason = if poll == 1 { WaitReason::Mutex } else { WaitReason::Sleep };
            coop::waits(reason, Poll::<()>::Pending)
        }));
        let task = join.task();
        let looker = thread::spawn(move || task.header().state.load());
        let run = || coop::with_budget(|| mock.run_all());
        run();
        let waker = waker_of(&join);
        let before = join.header().state.load();
        assert!(!before.is_held() && before.why().reason() == WaitReason::Mutex);
        waker.wake();
        run();
        let seen = looker.join().unwrap();
        let is_told = seen.why().reason() != WaitReason::Pending;
        assert!(seen.is_held() || is_told, "an idle task does not say what it waits for: {seen:?}");
        assert!(seen.is_woken() || !seen.is_held() || !is_told, "one in a poll does: {seen:?}");
        join.abort();
        mock.run_all();
    });
}

/// Who wakes notes the time, and who polls reads it: the place goes over with the token, and comes back with it.
#[test]
fn loom_time_goes_with_the_token() {
    loom::model(|| {
        let mock = Mock::new();
        let flag = Arc::new(AtomicBool::new(false));
        let origin = Origin { is_timed: true, ..Origin::from(Location::caller()) };
        let (task, join) = raw::spawn(flagged(&flag), mock.handle(), 1, origin);
        task.run();
        let waker = waker_of(&join);
        let first = waker.clone();
        let thread = thread::spawn(move || {
            flag.store(true, Relaxed);
            waker.wake();
        });
        first.wake();
        run_timed(&mock);
        thread.join().unwrap();
        run_timed(&mock);
        assert_done(&mock, join);
    });
}

fn run_timed(mock: &Mock) {
    while let Some(task) = mock.pop() {
        assert!(task.queued_at().is_some());
        task.run();
    }
}
