//! The guard of a writer, which borrows its lock.

use std::marker::PhantomData;

use super::{RwLockMappedWriteGuard, RwLockReadGuard};
use crate::sync::permits::{Exclusive, Permits, writes};

/// The right to write the value of a [`RwLock`](super::RwLock), which ends when this is dropped.
///
/// Returned by [`RwLock::write`](super::RwLock::write) and its like.
///
/// # Examples
///
/// ```
/// use runtime::sync::RwLock;
///
/// runtime::block_on(async {
///     let lock = RwLock::new(vec![1, 2]);
///     lock.write().await.push(3);
///     assert_eq!(lock.read().await.len(), 3);
/// });
/// ```
#[must_use = "dropped at once, it unlocks at once"]
pub struct RwLockWriteGuard<'a, T: ?Sized> {
    access: Exclusive<&'a Permits, T>,
    /// It can be turned into a reader's guard, beside which there are others: so whoever sends it sends a `&T` too.
    _value: PhantomData<(&'a mut T, &'a T)>,
}

writes!(['a, T: ?Sized] RwLockWriteGuard<'a, T> => T);

impl<'a, T: ?Sized> RwLockWriteGuard<'a, T> {
    pub(super) fn new(access: Exclusive<&'a Permits, T>) -> Self {
        Self { access, _value: PhantomData }
    }

    /// Narrows the guard to a part of the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{RwLock, RwLockWriteGuard};
    ///
    /// let lock = RwLock::new((1, "one"));
    /// *RwLockWriteGuard::map(lock.try_write().unwrap(), |pair| &mut pair.0) = 11;
    /// assert_eq!(lock.into_inner(), (11, "one"));
    /// ```
    pub fn map<F, U: ?Sized>(this: Self, f: F) -> RwLockMappedWriteGuard<'a, U>
    where
        F: FnOnce(&mut T) -> &mut U,
    {
        RwLockMappedWriteGuard::new(this.access.map(f))
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
    /// use runtime::sync::{RwLock, RwLockWriteGuard};
    ///
    /// let lock = RwLock::new(vec![1, 2]);
    /// let list = lock.try_write().unwrap();
    /// let list = RwLockWriteGuard::try_map(list, |list| list.get_mut(7)).unwrap_err();
    /// assert_eq!(list.len(), 2);
    /// ```
    pub fn try_map<F, U: ?Sized>(this: Self, f: F) -> Result<RwLockMappedWriteGuard<'a, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        this.access.try_map(f).map(RwLockMappedWriteGuard::new).map_err(Self::new)
    }

    /// The same right, as a guard that is narrowed to the whole value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{RwLock, RwLockMappedWriteGuard, RwLockWriteGuard};
    ///
    /// let lock = RwLock::new(5);
    /// let guard: RwLockMappedWriteGuard<'_, u32> =
    ///     RwLockWriteGuard::into_mapped(lock.try_write().unwrap());
    /// assert_eq!(*guard, 5);
    /// ```
    pub fn into_mapped(this: Self) -> RwLockMappedWriteGuard<'a, T> {
        RwLockMappedWriteGuard::new(this.access)
    }

    /// Goes on as a reader, without letting a writer in between.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// let lock = RwLock::new(5);
    /// let mut writer = lock.try_write().unwrap();
    /// *writer += 1;
    /// let reader = writer.downgrade();
    /// assert_eq!(*lock.try_read().unwrap(), 6);
    /// assert!(lock.try_write().is_err());
    /// # drop(reader);
    /// ```
    pub fn downgrade(self) -> RwLockReadGuard<'a, T> {
        Self::downgrade_map(self, |value| value)
    }

    /// Goes on as a reader of a part of the value, without letting a writer in between.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{RwLock, RwLockWriteGuard};
    ///
    /// let lock = RwLock::new((1, "one"));
    /// let number = RwLockWriteGuard::downgrade_map(lock.try_write().unwrap(), |pair| &pair.0);
    /// assert_eq!(lock.try_read().unwrap().0, *number);
    /// ```
    pub fn downgrade_map<F, U: ?Sized>(this: Self, f: F) -> RwLockReadGuard<'a, U>
    where
        F: FnOnce(&T) -> &U,
    {
        RwLockReadGuard { access: this.access.downgrade_map(f) }
    }

    /// As [`downgrade_map`](Self::downgrade_map), if there is such a part.
    ///
    /// # Errors
    ///
    /// Returns the guard, which may still write, if `f` returns `None`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{RwLock, RwLockWriteGuard};
    ///
    /// let lock = RwLock::new(vec![1, 2]);
    /// let list = lock.try_write().unwrap();
    /// let list = RwLockWriteGuard::try_downgrade_map(list, |list| list.get(7)).unwrap_err();
    /// let first = RwLockWriteGuard::try_downgrade_map(list, |list| list.first()).unwrap();
    /// assert_eq!(*first, 1);
    /// ```
    pub fn try_downgrade_map<F, U: ?Sized>(this: Self, f: F) -> Result<RwLockReadGuard<'a, U>, Self>
    where
        F: FnOnce(&T) -> Option<&U>,
    {
        match this.access.try_downgrade_map(f) {
            Ok(access) => Ok(RwLockReadGuard { access }),
            Err(access) => Err(Self::new(access)),
        }
    }
}
