//! The guard that borrows its mutex.

use super::{MappedMutexGuard, Mutex};
use crate::sync::permits::{Exclusive, writes};

/// The right to the value of a [`Mutex`], which is unlocked when this is dropped.
///
/// Returned by [`Mutex::lock`] and its like. It may be kept across an `.await`.
///
/// # Examples
///
/// ```
/// use runtime::sync::Mutex;
///
/// runtime::block_on(async {
///     let mutex = Mutex::new(vec![1, 2]);
///     let mut guard = mutex.lock().await;
///     guard.push(3);
///     assert_eq!(guard.len(), 3);
/// });
/// ```
#[must_use = "dropped at once, it unlocks at once"]
pub struct MutexGuard<'a, T: ?Sized> {
    pub(super) access: Exclusive<&'a Mutex<T>, T>,
}

writes!(['a, T: ?Sized] MutexGuard<'a, T> => T);

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    /// Narrows the guard to a part of the value.
    ///
    /// This is a function and not a method, so that it does not hide one of the value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{Mutex, MutexGuard};
    ///
    /// let mutex = Mutex::new((1, "one"));
    /// let mut number = MutexGuard::map(mutex.try_lock().unwrap(), |pair| &mut pair.0);
    /// *number = 11;
    /// drop(number);
    /// assert_eq!(mutex.into_inner(), (11, "one"));
    /// ```
    pub fn map<U, F>(this: Self, f: F) -> MappedMutexGuard<'a, U>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> &mut U,
    {
        MappedMutexGuard::new(this.access.erase().map(f))
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
    /// use runtime::sync::{Mutex, MutexGuard};
    ///
    /// let mutex = Mutex::new(vec![1, 2]);
    /// let guard = mutex.try_lock().unwrap();
    /// let guard = MutexGuard::try_map(guard, |list| list.get_mut(7)).unwrap_err();
    /// let second = MutexGuard::try_map(guard, |list| list.get_mut(1)).unwrap();
    /// assert_eq!(*second, 2);
    /// ```
    pub fn try_map<U, F>(this: Self, f: F) -> Result<MappedMutexGuard<'a, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        match this.access.try_map(f) {
            Ok(access) => Ok(MappedMutexGuard::new(access.erase())),
            Err(access) => Err(Self { access }),
        }
    }

    /// The mutex that this is a guard of.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{Mutex, MutexGuard};
    ///
    /// runtime::block_on(async {
    ///     async fn unlock_and_lock_again<'a>(guard: MutexGuard<'a, u32>) -> MutexGuard<'a, u32> {
    ///         let mutex = MutexGuard::mutex(&guard);
    ///         drop(guard);
    ///         mutex.lock().await
    ///     }
    ///
    ///     let mutex = Mutex::new(1);
    ///     assert_eq!(*unlock_and_lock_again(mutex.lock().await).await, 1);
    /// });
    /// ```
    #[must_use]
    pub fn mutex(this: &Self) -> &'a Mutex<T> {
        this.access.source()
    }
}
