//! Tests of a slot from within; what listeners promise is tested in `tests/`.

use std::pin::Pin;
use std::task::{Poll, Waker};

use crate::signal::unix::slot::Slot;
use crate::util::wait_list::Waiter;

#[cfg(not(loom))]
mod slot_by_model;

#[cfg(loom)]
mod loom_slot;

/// A listener to a slot that is no process's.
struct Listener<S: std::ops::Deref<Target = Slot>> {
    slot: S,
    received: u64,
    waiter: Pin<Box<Waiter<u64>>>,
}

impl<S: std::ops::Deref<Target = Slot>> Listener<S> {
    fn new(slot: S) -> Self {
        let received = slot.received();
        Self { slot, received, waiter: Box::pin(Waiter::new()) }
    }

    fn poll(&mut self, waker: &Waker) -> Poll<()> {
        self.slot.poll(&mut self.received, self.waiter.as_mut(), waker, true)
    }
}

impl<S: std::ops::Deref<Target = Slot>> Drop for Listener<S> {
    fn drop(&mut self) {
        self.slot.leave(self.waiter.as_mut());
    }
}
