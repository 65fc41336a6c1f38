//! The guard of a reader, which borrows its lock.

use crate::sync::permits::{Permits, Shared, reads};

/// The right to read the value of a [`RwLock`](super::RwLock), which ends when this is dropped.
///
/// Returned by [`RwLock::read`](super::RwLock::read) and its like.
///
/// # Examples
///
/// ```
/// use runtime::sync::RwLock;
///
/// runtime::block_on(async {
///     let lock = RwLock::new(vec![1, 2]);
///     assert_eq!(lock.read().await.len(), 2);
/// });
/// ```
#[must_use = "dropped at once, it unlocks at once"]
pub struct RwLockReadGuard<'a, T: ?Sized> {
    pub(super) access: Shared<&'a Permits, T>,
}

reads!(['a, T: ?Sized] RwLockReadGuard<'a, T> => T);

impl<'a, T: ?Sized> RwLockReadGuard<'a, T> {
    /// Narrows the guard to a part of the value.
    ///
    /// This is a function and not a method, so that it does not hide one of the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{RwLock, RwLockReadGuard};
    ///
    /// let lock = RwLock::new((1, "one"));
    /// let name = RwLockReadGuard::map(lock.try_read().unwrap(), |pair| pair.1);
    /// assert_eq!(&*name, "one");
    /// ```
    pub fn map<F, U: ?Sized>(this: Self, f: F) -> RwLockReadGuard<'a, U>
    where
        F: FnOnce(&T) -> &U,
    {
        RwLockReadGuard { access: this.access.map(f) }
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
    /// use runtime::sync::{RwLock, RwLockReadGuard};
    ///
    /// let lock = RwLock::new(vec![1, 2]);
    /// let list = lock.try_read().unwrap();
    /// let list = RwLockReadGuard::try_map(list, |list| list.get(7)).unwrap_err();
    /// assert_eq!(list.len(), 2);
    /// ```
    pub fn try_map<F, U: ?Sized>(this: Self, f: F) -> Result<RwLockReadGuard<'a, U>, Self>
    where
        F: FnOnce(&T) -> Option<&U>,
    {
        match this.access.try_map(f) {
            Ok(access) => Ok(RwLockReadGuard { access }),
            Err(access) => Err(Self { access }),
        }
    }
}
