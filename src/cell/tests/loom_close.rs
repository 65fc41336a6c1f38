//! The closing of a set against wakes, completions and first suspensions, under loom.
//!
//! After the closing every task ends: its token is with the closer, or with somebody who finds it cancelled, or
//! the set turns the task away.
//!
//! No ordering of the set is argued: everything in it happens under its lock. What was weakened by hand in the logic,
//! once each, and which model failed:
//!
//! | weakened | caught by |
//! |---|---|
//! | a closed set that takes tasks in | `first_suspension` |
//! | a closing that passes over tasks in somebody's hands | `first_suspension`, `second_suspension` |
//! | tasks that enter no set | all but `two_neighbours` |

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Waker};

use loom::thread;

use super::mock::{Mock, waker_of};
use crate::cell::{Ended, JoinRef};

struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// A task that is ready in the poll with this number, its token in the queue.
fn spawned(mock: &Arc<Mock>, polls: usize) -> (JoinRef<()>, Arc<AtomicUsize>) {
    let drops = Arc::<AtomicUsize>::default();
    let dropped = Dropped(Arc::clone(&drops));
    let mut polled = 0;
    let join = mock.spawn_queued(poll_fn(move |_| {
        let _keep = &dropped;
        polled += 1;
        if polled < polls { Poll::Pending } else { Poll::Ready(()) }
    }));
    (join, drops)
}

fn close_elsewhere(mock: &Arc<Mock>) -> thread::JoinHandle<()> {
    let mock = Arc::clone(mock);
    thread::spawn(move || mock.close())
}

/// The task is complete; true if it was aborted.
fn end(mut join: JoinRef<()>, drops: &AtomicUsize) -> bool {
    assert_eq!(drops.load(Relaxed), 1, "the future is dropped once");
    match join.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ended::Aborted) => true,
        Poll::Ready(Ended::Output(())) => false,
        Poll::Ready(Ended::Panicked(_)) => panic!("loom found a fault inside the poll"),
        Poll::Pending => panic!("a task outlived its set: {join:?}"),
    }
}

fn assert_empty(mock: &Arc<Mock>) {
    assert_eq!(mock.set.len(), 0, "a complete task is still in the set");
    assert_eq!(mock.cells(), 0, "a cell was not freed");
}

#[test]
fn loom_close_against_a_first_suspension() {
    loom::model(|| {
        let mock = Mock::new();
        let (join, drops) = spawned(&mock, 2);
        let closer = close_elsewhere(&mock);
        mock.run_all();
        closer.join().unwrap();
        assert!(end(join, &drops), "nobody woke it for a second poll");
        assert_empty(&mock);
    });
}

/// One idle task is woken, and completes in that poll, while another one stays idle: the list changes under the closer.
#[test]
fn loom_close_against_a_wake_and_a_completion() {
    loom::model(|| {
        let mock = Mock::new();
        let (sleeper, sleeper_drops) = spawned(&mock, 2);
        let (join, drops) = spawned(&mock, 2);
        mock.run_all();
        assert_eq!(mock.set.len(), 2);
        let waker = waker_of(&join);
        let closer = close_elsewhere(&mock);
        waker.wake();
        mock.run_all();
        closer.join().unwrap();
        assert!(end(sleeper, &sleeper_drops));
        end(join, &drops);
        assert_empty(&mock);
    });
}

/// The task suspends a second time, as a member of the set.
#[test]
fn loom_close_against_a_second_suspension() {
    loom::model(|| {
        let mock = Mock::new();
        let (join, drops) = spawned(&mock, 3);
        mock.run_all();
        waker_of(&join).wake();
        let closer = close_elsewhere(&mock);
        mock.run_all();
        closer.join().unwrap();
        assert!(end(join, &drops));
        assert_empty(&mock);
    });
}

/// Completions of neighbours on two threads.
#[test]
fn loom_two_neighbours_leave() {
    loom::model(|| {
        let mock = Mock::new();
        let (first, first_drops) = spawned(&mock, 2);
        let (second, second_drops) = spawned(&mock, 2);
        mock.run_all();
        waker_of(&first).wake();
        waker_of(&second).wake();
        let task = mock.pop().expect("it was woken");
        let thread = thread::spawn(move || task.run());
        mock.run_all();
        thread.join().unwrap();
        assert!(!end(first, &first_drops) && !end(second, &second_drops));
        assert_empty(&mock);
    });
}
