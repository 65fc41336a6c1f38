//! Aborts against polls, wakes and completion, under loom.
//!
//! However the race ends the future is dropped once, the outcome is the output or the abort, and after an abort
//! no poll begins any more that the abort happened before.
//!
//! What was weakened by hand, once each, and which model failed:
//!
//! | weakened | caught by |
//! |---|---|
//! | abort, without Acquire | `poll_that_suspends` |
//! | abort, without Release | `publishes_what_came_before_it` |
//! | `end_poll` that finds `CANCELLED`, without its fence | `publishes_what_came_before_it` |
//! | `begin_poll` that does not look for `CANCELLED` | `poll_that_suspends`, `two_aborts` |
//! | `complete` that gives `HELD` up | `poll_that_completes` |
//!
//! No model can miss `end_poll`'s own look for `CANCELLED`: `NOTIFIED` comes with it, so without the look the task
//! takes a way round through the queue to the same end.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};

use loom::sync::atomic::AtomicBool;
use loom::thread;

use super::mock::{Mock, waker_of};
use crate::cell::{Ended, JoinRef};

/// Counts its drops. Not loom's, so as to order nothing.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// A future that is ready in the poll with this number.
fn ready_after(polls: usize, drops: &Arc<AtomicUsize>) -> impl Future<Output = ()> + Send + use<> {
    let dropped = Dropped(Arc::clone(drops));
    let mut polled = 0;
    poll_fn(move |_| {
        let _keep = &dropped;
        polled += 1;
        if polled < polls { Poll::Pending } else { Poll::Ready(()) }
    })
}

/// The outcome: whether the task was aborted.
fn end(mock: &Arc<Mock>, mut join: JoinRef<()>, drops: &AtomicUsize) -> bool {
    let aborted = match join.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ended::Aborted) => true,
        Poll::Ready(Ended::Output(())) => false,
        Poll::Ready(Ended::Panicked(_)) => panic!("loom found a fault inside the poll"),
        Poll::Pending => panic!("an aborted task is not complete: {join:?}"),
    };
    drop(join);
    assert_eq!(drops.load(Relaxed), 1, "the future is dropped once");
    assert_eq!(mock.cells(), 0, "a cell was not freed");
    aborted
}

#[test]
fn loom_abort_against_a_poll_that_completes() {
    loom::model(|| {
        let (mock, drops) = (Mock::new(), Arc::default());
        let join = mock.spawn_queued(ready_after(1, &drops));
        let task = join.task();
        let thread = thread::spawn(move || task.abort());
        mock.run_all();
        thread.join().unwrap();
        assert!(mock.pop().is_none(), "the token of a complete task was given away");
        end(&mock, join, &drops);
    });
}

/// Whoever gets the token drops the future: the aborter runs what it queued.
#[test]
fn loom_abort_against_a_poll_that_suspends() {
    loom::model(|| {
        let (mock, drops) = (Mock::new(), Arc::default());
        let join = mock.spawn_queued(ready_after(2, &drops));
        let (task, other) = (join.task(), Arc::clone(&mock));
        let thread = thread::spawn(move || {
            task.abort();
            other.run_all();
        });
        mock.run_all();
        thread.join().unwrap();
        mock.run_all();
        assert!(end(&mock, join, &drops), "it was not woken, so it cannot have been ready");
    });
}

/// The drop of an aborted future sees what the aborter did before, though nothing but the state word orders it.
#[test]
fn loom_abort_publishes_what_came_before_it() {
    struct Asserts(Arc<AtomicBool>);
    impl Drop for Asserts {
        fn drop(&mut self) {
            assert!(self.0.load(Relaxed), "dropped for an abort that is not seen");
        }
    }

    loom::model(|| {
        let (mock, reason) = (Mock::new(), Arc::new(AtomicBool::new(false)));
        let asserts = Asserts(Arc::clone(&reason));
        let mut join = mock.spawn_queued(poll_fn(move |_| {
            let _keep = &asserts;
            Poll::<()>::Pending
        }));
        let task = join.task();
        let thread = thread::spawn(move || {
            reason.store(true, Relaxed);
            task.abort();
        });
        mock.run_all();
        thread.join().unwrap();
        mock.run_all();
        let ended = join.poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(ended, Poll::Ready(Ended::Aborted)), "the drop panicked");
    });
}

#[test]
fn loom_abort_against_a_wake() {
    loom::model(|| {
        let (mock, drops) = (Mock::new(), Arc::default());
        let join = mock.spawn_queued(ready_after(2, &drops));
        mock.run_all();
        let (waker, other) = (waker_of(&join), Arc::clone(&mock));
        let thread = thread::spawn(move || {
            waker.wake();
            other.run_all();
        });
        join.abort();
        mock.run_all();
        thread.join().unwrap();
        mock.run_all();
        end(&mock, join, &drops);
    });
}

#[test]
fn loom_two_aborts_of_an_idle_task() {
    loom::model(|| {
        let (mock, drops) = (Mock::new(), Arc::default());
        let join = mock.spawn_queued(ready_after(2, &drops));
        mock.run_all();
        let (task, other) = (join.task(), Arc::clone(&mock));
        let thread = thread::spawn(move || {
            task.abort();
            other.run_all();
        });
        join.abort();
        mock.run_all();
        thread.join().unwrap();
        assert!(end(&mock, join, &drops));
    });
}
