//! Locking with guards that share their mutex, so that a task can take them along.

use std::sync::Arc;

use super::{Mutex, OwnedMutexGuard, TryLockError};
use crate::scheduler::block_on_leaf;
use crate::sync::permits::{Exclusive, Held};

impl<T: ?Sized> Mutex<T> {
    /// As [`lock`](Self::lock), for a guard that shares the mutex.
    ///
    /// # Cancel safety
    ///
    /// As [`lock`](Self::lock).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::Mutex;
    ///
    /// runtime::block_on(async {
    ///     let mutex = Arc::new(Mutex::new(1));
    ///     let mut guard = mutex.clone().lock_owned().await;
    ///     runtime::spawn(async move { *guard += 1 });
    ///     assert_eq!(*mutex.lock().await, 2);
    /// });
    /// ```
    pub async fn lock_owned(self: Arc<Self>) -> OwnedMutexGuard<T> {
        self.take().await;
        self.owned_guard()
    }

    /// As [`try_lock`](Self::try_lock), for a guard that shares the mutex.
    ///
    /// # Errors
    ///
    /// If somebody has the lock.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::Mutex;
    ///
    /// let mutex = Arc::new(Mutex::new(1));
    /// let guard = mutex.clone().try_lock_owned().unwrap();
    /// assert!(mutex.try_lock_owned().is_err());
    /// # drop(guard);
    /// ```
    pub fn try_lock_owned(self: Arc<Self>) -> Result<OwnedMutexGuard<T>, TryLockError> {
        self.try_take()?;
        Ok(self.owned_guard())
    }

    /// As [`blocking_lock`](Self::blocking_lock), for a guard that shares the mutex.
    ///
    /// # Panics
    ///
    /// Inside a current-thread runtime or a [`LocalSet`](crate::task::LocalSet), whose only thread it would block.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::Mutex;
    ///
    /// let mutex = Arc::new(Mutex::new(1));
    /// assert_eq!(*mutex.blocking_lock_owned(), 1);
    /// ```
    #[track_caller]
    pub fn blocking_lock_owned(self: Arc<Self>) -> OwnedMutexGuard<T> {
        block_on_leaf("`blocking_lock_owned`", self.lock_owned())
    }

    /// The permit that was taken, as a guard.
    fn owned_guard(self: Arc<Self>) -> OwnedMutexGuard<T> {
        let value = self.value();
        let held = Held::new(self, 1);
        // SAFETY: the only permit of this lock was taken, and the guard keeps the lock alive where it is, which is what
        // invariants 1 and 2 of `permits::access` ask for.
        OwnedMutexGuard { access: unsafe { Exclusive::new(held, value) } }
    }
}
