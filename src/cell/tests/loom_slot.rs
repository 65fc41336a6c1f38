//! The LIFO slot against a thief, under loom.
//!
//! Each token comes out once, and with it what was written to its task before it was put in.
//!
//! What was weakened by hand, once each, and which model failed:
//!
//! | weakened | caught by |
//! |---|---|
//! | `replace`, without Release | `against_a_thief` |
//! | `replace`, without Acquire | `two_putters` |
//! | `take`, without Acquire | `against_a_thief` |

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use loom::thread;

use super::mock::Mock;
use crate::cell::{Ended, JoinRef, Runnable, Slot};

fn spawned(mock: &Arc<Mock>) -> (Runnable, JoinRef<()>) {
    mock.spawn(poll_fn(|_| Poll::Ready(())))
}

fn assert_ran_once(mut join: JoinRef<()>) {
    // A second run would trip over the assertion of `begin_poll`, or poll an empty stage.
    let ended = join.poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(ended, Poll::Ready(Ended::Output(()))), "a token was lost");
}

/// The owner puts two tasks in, one after the other, while a thief looks twice.
#[test]
fn loom_replace_and_take_against_a_thief() {
    loom::model(|| {
        let mock = Mock::new();
        let slot = Arc::new(Slot::new());
        let stolen_from = Arc::clone(&slot);
        let thief = thread::spawn(move || {
            let stolen = [stolen_from.take(), stolen_from.take()];
            stolen.into_iter().flatten().map(Runnable::run).count()
        });
        let (first, first_join) = spawned(&mock);
        let (second, second_join) = spawned(&mock);
        assert!(slot.replace(first).is_none());
        let displaced = slot.replace(second).map(Runnable::run);
        let taken = slot.take().map(Runnable::run);
        let stolen = thief.join().unwrap();
        let own = displaced.into_iter().chain(taken).count();
        assert_eq!(own + stolen, 2, "a token was lost or doubled");
        assert_ran_once(first_join);
        assert_ran_once(second_join);
        assert_eq!(mock.cells(), 0, "a cell was not freed");
    });
}

#[test]
fn loom_two_thieves() {
    loom::model(|| {
        let mock = Mock::new();
        let slot = Arc::new(Slot::new());
        let (task, join) = spawned(&mock);
        assert!(slot.replace(task).is_none());
        let stolen_from = Arc::clone(&slot);
        let thief = thread::spawn(move || stolen_from.take().map(Runnable::run).is_some());
        let here = slot.take().map(Runnable::run).is_some();
        assert_ne!(here, thief.join().unwrap(), "the token went to one of the two");
        assert_ran_once(join);
        assert_eq!(mock.cells(), 0, "a cell was not freed");
    });
}

/// The slot does not know who puts tasks in: what one thread put there, another may find displaced.
#[test]
fn loom_two_putters() {
    loom::model(|| {
        let mock = Mock::new();
        let slot = Arc::new(Slot::new());
        let put_into = Arc::clone(&slot);
        let (first, first_join) = spawned(&mock);
        let there = Arc::clone(&mock);
        let putter = thread::spawn(move || {
            let (task, join) = spawned(&there);
            (put_into.replace(task).map(Runnable::run), join)
        });
        let displaced = slot.replace(first).map(Runnable::run);
        let taken = slot.take().map(Runnable::run);
        let (displaced_there, second_join) = putter.join().unwrap();
        let rest = slot.take().map(Runnable::run);
        let ran = [displaced, taken, displaced_there, rest].into_iter().flatten().count();
        assert_eq!(ran, 2, "a token was lost or doubled");
        assert_ran_once(first_join);
        assert_ran_once(second_join);
        assert_eq!(mock.cells(), 0, "a cell was not freed");
    });
}
