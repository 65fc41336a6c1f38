//! Permits behind a lock: the simplest primitive on a wait list.

use std::pin::Pin;
use std::task::{Poll, Waker};

use crate::util::sync::Mutex;
use crate::util::wait::{self, Attempt};
use crate::util::wait_list::{WaitList, Waiter};
use crate::util::wake_batch::wake_all;

/// Permits that are handed over in order; the note says whether the waiter has one.
pub(super) struct Permits {
    pub(super) free: usize,
    pub(super) waiters: WaitList<bool>,
}

impl Permits {
    pub(super) fn new(free: usize) -> Mutex<Self> {
        Mutex::new(Self { free, waiters: WaitList::new() })
    }

    fn waiters(&mut self) -> &mut WaitList<bool> {
        &mut self.waiters
    }

    fn next(&mut self) -> Option<Waker> {
        if self.free == 0 {
            return None;
        }
        *self.waiters.front_mut()? = true;
        self.free -= 1;
        self.waiters.pop_front()
    }
}

/// Polls for a permit once.
pub(super) fn acquire(
    lock: &Mutex<Permits>,
    waiter: Pin<&mut Waiter<bool>>,
    waker: &Waker,
) -> bool {
    let attempt = |permits: &mut Permits, woken: Option<bool>| match woken {
        Some(has_one) => {
            assert!(has_one, "woken without a permit");
            Attempt::Done(())
        }
        None if permits.free > 0 && permits.waiters.is_empty() => {
            permits.free -= 1;
            Attempt::Done(())
        }
        None => Attempt::Wait(false),
    };
    wait::poll(lock, Permits::waiters, waiter, waker, false, attempt) == Poll::Ready(())
}

/// Gives permits back.
pub(super) fn release(lock: &Mutex<Permits>, n: usize) {
    lock.lock().free += n;
    wake_all(lock, Permits::next);
}

/// What the drop of a future does that waited for a permit.
pub(super) fn cancel(lock: &Mutex<Permits>, waiter: Pin<&mut Waiter<bool>>) {
    let had = wait::cancel(lock, Permits::waiters, waiter, |_, has_one| has_one);
    if had == Some(true) {
        release(lock, 1);
    }
}
