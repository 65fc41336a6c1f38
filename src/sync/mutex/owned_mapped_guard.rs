//! The guard of a part of a value, which shares the mutex.

use std::sync::Arc;

use super::Mutex;
use crate::sync::permits::{Exclusive, writes};

/// The right to a part of the value of a shared [`Mutex`], which is unlocked when this is dropped.
///
/// Made by [`OwnedMutexGuard::map`](super::OwnedMutexGuard::map).
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use runtime::sync::{Mutex, OwnedMutexGuard};
///
/// runtime::block_on(async {
///     let mutex = Arc::new(Mutex::new((1, "one")));
///     let guard = mutex.clone().lock_owned().await;
///     let mut number = OwnedMutexGuard::map(guard, |pair| &mut pair.0);
///     runtime::spawn(async move { *number = 11 });
///     assert_eq!(mutex.lock().await.0, 11);
/// });
/// ```
#[must_use = "dropped at once, it unlocks at once"]
pub struct OwnedMappedMutexGuard<T: ?Sized, U: ?Sized = T> {
    pub(super) access: Exclusive<Arc<Mutex<T>>, U>,
}

writes!([T: ?Sized, U: ?Sized] OwnedMappedMutexGuard<T, U> => U);

impl<T: ?Sized, U: ?Sized> OwnedMappedMutexGuard<T, U> {
    /// Narrows the guard further.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};
    ///
    /// let mutex = Arc::new(Mutex::new(((1, 2), 3)));
    /// let pair = OwnedMutexGuard::map(mutex.try_lock_owned().unwrap(), |value| &mut value.0);
    /// assert_eq!(*OwnedMappedMutexGuard::map(pair, |pair| &mut pair.1), 2);
    /// ```
    pub fn map<S, F>(this: Self, f: F) -> OwnedMappedMutexGuard<T, S>
    where
        S: ?Sized,
        F: FnOnce(&mut U) -> &mut S,
    {
        OwnedMappedMutexGuard { access: this.access.map(f) }
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
    /// use runtime::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};
    ///
    /// let mutex = Arc::new(Mutex::new((vec![1, 2], "list")));
    /// let list = OwnedMutexGuard::map(mutex.try_lock_owned().unwrap(), |value| &mut value.0);
    /// let second = OwnedMappedMutexGuard::try_map(list, |list| list.get_mut(1)).unwrap();
    /// assert_eq!(*second, 2);
    /// ```
    pub fn try_map<S, F>(this: Self, f: F) -> Result<OwnedMappedMutexGuard<T, S>, Self>
    where
        S: ?Sized,
        F: FnOnce(&mut U) -> Option<&mut S>,
    {
        match this.access.try_map(f) {
            Ok(access) => Ok(OwnedMappedMutexGuard { access }),
            Err(access) => Err(Self { access }),
        }
    }
}
