//! The guard of a writer of a part of a value.

use std::marker::PhantomData;

use crate::sync::permits::{Exclusive, Permits, writes};

/// The right to write a part of the value of a [`RwLock`](super::RwLock), which ends when this is dropped.
///
/// Made by [`RwLockWriteGuard::map`](super::RwLockWriteGuard::map).
///
/// # Examples
///
/// ```
/// use runtime::sync::{RwLock, RwLockWriteGuard};
///
/// runtime::block_on(async {
///     let lock = RwLock::new((1, "one"));
///     let mut number = RwLockWriteGuard::map(lock.write().await, |pair| &mut pair.0);
///     *number = 11;
///     drop(number);
///     assert_eq!(lock.read().await.0, 11);
/// });
/// ```
#[must_use = "dropped at once, it unlocks at once"]
pub struct RwLockMappedWriteGuard<'a, T: ?Sized> {
    access: Exclusive<&'a Permits, T>,
    _value: PhantomData<(&'a mut T, &'a T)>,
}

writes!(['a, T: ?Sized] RwLockMappedWriteGuard<'a, T> => T);

impl<'a, T: ?Sized> RwLockMappedWriteGuard<'a, T> {
    pub(super) fn new(access: Exclusive<&'a Permits, T>) -> Self {
        Self { access, _value: PhantomData }
    }

    /// Narrows the guard further.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{RwLock, RwLockMappedWriteGuard, RwLockWriteGuard};
    ///
    /// let lock = RwLock::new(((1, 2), 3));
    /// let pair = RwLockWriteGuard::map(lock.try_write().unwrap(), |value| &mut value.0);
    /// assert_eq!(*RwLockMappedWriteGuard::map(pair, |pair| &mut pair.1), 2);
    /// ```
    pub fn map<F, U: ?Sized>(this: Self, f: F) -> RwLockMappedWriteGuard<'a, U>
    where
        F: FnOnce(&mut T) -> &mut U,
    {
        RwLockMappedWriteGuard::new(this.access.map(f))
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
    /// use runtime::sync::{RwLock, RwLockMappedWriteGuard, RwLockWriteGuard};
    ///
    /// let lock = RwLock::new((vec![1, 2], "list"));
    /// let list = RwLockWriteGuard::map(lock.try_write().unwrap(), |value| &mut value.0);
    /// let list = RwLockMappedWriteGuard::try_map(list, |list| list.get_mut(7)).unwrap_err();
    /// assert_eq!(list.len(), 2);
    /// ```
    pub fn try_map<F, U: ?Sized>(this: Self, f: F) -> Result<RwLockMappedWriteGuard<'a, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        this.access.try_map(f).map(RwLockMappedWriteGuard::new).map_err(Self::new)
    }
}
