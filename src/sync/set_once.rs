//! A value that somebody provides once, and tasks wait for.
//!
//! The value is in a [`WriteOnce`], and who waits for it does so by a [`Notify`]: writing comes before notifying, and a wait is
//! begun before the look for the value, so that either the look finds it or the notification ends the wait.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Poll, ready};

use super::Notify;
use super::notify::Wait;
use crate::coop::{self, WaitReason};
use crate::util::write_once::WriteOnce;

/// A value that somebody provides once, and tasks wait for.
///
/// Whoever has the value [sets](Self::set) it, and all tasks that [wait](Self::wait) get a reference to it, as do those
/// that come later. For a value that the first who needs it makes, see [`OnceCell`](super::OnceCell).
///
/// # Examples
///
/// ```
/// use runtime::sync::SetOnce;
///
/// static ADDRESS: SetOnce<String> = SetOnce::const_new();
///
/// runtime::block_on(async {
///     let client = runtime::spawn(async { ADDRESS.wait().await.len() });
///     ADDRESS.set("127.0.0.1:80".to_owned()).unwrap();
///     assert_eq!(client.await.unwrap(), 12);
/// });
/// ```
pub struct SetOnce<T> {
    value: WriteOnce<T>,
    set: Notify,
}

impl<T> SetOnce<T> {
    /// Creates one without a value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::SetOnce;
    ///
    /// assert_eq!(SetOnce::<u8>::new().get(), None);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::new_with(None)
    }

    /// As [`new`](Self::new), for a `static`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::SetOnce;
    ///
    /// static ONCE: SetOnce<u8> = SetOnce::const_new();
    /// assert!(!ONCE.initialized());
    /// ```
    #[cfg(not(loom))]
    #[must_use]
    pub const fn const_new() -> Self {
        Self { value: WriteOnce::new(None), set: Notify::const_new() }
    }

    /// Creates one with a value, or without.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::SetOnce;
    ///
    /// assert_eq!(SetOnce::new_with(Some(1)).get(), Some(&1));
    /// ```
    #[must_use]
    pub fn new_with(value: Option<T>) -> Self {
        Self { value: WriteOnce::new(value), set: Notify::new() }
    }

    /// Creates one with a value, for a `static`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::SetOnce;
    ///
    /// static ONCE: SetOnce<u8> = SetOnce::const_new_with(1);
    /// assert_eq!(ONCE.get(), Some(&1));
    /// ```
    #[cfg(not(loom))]
    #[must_use]
    pub const fn const_new_with(value: T) -> Self {
        Self { value: WriteOnce::new(Some(value)), set: Notify::const_new() }
    }

    /// Whether there is a value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::SetOnce;
    ///
    /// assert!(SetOnce::from(1).initialized());
    /// ```
    pub fn initialized(&self) -> bool {
        self.value.is_set()
    }

    /// The value, if there is one; this never waits.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::SetOnce;
    ///
    /// assert_eq!(SetOnce::from(1).get(), Some(&1));
    /// ```
    pub fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// Provides the value, and wakes all who wait for it.
    ///
    /// # Errors
    ///
    /// Returns the value if there is one already.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{SetOnce, SetOnceError};
    ///
    /// let once = SetOnce::new();
    /// assert_eq!(once.set(1), Ok(()));
    /// assert_eq!(once.set(2), Err(SetOnceError(2)));
    /// assert_eq!(once.get(), Some(&1));
    /// ```
    pub fn set(&self, value: T) -> Result<(), SetOnceError<T>> {
        self.value.set(value).map_err(SetOnceError)?;
        self.set.notify_waiters();
        Ok(())
    }

    /// Takes the value out, if there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::SetOnce;
    ///
    /// assert_eq!(SetOnce::from(1).into_inner(), Some(1));
    /// ```
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }

    /// Waits for the value.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future has no effect on the value or on others that wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::SetOnce;
    ///
    /// runtime::block_on(async {
    ///     let once = SetOnce::new();
    ///     let (value, set) = runtime::join!(once.wait(), async { once.set(1) });
    ///     assert_eq!((value, set), (&1, Ok(())));
    /// });
    /// ```
    pub async fn wait(&self) -> &T {
        let mut wait = pin!(Wait::new(&self.set));
        poll_fn(|cx| {
            let unit = ready!(coop::poll_proceed(cx));
            let value = match self.get() {
                Some(value) => value,
                None => {
                    let set = wait.as_mut().poll_notified(cx.waker());
                    ready!(coop::waits(WaitReason::OnceCell, set));
                    self.get().expect("the notification came before the value")
                }
            };
            unit.made_progress();
            Poll::Ready(value)
        })
        .await
    }
}

impl<T> Default for SetOnce<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<T> for SetOnce<T> {
    fn from(value: T) -> Self {
        Self::new_with(Some(value))
    }
}

impl<T: Clone> Clone for SetOnce<T> {
    fn clone(&self) -> Self {
        Self::new_with(self.get().cloned())
    }
}

impl<T: PartialEq> PartialEq for SetOnce<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for SetOnce<T> {}

impl<T: fmt::Debug> fmt::Debug for SetOnce<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetOnce").field("value", &self.get()).finish()
    }
}

/// There is a value already; the other one is given back.
///
/// Returned by [`SetOnce::set`].
#[derive(Debug, PartialEq, Eq)]
pub struct SetOnceError<T>(pub T);

impl<T> fmt::Display for SetOnceError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value was set already")
    }
}

impl<T: fmt::Debug> Error for SetOnceError<T> {}
