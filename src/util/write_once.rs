//! A place for a value that comes once and then stays: written by one, read by all.
//!
//! Unlike the standard library's `OnceLock` it can be made with a value in a `const`, and never runs foreign code while
//! others wait for it.
//!
//! # Invariants
//!
//! 1. Through a shared reference the value is written by who has `writing` and finds `is_set` false, and by nobody else.
//!    He sets it before he unlocks, so that is done once.
//! 2. Through a shared reference the value is read by who has found `is_set`. Setting it releases the value, finding it
//!    acquires that; from then on nobody writes (1).

use std::cell::UnsafeCell;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use crate::util::sync::{AtomicBool, Mutex};

pub(crate) struct WriteOnce<T> {
    is_set: AtomicBool,
    writing: Mutex<()>,
    value: UnsafeCell<Option<T>>,
}

// SAFETY: through a shared reference one thread moves the value in (1), and others get references to it (2).
unsafe impl<T: Send + Sync> Sync for WriteOnce<T> {}

/// A value is there as a whole, or not at all.
impl<T: RefUnwindSafe + UnwindSafe> RefUnwindSafe for WriteOnce<T> {}

impl<T> WriteOnce<T> {
    #[cfg(loom)]
    pub(crate) fn new(value: Option<T>) -> Self {
        let is_set = AtomicBool::new(value.is_some());
        Self { is_set, writing: Mutex::new(()), value: UnsafeCell::new(value) }
    }

    #[cfg(not(loom))]
    pub(crate) const fn new(value: Option<T>) -> Self {
        let is_set = AtomicBool::new(value.is_some());
        Self { is_set, writing: Mutex::new(()), value: UnsafeCell::new(value) }
    }

    #[inline]
    pub(crate) fn is_set(&self) -> bool {
        self.is_set.load(Acquire)
    }

    #[inline]
    pub(crate) fn get(&self) -> Option<&T> {
        if !self.is_set() {
            return None;
        }
        // SAFETY: it is set, and nobody writes any more (2).
        unsafe { &*self.value.get() }.as_ref()
    }

    pub(crate) fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut().as_mut()
    }

    pub(crate) fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }

    /// Writes the value, or gives it back if there is one. In either case there is one after this.
    pub(crate) fn set(&self, value: T) -> Result<(), T> {
        let _writing = self.writing.lock();
        if self.is_set.load(Relaxed) {
            return Err(value);
        }
        // SAFETY: this thread has `writing`, and it is not set (1); so nobody reads (2). What is overwritten is `None`.
        unsafe { *self.value.get() = Some(value) };
        self.is_set.store(true, Release);
        Ok(())
    }
}

impl<T: fmt::Debug> fmt::Debug for WriteOnce<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WriteOnce").field(&self.get()).finish()
    }
}
