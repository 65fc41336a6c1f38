//! The key of a task-local.

use std::error::Error;
use std::fmt;
use std::thread;

use super::TaskLocalFuture;
use crate::util::scoped::Scoped;

/// The place of a thread where a scope lends its value. For the expansion of `task_local!` alone.
#[doc(hidden)]
#[derive(Debug)]
pub struct Place<T>(Scoped<T>);

impl<T> Place<T> {
    #[allow(clippy::new_without_default, reason = "for a macro, in a const")]
    pub const fn new() -> Self {
        Self(Scoped::new())
    }
}

/// A key for a value that a task carries along; [`task_local!`](crate::task_local) declares it.
///
/// The key has a value inside [`scope`](Self::scope) and [`sync_scope`](Self::sync_scope): a task that is spawned in there does
/// not inherit it.
///
/// # Examples
///
/// ```
/// runtime::task_local! {
///     static NUMBER: u32;
/// }
///
/// runtime::block_on(NUMBER.scope(1, async {
///     assert_eq!(NUMBER.get(), 1);
///     NUMBER.scope(2, async { assert_eq!(NUMBER.get(), 2) }).await;
///     assert_eq!(NUMBER.get(), 1);
///     runtime::spawn(async { assert!(NUMBER.try_get().is_err()) }).await.unwrap();
/// }));
/// ```
pub struct LocalKey<T: 'static> {
    place: thread::LocalKey<Place<T>>,
}

/// The error of [`LocalKey::try_with`]: the key has no value here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessError(());

impl<T: 'static> LocalKey<T> {
    /// For the expansion of `task_local!` alone.
    #[doc(hidden)]
    pub const fn __new(place: thread::LocalKey<Place<T>>) -> Self {
        Self { place }
    }

    /// Gives the key a value for as long as the future runs.
    ///
    /// The future sees it in each poll and in its drop, also if that is by an abort or by the end of the runtime. The value itself
    /// lasts until the returned future is dropped, unless [`take_value`](TaskLocalFuture::take_value) takes it before.
    ///
    /// # Cancel safety
    ///
    /// As the future.
    ///
    /// # Examples
    ///
    /// ```
    /// runtime::task_local! {
    ///     static NUMBER: u32;
    /// }
    ///
    /// let task = NUMBER.scope(7, async { NUMBER.get() });
    /// assert_eq!(runtime::block_on(task), 7);
    /// ```
    pub fn scope<F: Future>(&'static self, value: T, future: F) -> TaskLocalFuture<T, F> {
        TaskLocalFuture::new(self, value, future)
    }

    /// Gives the key a value while the closure runs.
    ///
    /// # Examples
    ///
    /// ```
    /// runtime::task_local! {
    ///     static NUMBER: u32;
    /// }
    ///
    /// assert_eq!(NUMBER.sync_scope(7, || NUMBER.get()), 7);
    /// assert!(NUMBER.try_get().is_err());
    /// ```
    pub fn sync_scope<F, R>(&'static self, value: T, f: F) -> R
    where
        F: FnOnce() -> R,
    {
        self.lend(Some(&value), f)
    }

    /// Calls `f` with the value.
    ///
    /// # Panics
    ///
    /// If there is none, and if `f` does.
    ///
    /// # Examples
    ///
    /// ```
    /// runtime::task_local! {
    ///     static NAMES: Vec<String>;
    /// }
    ///
    /// let names = vec!["Ann".to_owned(), "Bob".to_owned()];
    /// let task = NAMES.scope(names, async { NAMES.with(|names| names.join(" and ")) });
    /// assert_eq!(runtime::block_on(task), "Ann and Bob");
    /// ```
    #[track_caller]
    pub fn with<F, R>(&'static self, f: F) -> R
    where
        F: FnOnce(&T) -> R,
    {
        match self.try_with(f) {
            Ok(result) => result,
            Err(error) => no_value(error),
        }
    }

    /// Calls `f` with the value, if there is one.
    ///
    /// # Errors
    ///
    /// If there is none. `f` is dropped then.
    pub fn try_with<F, R>(&'static self, f: F) -> Result<R, AccessError>
    where
        F: FnOnce(&T) -> R,
    {
        self.place.with(|place| place.0.with(|value| value.map(f))).ok_or(AccessError(()))
    }

    /// Runs `f` while the key has this value, or none.
    pub(super) fn lend<R>(&'static self, value: Option<&T>, f: impl FnOnce() -> R) -> R {
        self.place.with(|place| place.0.set(value, f))
    }
}

impl<T: Clone + 'static> LocalKey<T> {
    /// A copy of the value.
    ///
    /// # Panics
    ///
    /// If there is none.
    #[track_caller]
    pub fn get(&'static self) -> T {
        self.with(T::clone)
    }

    /// A copy of the value, if there is one.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn try_get(&'static self) -> Result<T, AccessError> {
        self.try_with(T::clone)
    }
}

#[cold]
#[track_caller]
fn no_value(error: AccessError) -> ! {
    panic!("{error}: this is not inside `scope` or `sync_scope` of its key")
}

impl<T: 'static> fmt::Debug for LocalKey<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalKey").finish_non_exhaustive()
    }
}

impl fmt::Display for AccessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("task-local value not set")
    }
}

impl Error for AccessError {}
