//! The guard of a part of a value.

use std::marker::PhantomData;

use crate::sync::permits::{Exclusive, Permits, writes};

/// The right to a part of the value of a [`Mutex`](super::Mutex), which is unlocked when this is dropped.
///
/// Made by [`MutexGuard::map`](super::MutexGuard::map).
///
/// # Examples
///
/// ```
/// use runtime::sync::{MappedMutexGuard, Mutex, MutexGuard};
///
/// struct Account {
///     name: String,
///     cents: u64,
/// }
///
/// async fn balance(account: &Mutex<Account>) -> MappedMutexGuard<'_, u64> {
///     MutexGuard::map(account.lock().await, |account| &mut account.cents)
/// }
///
/// runtime::block_on(async {
///     let account = Mutex::new(Account { name: "savings".to_owned(), cents: 5 });
///     *balance(&account).await += 10;
///     assert_eq!(account.lock().await.cents, 15);
/// #   assert_eq!(account.lock().await.name, "savings");
/// });
/// ```
#[must_use = "dropped at once, it unlocks at once"]
pub struct MappedMutexGuard<'a, T: ?Sized> {
    access: Exclusive<&'a Permits, T>,
    _value: PhantomData<&'a mut T>,
}

writes!(['a, T: ?Sized] MappedMutexGuard<'a, T> => T);

impl<'a, T: ?Sized> MappedMutexGuard<'a, T> {
    pub(super) fn new(access: Exclusive<&'a Permits, T>) -> Self {
        Self { access, _value: PhantomData }
    }

    /// Narrows the guard further.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{MappedMutexGuard, Mutex, MutexGuard};
    ///
    /// let mutex = Mutex::new(((1, 2), 3));
    /// let pair = MutexGuard::map(mutex.try_lock().unwrap(), |value| &mut value.0);
    /// let second = MappedMutexGuard::map(pair, |pair| &mut pair.1);
    /// assert_eq!(*second, 2);
    /// ```
    pub fn map<U, F>(this: Self, f: F) -> MappedMutexGuard<'a, U>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> &mut U,
    {
        MappedMutexGuard::new(this.access.map(f))
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
    /// use runtime::sync::{MappedMutexGuard, Mutex, MutexGuard};
    ///
    /// let mutex = Mutex::new((vec![1, 2], "list"));
    /// let list = MutexGuard::map(mutex.try_lock().unwrap(), |value| &mut value.0);
    /// let list = MappedMutexGuard::try_map(list, |list| list.get_mut(7)).unwrap_err();
    /// assert_eq!(list.len(), 2);
    /// ```
    pub fn try_map<U, F>(this: Self, f: F) -> Result<MappedMutexGuard<'a, U>, Self>
    where
        U: ?Sized,
        F: FnOnce(&mut T) -> Option<&mut U>,
    {
        this.access.try_map(f).map(MappedMutexGuard::new).map_err(Self::new)
    }
}
