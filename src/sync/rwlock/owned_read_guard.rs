//! The guard of a reader, which shares its lock.

use std::sync::Arc;

use super::RwLock;
use crate::sync::permits::{Shared, reads};

/// The right to read the value of a shared [`RwLock`], or a part of it, which ends when this is dropped.
///
/// Returned by [`RwLock::read_owned`] and its like.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use runtime::sync::RwLock;
///
/// runtime::block_on(async {
///     let reader = Arc::new(RwLock::new(vec![1, 2])).read_owned().await;
///     runtime::spawn(async move { assert_eq!(reader.len(), 2) }).await.unwrap();
/// });
/// ```
#[must_use = "dropped at once, it unlocks at once"]
pub struct OwnedRwLockReadGuard<T: ?Sized, U: ?Sized = T> {
    pub(super) access: Shared<Arc<RwLock<T>>, U>,
}

reads!([T: ?Sized, U: ?Sized] OwnedRwLockReadGuard<T, U> => U);

impl<T: ?Sized, U: ?Sized> OwnedRwLockReadGuard<T, U> {
    /// Narrows the guard to a part of the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::{OwnedRwLockReadGuard, RwLock};
    ///
    /// let reader = Arc::new(RwLock::new((1, "one"))).try_read_owned().unwrap();
    /// assert_eq!(*OwnedRwLockReadGuard::map(reader, |pair| &pair.0), 1);
    /// ```
    pub fn map<F, V: ?Sized>(this: Self, f: F) -> OwnedRwLockReadGuard<T, V>
    where
        F: FnOnce(&U) -> &V,
    {
        OwnedRwLockReadGuard { access: this.access.map(f) }
    }

    /// Narrows the guard to a part of the value, if there is one.
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
    /// use runtime::sync::{OwnedRwLockReadGuard, RwLock};
    ///
    /// let list = Arc::new(RwLock::new(vec![1, 2])).try_read_owned().unwrap();
    /// let list = OwnedRwLockReadGuard::try_map(list, |list| list.get(7)).unwrap_err();
    /// assert_eq!(list.len(), 2);
    /// ```
    pub fn try_map<F, V: ?Sized>(this: Self, f: F) -> Result<OwnedRwLockReadGuard<T, V>, Self>
    where
        F: FnOnce(&U) -> Option<&V>,
    {
        match this.access.try_map(f) {
            Ok(access) => Ok(OwnedRwLockReadGuard { access }),
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
    /// use runtime::sync::{OwnedRwLockReadGuard, RwLock};
    ///
    /// let lock = Arc::new(RwLock::new(5));
    /// let reader = lock.clone().try_read_owned().unwrap();
    /// assert!(Arc::ptr_eq(OwnedRwLockReadGuard::rwlock(&reader), &lock));
    /// ```
    #[must_use]
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        this.access.source()
    }
}
