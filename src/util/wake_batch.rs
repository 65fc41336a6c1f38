//! Wakers that were collected under a lock and are woken after it.
//!
//! Waking is foreign code: it may panic, and it may come back to the primitive whose lock it would
//! find taken. A batch is a fixed array, so that collecting allocates nothing; whoever has more to
//! wake than fits takes the lock again for the next batch.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::task::Waker;

use super::contain::contain;
#[cfg(any(feature = "sync", feature = "time"))]
use crate::util::sync::Mutex;

/// Wakers that one batch holds.
const SIZE: usize = 32;

/// What a waker panicked with.
pub(crate) type Payload = Box<dyn Any + Send>;

/// Up to [`SIZE`] wakers.
#[derive(Debug)]
pub(crate) struct WakeBatch {
    wakers: [Option<Waker>; SIZE],
    len: usize,
}

impl WakeBatch {
    pub(crate) fn new() -> Self {
        Self { wakers: [const { None }; SIZE], len: 0 }
    }

    /// Takes from `next` until it ends or the batch is full; says whether there may be more.
    pub(crate) fn fill(&mut self, mut next: impl FnMut() -> Option<Waker>) -> bool {
        while self.len < SIZE {
            let Some(waker) = next() else { return false };
            self.wakers[self.len] = Some(waker);
            self.len += 1;
        }
        true
    }

    /// Wakes all of them, whoever panics, and returns the first panic.
    pub(crate) fn wake(mut self) -> Result<(), Payload> {
        let mut result = Ok(());
        for waker in self.wakers[..self.len].iter_mut().filter_map(Option::take) {
            let woken = panic::catch_unwind(AssertUnwindSafe(|| waker.wake()));
            result = first_panic(result, woken);
        }
        result
    }
}

/// The first panic of the two. The payload of the other is dropped here, which is foreign code too.
pub(crate) fn first_panic(
    first: Result<(), Payload>,
    second: Result<(), Payload>,
) -> Result<(), Payload> {
    match (first, second) {
        (Ok(()), second) => second,
        (first, Ok(())) => first,
        (first, Err(payload)) => {
            contain(|| drop(payload));
            first
        }
    }
}

/// Wakes every waker that `next` finds in the locked state, outside of the lock.
///
/// `next` must come to an end although tasks that were woken may queue again meanwhile. Where several
/// batches are needed, others get the lock in between.
///
/// # Panics
///
/// Panics with the first panic of a waker, after all have been woken.
#[cfg(any(feature = "sync", feature = "time"))]
pub(crate) fn wake_all<S>(lock: &Mutex<S>, mut next: impl FnMut(&mut S) -> Option<Waker>) {
    let mut result = Ok(());
    loop {
        let mut batch = WakeBatch::new();
        let mut state = lock.lock();
        let more = batch.fill(|| next(&mut state));
        drop(state);
        result = first_panic(result, batch.wake());
        if !more {
            break;
        }
    }
    if let Err(payload) = result {
        panic::resume_unwind(payload);
    }
}
