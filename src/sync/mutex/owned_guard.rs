//! The guard that shares its mutex.

use std::sync::Arc;

use super::{Mutex, OwnedMappedMutexGuard};
use crate::sync::permits::{Exclusive, writes};

/// The right to the value of a shared [`Mutex`], which is unlocked when this is dropped.
///
/// Returned by [`Mutex::lock_owned`] and its like. Since it borrows nothing, a task can take it along.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use runtime::sync::Mutex;
///
/// runtime::block_on(async {
///     let mutex = Arc::new(Mutex::new(vec![1, 2]));
///     let mut guard = mutex.clone().lock_owned().await;
///     runtime::spawn(async move { guard.push(3) }).await.unwrap();
///     assert_eq!(mutex.lock().await.len(), 3);
/// });
/// ```
#[must_use = "dropped at once, it unlocks at once"]
pub struct OwnedMutexGuard<T: ?Sized> {
    pub(super) access: Exclusive<Arc<Mutex<T>>, T>,
}

writes!([T: ?Sized] OwnedMutexGuard<T> => T);

impl<T: ?Sized> OwnedMutexGuard<T> {
    /// Narrows the guard to a part of the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::{Mutex, OwnedMutexGuard};
    ///
    /// let mutex = Arc::new(Mutex::new((1, "one")));
    /// let guard = mutex.try_lock_owned().unwrap();
    /// assert_eq!(*OwnedMutexGuard::map(guard, |pair| &mut pair.0), 1);
    /// ```
    pub fn map<U, F>(this: Self, f: F) -> OwnedMappedMutexGuard<T, U>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> &mut U,
    {
        OwnedMappedMutexGuard { access: this.access.map(f) }
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
    /// use runtime::sync::{Mutex, OwnedMutexGuard};
    ///
    /// let mutex = Arc::new(Mutex::new(vec![1, 2]));
    /// let guard = mutex.try_lock_owned().unwrap();
    /// let guard = OwnedMutexGuard::try_map(guard, |list| list.get_mut(7)).unwrap_err();
    /// assert_eq!(guard.len(), 2);
    /// ```
    pub fn try_map<U, F>(this: Self, f: F) -> Result<OwnedMappedMutexGuard<T, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        match this.access.try_map(f) {
            Ok(access) => Ok(OwnedMappedMutexGuard { access }),
            Err(access) => Err(Self { access }),
        }
    }

    /// The mutex that this is a guard of.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::{Mutex, OwnedMutexGuard};
    ///
    /// let mutex = Arc::new(Mutex::new(1));
    /// let guard = mutex.clone().try_lock_owned().unwrap();
    /// assert!(Arc::ptr_eq(OwnedMutexGuard::mutex(&guard), &mutex));
    /// ```
    #[must_use]
    pub fn mutex(this: &Self) -> &Arc<Mutex<T>> {
        this.access.source()
    }
}
