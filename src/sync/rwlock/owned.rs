//! Locking with guards that share their lock, so that a task can take them along.

use std::sync::Arc;

use super::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};
use crate::sync::TryLockError;
use crate::sync::permits::{Exclusive, Held, Shared};

impl<T: ?Sized> RwLock<T> {
    /// As [`read`](Self::read), for a guard that shares the lock.
    ///
    /// # Cancel safety
    ///
    /// As [`read`](Self::read).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::RwLock;
    ///
    /// runtime::block_on(async {
    ///     let lock = Arc::new(RwLock::new(5));
    ///     let reader = lock.read_owned().await;
    ///     runtime::spawn(async move { assert_eq!(*reader, 5) }).await.unwrap();
    /// });
    /// ```
    pub async fn read_owned(self: Arc<Self>) -> OwnedRwLockReadGuard<T> {
        self.take_read().await;
        self.owned_read_guard()
    }

    /// As [`try_read`](Self::try_read), for a guard that shares the lock.
    ///
    /// # Errors
    ///
    /// If somebody writes or waits, or if there are as many readers as there may be.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::RwLock;
    ///
    /// let lock = Arc::new(RwLock::new(5));
    /// assert_eq!(*lock.try_read_owned().unwrap(), 5);
    /// ```
    pub fn try_read_owned(self: Arc<Self>) -> Result<OwnedRwLockReadGuard<T>, TryLockError> {
        self.try_take(1)?;
        Ok(self.owned_read_guard())
    }

    /// As [`write`](Self::write), for a guard that shares the lock.
    ///
    /// # Cancel safety
    ///
    /// As [`write`](Self::write).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::RwLock;
    ///
    /// runtime::block_on(async {
    ///     let lock = Arc::new(RwLock::new(5));
    ///     let mut writer = lock.clone().write_owned().await;
    ///     runtime::spawn(async move { *writer += 1 });
    ///     assert_eq!(*lock.read().await, 6);
    /// });
    /// ```
    pub async fn write_owned(self: Arc<Self>) -> OwnedRwLockWriteGuard<T> {
        self.take_write().await;
        self.owned_write_guard()
    }

    /// As [`try_write`](Self::try_write), for a guard that shares the lock.
    ///
    /// # Errors
    ///
    /// If somebody has the lock or waits for it.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::RwLock;
    ///
    /// let lock = Arc::new(RwLock::new(5));
    /// *lock.clone().try_write_owned().unwrap() += 1;
    /// assert_eq!(*lock.try_read().unwrap(), 6);
    /// ```
    pub fn try_write_owned(self: Arc<Self>) -> Result<OwnedRwLockWriteGuard<T>, TryLockError> {
        self.try_take(self.readers)?;
        Ok(self.owned_write_guard())
    }

    /// One permit that was taken, as a guard.
    fn owned_read_guard(self: Arc<Self>) -> OwnedRwLockReadGuard<T> {
        let value = self.value.get();
        let held = Held::new(self, 1);
        // SAFETY: a permit of this lock was taken, and the guard keeps the lock alive where it is, which is what
        // invariants 1 and 2 of `permits::access` ask for.
        OwnedRwLockReadGuard { access: unsafe { Shared::new(held, value) } }
    }

    /// All permits, which were taken, as a guard.
    fn owned_write_guard(self: Arc<Self>) -> OwnedRwLockWriteGuard<T> {
        let (value, readers) = (self.value.get(), self.readers as usize);
        let held = Held::new(self, readers);
        // SAFETY: all permits of this lock were taken, and the guard keeps the lock alive where it is, which is what
        // invariants 1 and 2 of `permits::access` ask for.
        OwnedRwLockWriteGuard { access: unsafe { Exclusive::new(held, value) } }
    }
}
