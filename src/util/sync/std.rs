//! The primitives that ship.

pub(crate) use ::std::sync::Arc;
pub(crate) use ::std::sync::MutexGuard;
#[allow(unused_imports, reason = "which of them are needed depends on the features")]
pub(crate) use ::std::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, fence,
};
#[cfg(feature = "sync")]
pub(crate) use ::std::sync::{RwLockReadGuard, RwLockWriteGuard};

use ::std::sync::{PoisonError, TryLockError};
use ::std::time::Duration;

/// Whether to look again may help: here another core may be at work.
#[cfg(feature = "sync")]
pub(crate) const CAN_SPIN: bool = true;

/// A cell whose accesses are visible to loom; here a plain `UnsafeCell`.
#[derive(Debug)]
pub(crate) struct UnsafeCell<T>(::std::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(::std::cell::UnsafeCell::new(value))
    }

    /// Runs `f` with a pointer that may be read through, if the caller has the right to.
    #[inline(always)]
    pub(crate) fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    /// Runs `f` with a pointer that may be written through, if the caller has the right to.
    #[inline(always)]
    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}

/// A mutex without poisoning: no foreign code runs under our locks, so a panic cannot leave one of
/// them in the middle of a change.
#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(::std::sync::Mutex<T>);

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(::std::sync::Mutex::new(value))
    }

    #[inline]
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it guards, for who has the mutex itself and so need not lock it.
    #[cfg(feature = "sync")]
    #[inline]
    pub(crate) fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// Locks it, unless somebody has it.
    #[inline]
    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// A lock for many readers or one writer, without poisoning: what a writer did before it panicked stays.
#[cfg(feature = "sync")]
#[derive(Debug)]
pub(crate) struct RwLock<T>(::std::sync::RwLock<T>);

#[cfg(feature = "sync")]
impl<T> RwLock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(::std::sync::RwLock::new(value))
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A condition variable to go with [`Mutex`].
#[derive(Debug, Default)]
pub(crate) struct Condvar(::std::sync::Condvar);

impl Condvar {
    pub(crate) const fn new() -> Self {
        Self(::std::sync::Condvar::new())
    }

    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        self.0.wait(guard).unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        timeout: Duration,
    ) -> MutexGuard<'a, T> {
        self.0.wait_timeout(guard, timeout).unwrap_or_else(PoisonError::into_inner).0
    }

    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}
