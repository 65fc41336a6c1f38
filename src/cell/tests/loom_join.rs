//! The join handle against completion, under loom.
//!
//! The outcome and the joiner's waker each are in one hand at a time (loom watches both), a joiner that was told
//! to wait is woken, and what is left over is dropped by somebody.
//!
//! What was weakened by hand, once each, and which model failed:
//!
//! | weakened | caught by |
//! |---|---|
//! | `complete`, without Acquire | `join_against_complete`, `another_waker` |
//! | `complete`, without Release | all |
//! | `load`, without Acquire | all |
//! | `publish_join_waker`, without Release | `join_against_complete`, `another_waker` |
//! | `detach`, without Release | `panic_in_the_wakers_clone` |
//! | `is_unique`, without Acquire | `waiting_handle`, `panic_in_the_wakers_clone` |
//! | a waker written without retracting the old one | `another_waker` |
//! | a failed publishing taken for a success | `join_against_complete`, `another_waker` |
//! | an outcome that the handle does not drop | all but the first two |
//! | `complete` that forgets to wake | all with a waiting handle |
//!
//! Loom does not miss a waker that `detach` leaves in the slot, since the cell drops it in the end; the cycles of
//! the behaviour tests do.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};

use loom::cell::UnsafeCell;
use loom::thread;

use super::mock::Mock;
use super::probe::{Act, Probe};
use crate::cell::{Ended, JoinRef};
use crate::util::contain::contain;

/// An output that loom watches, and that counts its drops.
struct Output {
    content: UnsafeCell<u32>,
    drops: Arc<AtomicUsize>,
}

// SAFETY: an output is used by one thread at a time; loom checks that in `drop`.
unsafe impl Send for Output {}

impl Drop for Output {
    fn drop(&mut self) {
        // SAFETY: `&mut self` is the only access.
        self.content.with_mut(|content| unsafe { assert_eq!(*content, 7) });
        self.drops.fetch_add(1, Relaxed);
    }
}

/// A task in the queue, whose output counts its drops.
fn spawned(mock: &Arc<Mock>) -> (JoinRef<Output>, Arc<AtomicUsize>) {
    let drops = Arc::<AtomicUsize>::default();
    let of_output = Arc::clone(&drops);
    let join = mock.spawn_queued(poll_fn(move |_| {
        let drops = Arc::clone(&of_output);
        Poll::Ready(Output { content: UnsafeCell::new(7), drops })
    }));
    (join, drops)
}

fn run_elsewhere(mock: &Arc<Mock>) -> thread::JoinHandle<()> {
    let mock = Arc::clone(mock);
    thread::spawn(move || mock.run_all())
}

/// True if the outcome was there.
fn poll(join: &mut JoinRef<Output>, probe: &Arc<Probe>) -> bool {
    match join.poll(&mut Context::from_waker(&probe.waker())) {
        Poll::Ready(Ended::Output(_)) => true,
        Poll::Ready(_) => panic!("loom found a fault inside the poll"),
        Poll::Pending => false,
    }
}

fn assert_clean(mock: &Arc<Mock>, drops: &AtomicUsize, probes: &[&Arc<Probe>]) {
    assert_eq!(mock.cells(), 0, "a cell was not freed");
    assert_eq!(drops.load(Relaxed), 1, "the output is dropped once");
    for probe in probes {
        assert_eq!(probe.alive(), 0, "a joiner's waker was not dropped");
    }
}

#[test]
fn loom_join_against_complete() {
    loom::model(|| {
        let (mock, probe) = (Mock::new(), Probe::new(None));
        let (mut join, drops) = spawned(&mock);
        let thread = run_elsewhere(&mock);
        let ready = poll(&mut join, &probe);
        if ready {
            drop(join);
            thread.join().unwrap();
            assert_eq!(probe.wakes(), 0, "a wake for an outcome that was taken");
        } else {
            thread.join().unwrap();
            assert_eq!(probe.wakes(), 1, "the joiner was not woken");
            assert!(poll(&mut join, &probe));
            drop(join);
        }
        assert_clean(&mock, &drops, &[&probe]);
    });
}

/// The joiner comes back with another waker: the slot is taken back while the task completes.
#[test]
fn loom_join_with_another_waker_against_complete() {
    loom::model(|| {
        let (mock, first, second) = (Mock::new(), Probe::new(None), Probe::new(None));
        let (mut join, drops) = spawned(&mock);
        assert!(!poll(&mut join, &first));
        let thread = run_elsewhere(&mock);
        let ready = poll(&mut join, &second);
        if !ready {
            thread.join().unwrap();
            assert_eq!((first.wakes(), second.wakes()), (0, 1), "the wrong joiner was woken");
            assert!(poll(&mut join, &second));
            drop(join);
        } else {
            drop(join);
            thread.join().unwrap();
        }
        assert!(first.wakes() + second.wakes() <= 1);
        assert_clean(&mock, &drops, &[&first, &second]);
    });
}

#[test]
fn loom_drop_of_the_handle_against_complete() {
    loom::model(|| {
        let mock = Mock::new();
        let (join, drops) = spawned(&mock);
        let thread = run_elsewhere(&mock);
        drop(join);
        thread.join().unwrap();
        assert_clean(&mock, &drops, &[]);
    });
}

#[test]
fn loom_drop_of_a_waiting_handle_against_complete() {
    loom::model(|| {
        let (mock, probe) = (Mock::new(), Probe::new(None));
        let (mut join, drops) = spawned(&mock);
        assert!(!poll(&mut join, &probe));
        let thread = run_elsewhere(&mock);
        drop(join);
        thread.join().unwrap();
        assert!(probe.wakes() <= 1);
        assert_clean(&mock, &drops, &[&probe]);
    });
}

/// A clone that panics leaves the slot empty and the handle in a state from which it can be dropped.
#[test]
fn loom_drop_after_a_panic_in_the_wakers_clone_against_complete() {
    loom::model(|| {
        let (mock, probe) = (Mock::new(), Probe::new(Some(Act::Clone)));
        let (mut join, drops) = spawned(&mock);
        let thread = run_elsewhere(&mock);
        contain(|| {
            poll(&mut join, &probe);
        });
        drop(join);
        thread.join().unwrap();
        assert_clean(&mock, &drops, &[&probe]);
    });
}
