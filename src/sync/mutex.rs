//! A value that one task at a time may use, and may keep in use while it waits.
//!
//! This is a face of [`permits`](super::permits), where the protocol stands: a mutex has one permit.

use std::cell::UnsafeCell;
use std::fmt;

use crate::coop::WaitReason;
use crate::scheduler::block_on_leaf;
use crate::sync::permits::{Exclusive, Held, Permits, Source, Take};

mod error;
mod guard;
mod mapped_guard;
mod owned;
mod owned_guard;
mod owned_mapped_guard;

pub use self::error::TryLockError;
pub use self::guard::MutexGuard;
pub use self::mapped_guard::MappedMutexGuard;
pub use self::owned_guard::OwnedMutexGuard;
pub use self::owned_mapped_guard::OwnedMappedMutexGuard;

/// A value that one task at a time may use.
///
/// Unlike `std`'s, its guard may be kept across an `.await`, and who waits for it does not block a thread. If
/// no guard has to be kept that way, `std`'s is the better choice in a task too: it is smaller and as fast. A
/// mutex that guards a socket or a file is often better replaced by a task that owns it and gets messages.
///
/// It is fair: tasks get the lock in the order in which they asked for it. A task that unlocks and locks again
/// goes behind those who wait; where it does so in one poll, it also goes behind those who ask in the next moment, so that
/// tasks that use the lock all the time do not queue for each other for ever. It does not know of panics:
/// if a task panics with the lock, the next one gets it with the value as it is.
///
/// # Cost
///
/// Locking when it is free, and unlocking when nobody waits, is one atomic operation each. If the lock is taken
/// but nobody waits, a task looks again for a moment before it queues: at first about a microsecond, later some
/// more or none at all, depending on whether that helped. Waiting allocates nothing.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use runtime::sync::Mutex;
///
/// runtime::block_on(async {
///     let count = Arc::new(Mutex::new(0));
///     let tasks: Vec<_> = (0..10)
///         .map(|_| {
///             let count = Arc::clone(&count);
///             runtime::spawn(async move { *count.lock().await += 1 })
///         })
///         .collect();
///     for task in tasks {
///         task.await.unwrap();
///     }
///     assert_eq!(*count.lock().await, 10);
/// });
/// ```
pub struct Mutex<T: ?Sized> {
    permits: Permits,
    value: UnsafeCell<T>,
}

// SAFETY: who shares a mutex can get a `&mut T` by it, one at a time: invariant 1 of `permits::access`.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    /// Creates a mutex around `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Mutex;
    ///
    /// let mutex = Mutex::new(5);
    /// assert_eq!(mutex.into_inner(), 5);
    /// ```
    pub fn new(value: T) -> Self {
        Self { permits: Permits::new(1), value: UnsafeCell::new(value) }
    }

    /// As [`new`](Self::new), for a `static`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Mutex;
    ///
    /// static LINES: Mutex<Vec<String>> = Mutex::const_new(Vec::new());
    /// LINES.blocking_lock().push("first".to_owned());
    /// ```
    #[cfg(not(loom))]
    pub const fn const_new(value: T) -> Self {
        Self { permits: Permits::const_new(1), value: UnsafeCell::new(value) }
    }

    /// Takes the value out.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Mutex;
    ///
    /// assert_eq!(Mutex::new(5).into_inner(), 5);
    /// ```
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Locks, waiting until it is this task's turn.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up the place in the queue; if it had been given the lock already, the next one
    /// gets it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Mutex;
    ///
    /// runtime::block_on(async {
    ///     let mutex = Mutex::new(1);
    ///     *mutex.lock().await += 1;
    ///     assert_eq!(*mutex.lock().await, 2);
    /// });
    /// ```
    #[inline]
    pub async fn lock(&self) -> MutexGuard<'_, T> {
        self.take().await;
        self.guard()
    }

    /// Locks, if nobody has the lock.
    ///
    /// # Errors
    ///
    /// If somebody has.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Mutex;
    ///
    /// let mutex = Mutex::new(1);
    /// let guard = mutex.try_lock().unwrap();
    /// assert!(mutex.try_lock().is_err());
    /// # drop(guard);
    /// ```
    pub fn try_lock(&self) -> Result<MutexGuard<'_, T>, TryLockError> {
        self.try_take()?;
        Ok(self.guard())
    }

    /// Locks, blocking the thread until it is its turn.
    ///
    /// For threads that run no tasks. Inside a task it keeps a whole thread, and another one runs the other tasks.
    ///
    /// # Panics
    ///
    /// Inside a current-thread runtime or a [`LocalSet`](crate::task::LocalSet), whose only thread it would block.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Mutex;
    ///
    /// let mutex = Mutex::new(1);
    /// *mutex.blocking_lock() += 1;
    /// assert_eq!(mutex.into_inner(), 2);
    /// ```
    #[track_caller]
    pub fn blocking_lock(&self) -> MutexGuard<'_, T> {
        block_on_leaf("`blocking_lock`", self.lock())
    }

    /// The value, without a lock: the borrow shows that nobody else has it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Mutex;
    ///
    /// let mut mutex = Mutex::new(1);
    /// *mutex.get_mut() = 2;
    /// assert_eq!(mutex.into_inner(), 2);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    #[inline]
    async fn take(&self) {
        self.permits.acquire(1, WaitReason::Mutex).await.expect("a mutex is never closed");
    }

    #[inline]
    fn try_take(&self) -> Result<(), TryLockError> {
        match self.permits.try_acquire(1) {
            Take::Taken => Ok(()),
            Take::Short { .. } | Take::Closed => Err(TryLockError(())),
        }
    }

    /// Where the value is.
    fn value(&self) -> *mut T {
        self.value.get()
    }

    /// The permit that was taken, as a guard.
    #[inline]
    fn guard(&self) -> MutexGuard<'_, T> {
        let held = Held::new(self, 1);
        // SAFETY: the only permit of this lock was taken, and the lock is borrowed as long as the guard lives,
        // which is what invariants 1 and 2 of `permits::access` ask for.
        MutexGuard { access: unsafe { Exclusive::new(held, self.value()) } }
    }
}

impl<T: ?Sized> Source for Mutex<T> {
    #[inline]
    fn permits(&self) -> &Permits {
        &self.permits
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for Mutex<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Mutex");
        match self.try_lock() {
            Ok(guard) => shown.field("data", &&*guard),
            Err(_) => shown.field("data", &format_args!("<locked>")),
        };
        shown.finish()
    }
}
