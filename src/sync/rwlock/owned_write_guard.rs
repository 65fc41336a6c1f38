//! The guard of a writer, which shares its lock.

use std::sync::Arc;

use super::{OwnedRwLockMappedWriteGuard, OwnedRwLockReadGuard, RwLock};
use crate::sync::permits::{Exclusive, writes};

/// The right to write the value of a shared [`RwLock`], which ends when this is dropped.
///
/// Returned by [`RwLock::write_owned`] and its like.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use runtime::sync::RwLock;
///
/// runtime::block_on(async {
///     let lock = Arc::new(RwLock::new(vec![1, 2]));
///     let mut writer = lock.clone().write_owned().await;
///     runtime::spawn(async move { writer.push(3) }).await.unwrap();
///     assert_eq!(lock.read().await.len(), 3);
/// });
/// ```
#[must_use = "dropped at once, it unlocks at once"]
pub struct OwnedRwLockWriteGuard<T: ?Sized> {
    pub(super) access: Exclusive<Arc<RwLock<T>>, T>,
}

writes!([T: ?Sized] OwnedRwLockWriteGuard<T> => T);

impl<T: ?Sized> OwnedRwLockWriteGuard<T> {
    /// Narrows the guard to a part of the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let writer = Arc::new(RwLock::new((1, "one"))).try_write_owned().unwrap();
    /// assert_eq!(*OwnedRwLockWriteGuard::map(writer, |pair| &mut pair.0), 1);
    /// ```
    pub fn map<F, U: ?Sized>(this: Self, f: F) -> OwnedRwLockMappedWriteGuard<T, U>
    where
        F: FnOnce(&mut T) -> &mut U,
    {
        OwnedRwLockMappedWriteGuard { access: this.access.map(f) }
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
    /// use runtime::sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let list = Arc::new(RwLock::new(vec![1, 2])).try_write_owned().unwrap();
    /// let list = OwnedRwLockWriteGuard::try_map(list, |list| list.get_mut(7)).unwrap_err();
    /// assert_eq!(list.len(), 2);
    /// ```
    pub fn try_map<F, U: ?Sized>(
        this: Self,
        f: F,
    ) -> Result<OwnedRwLockMappedWriteGuard<T, U>, Self>
    where
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        match this.access.try_map(f) {
            Ok(access) => Ok(OwnedRwLockMappedWriteGuard { access }),
            Err(access) => Err(Self { access }),
        }
    }

    /// The same right, as a guard that is narrowed to the whole value.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let writer = Arc::new(RwLock::new(5)).try_write_owned().unwrap();
    /// assert_eq!(*OwnedRwLockWriteGuard::into_mapped(writer), 5);
    /// ```
    pub fn into_mapped(this: Self) -> OwnedRwLockMappedWriteGuard<T> {
        OwnedRwLockMappedWriteGuard { access: this.access }
    }

    /// Goes on as a reader, without letting a writer in between.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::RwLock;
    ///
    /// let lock = Arc::new(RwLock::new(5));
    /// let reader = lock.clone().try_write_owned().unwrap().downgrade();
    /// assert_eq!(*lock.try_read().unwrap(), *reader);
    /// ```
    pub fn downgrade(self) -> OwnedRwLockReadGuard<T> {
        Self::downgrade_map(self, |value| value)
    }

    /// Goes on as a reader of a part of the value, without letting a writer in between.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let writer = Arc::new(RwLock::new((1, "one"))).try_write_owned().unwrap();
    /// assert_eq!(*OwnedRwLockWriteGuard::downgrade_map(writer, |pair| &pair.0), 1);
    /// ```
    pub fn downgrade_map<F, U: ?Sized>(this: Self, f: F) -> OwnedRwLockReadGuard<T, U>
    where
        F: FnOnce(&T) -> &U,
    {
        OwnedRwLockReadGuard { access: this.access.downgrade_map(f) }
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
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let list = Arc::new(RwLock::new(vec![1, 2])).try_write_owned().unwrap();
    /// let first = OwnedRwLockWriteGuard::try_downgrade_map(list, |list| list.first()).unwrap();
    /// assert_eq!(*first, 1);
    /// ```
    pub fn try_downgrade_map<F, U: ?Sized>(
        this: Self,
        f: F,
    ) -> Result<OwnedRwLockReadGuard<T, U>, Self>
    where
        F: FnOnce(&T) -> Option<&U>,
    {
        match this.access.try_downgrade_map(f) {
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
    /// use runtime::sync::{OwnedRwLockWriteGuard, RwLock};
    ///
    /// let lock = Arc::new(RwLock::new(5));
    /// let writer = lock.clone().try_write_owned().unwrap();
    /// assert!(Arc::ptr_eq(OwnedRwLockWriteGuard::rwlock(&writer), &lock));
    /// ```
    #[must_use]
    pub fn rwlock(this: &Self) -> &Arc<RwLock<T>> {
        this.access.source()
    }
}
