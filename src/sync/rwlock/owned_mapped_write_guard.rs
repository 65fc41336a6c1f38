//! The guard of a writer of a part of a value, which shares the lock.

use std::sync::Arc;

use super::RwLock;
use crate::sync::permits::{Exclusive, writes};

/// The right to write a part of the value of a shared [`RwLock`], which ends when this is dropped.
///
/// Made by [`OwnedRwLockWriteGuard::map`](super::OwnedRwLockWriteGuard::map).
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use runtime::sync::{OwnedRwLockWriteGuard, RwLock};
///
/// runtime::block_on(async {
///     let lock = Arc::new(RwLock::new((1, "one")));
///     let writer = lock.clone().write_owned().await;
///     *OwnedRwLockWriteGuard::map(writer, |pair| &mut pair.0) = 11;
///     assert_eq!(lock.read().await.0, 11);
/// });
/// ```
#[must_use = "dropped at once, it unlocks at once"]
pub struct OwnedRwLockMappedWriteGuard<T: ?Sized, U: ?Sized = T> {
    pub(super) access: Exclusive<Arc<RwLock<T>>, U>,
}

writes!([T: ?Sized, U: ?Sized] OwnedRwLockMappedWriteGuard<T, U> => U);

impl<T: ?Sized, U: ?Sized> OwnedRwLockMappedWriteGuard<T, U> {
    /// Narrows the guard further.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::{OwnedRwLockMappedWriteGuard, OwnedRwLockWriteGuard, RwLock};
    ///
    /// let writer = Arc::new(RwLock::new(((1, 2), 3))).try_write_owned().unwrap();
    /// let pair = OwnedRwLockWriteGuard::map(writer, |value| &mut value.0);
    /// assert_eq!(*OwnedRwLockMappedWriteGuard::map(pair, |pair| &mut pair.1), 2);
    /// ```
    pub fn map<F, V: ?Sized>(this: Self, f: F) -> OwnedRwLockMappedWriteGuard<T, V>
    where
        F: FnOnce(&mut U) -> &mut V,
    {
        OwnedRwLockMappedWriteGuard { access: this.access.map(f) }
    }

    /// Narrows the guard further, if there is such a part.
    ///
    /// # Errors
    ///
    /// Returns the guard if `f` returns `None`.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::{OwnedRwLockMappedWriteGuard, OwnedRwLockWriteGuard, RwLock};
    ///
    /// let writer = Arc::new(RwLock::new((vec![1, 2], "list"))).try_write_owned().unwrap();
    /// let list = OwnedRwLockWriteGuard::map(writer, |value| &mut value.0);
    /// let list = OwnedRwLockMappedWriteGuard::try_map(list, |list| list.get_mut(7)).unwrap_err();
    /// assert_eq!(list.len(), 2);
    /// ```
    pub fn try_map<F, V: ?Sized>(
        this: Self,
        f: F,
    ) -> Result<OwnedRwLockMappedWriteGuard<T, V>, Self>
    where
        F: FnOnce(&mut U) -> Option<&mut V>,
    {
        match this.access.try_map(f) {
            Ok(access) => Ok(OwnedRwLockMappedWriteGuard { access }),
            Err(access) => Err(Self { access }),
        }
    }

    /// The lock that this is a guard of.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::{OwnedRwLockMappedWriteGuard, OwnedRwLockWriteGuard, RwLock};
    ///
    /// let lock = Arc::new(RwLock::new(5));
    /// let writer = lock.clone().try_write_owned().unwrap();
    /// let writer = OwnedRwLockWriteGuard::into_mapped(writer);
    /// assert!(Arc::ptr_eq(OwnedRwLockMappedWriteGuard::rwlock(&writer), &lock));
    /// ```
    #[must_use]
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        this.access.source()
    }
}
