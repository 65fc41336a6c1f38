//! An atomic place for one token: a worker's LIFO slot.
//!
//! Both sides exchange the whole pointer, so a token is in exactly one hand after any race between the worker
//! that puts and takes and the thief that takes. Putting is Release and taking Acquire (a `replace` is both), so what
//! the putter wrote to the task before is seen by whoever gets it.

use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};

use super::poll::Runnable;
use super::raw::Header;
use crate::util::sync::AtomicPtr;

/// A place for one task. Dropping it cancels what is in it.
pub(crate) struct Slot(AtomicPtr<Header>);

impl Slot {
    pub(crate) fn new() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    /// Puts a task in, and returns the one that was there.
    #[inline]
    pub(crate) fn replace(&self, task: Runnable) -> Option<Runnable> {
        Self::token(self.0.swap(task.into_raw().as_ptr(), AcqRel))
    }

    /// Takes the task out.
    #[inline]
    pub(crate) fn take(&self) -> Option<Runnable> {
        if self.is_empty() { None } else { Self::token(self.0.swap(ptr::null_mut(), Acquire)) }
    }

    /// Whether there was no task a moment ago. Exact for the only thread that puts tasks in, as long as it is empty.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.0.load(Relaxed).is_null()
    }

    fn token(header: *mut Header) -> Option<Runnable> {
        // SAFETY: every pointer that is not null came from `into_raw` in `replace`, and the exchange took it out.
        NonNull::new(header).map(|header| unsafe { Runnable::from_raw(header) })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        drop(self.take());
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "Slot(empty)" } else { "Slot(task)" })
    }
}
