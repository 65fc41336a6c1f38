//! Waiting, waking and cancelling in every interleaving, on one permit.
//!
//! The permit guards a cell, so that a permit which two threads hold is a race that loom sees, and one
//! that got lost is a deadlock.
//!
//! Seen to fail: with `wait::poll` queueing the waiter after it made the clone, without another look;
//! and with a `cancel` that does not give back the permit of a woken waiter.

use std::pin::pin;
use std::task::{Poll, Waker};

use loom::thread;

use super::permits::{Permits, acquire, cancel, release};
use crate::util::block_thread::block_on;
use crate::util::sync::{Arc, Mutex, UnsafeCell};
use crate::util::wait_list::Waiter;

struct Guarded {
    permits: Mutex<Permits>,
    value: UnsafeCell<usize>,
}

// SAFETY: the value is touched by whoever has the only permit, which is what the models prove.
unsafe impl Sync for Guarded {}
// SAFETY: as above.
unsafe impl Send for Guarded {}

impl Guarded {
    fn new(free: usize) -> Arc<Self> {
        Arc::new(Self { permits: Permits::new(free), value: UnsafeCell::new(0) })
    }

    fn touch(&self) {
        // SAFETY: this thread has the permit.
        self.value.with_mut(|value| unsafe { *value += 1 });
    }

    /// Waits for the permit, uses it, and gives it back.
    fn use_once(&self) {
        let mut waiter = pin!(Waiter::new());
        block_on(std::future::poll_fn(|cx| {
            match acquire(&self.permits, waiter.as_mut(), cx.waker()) {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        }));
        self.touch();
        release(&self.permits, 1);
    }

    /// Polls once, and leaves if there is no permit.
    fn try_once(&self) {
        let mut waiter = pin!(Waiter::new());
        if acquire(&self.permits, waiter.as_mut(), Waker::noop()) {
            self.touch();
            release(&self.permits, 1);
        } else {
            cancel(&self.permits, waiter);
        }
    }
}

#[test]
fn loom_two_waiters_both_get_the_permit() {
    loom::model(|| {
        let guarded = Guarded::new(1);
        let other = Arc::clone(&guarded);
        let thread = thread::spawn(move || other.use_once());
        guarded.use_once();
        thread.join().unwrap();
    });
}

#[test]
fn loom_a_waiter_that_leaves_loses_no_permit() {
    loom::model(|| {
        let guarded = Guarded::new(0);
        let (waits, leaves) = (Arc::clone(&guarded), Arc::clone(&guarded));
        let waits = thread::spawn(move || waits.use_once());
        let leaves = thread::spawn(move || leaves.try_once());
        release(&guarded.permits, 1);
        waits.join().unwrap();
        leaves.join().unwrap();
        assert_eq!(guarded.permits.lock().free, 1);
    });
}
