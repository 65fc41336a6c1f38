//! Senders that do not keep the channel open.

use std::fmt;

use super::channel::Channel;
use super::sender::Sender;
use crate::sync::senders::Weak;

/// A handle to a broadcast channel that does not keep it open.
///
/// Made by [`Sender::downgrade`].
///
/// # Examples
///
/// ```
/// use runtime::sync::broadcast;
///
/// let (tx, _rx) = broadcast::channel::<i32>(4);
/// let weak = tx.downgrade();
/// assert!(weak.upgrade().is_some());
/// drop(tx);
/// assert!(weak.upgrade().is_none());
/// ```
pub struct WeakSender<T> {
    channel: Weak<Channel<T>>,
}

impl<T> WeakSender<T> {
    pub(super) fn new(channel: Weak<Channel<T>>) -> Self {
        Self { channel }
    }

    /// A sender, unless all senders are gone.
    #[must_use]
    pub fn upgrade(&self) -> Option<Sender<T>> {
        self.channel.upgrade().map(|channel| Sender { channel })
    }

    /// How many senders there are.
    #[must_use]
    pub fn strong_count(&self) -> usize {
        self.channel.shared().strong_count()
    }

    /// How many weak senders there are.
    #[must_use]
    pub fn weak_count(&self) -> usize {
        self.channel.shared().weak_count()
    }
}

impl<T> Clone for WeakSender<T> {
    fn clone(&self) -> Self {
        Self { channel: self.channel.clone() }
    }
}

impl<T> fmt::Debug for WeakSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("broadcast::WeakSender").finish_non_exhaustive()
    }
}
