//! A look at the value.

use std::fmt;
use std::ops::Deref;

use crate::util::sync::RwLockReadGuard;

/// The value of a channel, which nobody can change while this lives.
///
/// Returned by [`Receiver::borrow`](super::Receiver::borrow) and its like. It holds a read lock: senders that want to
/// send block their thread until it is dropped. So keep it for a short time, and never across an `.await`; it is not
/// `Send`, so that a task that does cannot be spawned. To keep the value, clone it.
///
/// # Examples
///
/// ```
/// use runtime::sync::watch;
///
/// let (_tx, rx) = watch::channel(vec![1, 2]);
/// assert_eq!(rx.borrow().len(), 2);
/// ```
pub struct Ref<'a, T> {
    value: RwLockReadGuard<'a, T>,
    has_changed: bool,
}

impl<'a, T> Ref<'a, T> {
    pub(super) fn new(value: RwLockReadGuard<'a, T>, has_changed: bool) -> Self {
        Self { value, has_changed }
    }

    /// Whether the receiver had not seen this value before.
    ///
    /// Values that were only [borrowed](super::Receiver::borrow) do not count as seen. Borrowed from a sender, this
    /// is always `false`. Unlike [`Receiver::has_changed`](super::Receiver::has_changed) it does not care whether
    /// senders are left.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::watch;
    ///
    /// let (tx, mut rx) = watch::channel(1);
    /// assert!(!rx.borrow().has_changed());
    /// tx.send(2).unwrap();
    /// assert!(rx.borrow().has_changed());
    /// assert!(rx.borrow_and_update().has_changed());
    /// assert!(!rx.borrow_and_update().has_changed());
    /// ```
    pub fn has_changed(&self) -> bool {
        self.has_changed
    }
}

impl<T> Deref for Ref<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T: fmt::Debug> fmt::Debug for Ref<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ref")
            .field("value", &**self)
            .field("has_changed", &self.has_changed)
            .finish()
    }
}
