//! The last reference, wherever it is dropped, under loom.
//!
//! The cell is freed once, after every use of it: loom sees the freeing as an access to the stage, the
//! scheduler's handle and the joiner's slot.
//!
//! What was weakened by hand, once each, and which model failed:
//!
//! | weakened | caught by |
//! |---|---|
//! | dropping a reference, without Release | all but `two_late_wakers` |
//! | dropping the last reference, without its fence | all |
//! | the look for being alone before a drop, without Acquire | all |
//! | `is_unique`, without Acquire | `outcome_waker_and_completion`, `lonely_completer` |
//! | `is_unique` that does not count | all but `two_late_wakers` |
//! | a wake by value, without Acquire | `waker_abort_handle_and_completion` |
//! | a wake by value that keeps its reference | `waker_abort_handle_and_completion`, `two_late_wakers` |
//! | a cell freed one reference too early | all |

use std::future::poll_fn;
use std::task::{Context, Poll, Waker};

use loom::thread;

use super::mock::{Mock, waker_of};
use super::probe::Probe;
use crate::cell::{Ended, JoinRef};

fn ready() -> impl Future<Output = u32> + Send {
    poll_fn(|_| Poll::Ready(7))
}

fn is_ready(join: &mut JoinRef<u32>, waker: &Waker) -> bool {
    match join.poll(&mut Context::from_waker(waker)) {
        Poll::Ready(Ended::Output(7)) => true,
        Poll::Ready(_) => panic!("the outcome is not the output"),
        Poll::Pending => false,
    }
}

/// A waker by value, an abort handle and the completion are the last three; each may be the last of all.
#[test]
fn loom_waker_abort_handle_and_completion() {
    loom::model(|| {
        let mock = Mock::new();
        let (task, join) = mock.spawn(ready());
        let (waker, abort) = (waker_of(&join), join.task());
        drop(join);
        let first = thread::spawn(move || waker.wake());
        let second = thread::spawn(move || drop(abort));
        task.run();
        first.join().unwrap();
        second.join().unwrap();
        assert!(mock.pop().is_none(), "a complete task was queued");
        assert_eq!(mock.cells(), 0, "a cell was not freed");
    });
}

/// The handle takes the outcome while the completer and a waker let go.
#[test]
fn loom_outcome_waker_and_completion() {
    loom::model(|| {
        let (mock, probe) = (Mock::new(), Probe::new(None));
        let (task, mut join) = mock.spawn(ready());
        assert!(!is_ready(&mut join, &probe.waker()));
        let waker = waker_of(&join);
        let runner = thread::spawn(move || task.run());
        let late = thread::spawn(move || drop(waker));
        is_ready(&mut join, &probe.waker());
        drop(join);
        runner.join().unwrap();
        late.join().unwrap();
        assert_eq!((mock.cells(), probe.alive()), (0, 0), "a cell was not freed");
    });
}

/// The handle goes while it waits: it empties the joiner's slot, and its reference may be the last but the
/// completer's, which then finds itself alone.
#[test]
fn loom_waiting_handle_and_the_lonely_completer() {
    loom::model(|| {
        let (mock, probe) = (Mock::new(), Probe::new(None));
        let (task, mut join) = mock.spawn(ready());
        assert!(!is_ready(&mut join, &probe.waker()));
        let runner = thread::spawn(move || task.run());
        drop(join);
        runner.join().unwrap();
        assert_eq!((mock.cells(), probe.alive()), (0, 0), "a cell was not freed");
    });
}

/// Two clones of one waker are the last references to a complete task.
#[test]
fn loom_two_late_wakers() {
    loom::model(|| {
        let mock = Mock::new();
        let (task, mut join) = mock.spawn(ready());
        let (first, second) = (waker_of(&join), waker_of(&join));
        task.run();
        let thread = thread::spawn(move || {
            first.wake_by_ref();
            drop(first);
        });
        assert!(is_ready(&mut join, Waker::noop()));
        drop(join);
        second.wake();
        thread.join().unwrap();
        assert!(mock.pop().is_none(), "a complete task was queued");
        assert_eq!(mock.cells(), 0, "a cell was not freed");
    });
}
