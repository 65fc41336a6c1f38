//! What can go wrong with a [`watch`](super) channel.

use std::error::Error;
use std::fmt;

/// There is no receiver; the value is given back.
///
/// Returned by [`Sender::send`](super::Sender::send).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendError").finish_non_exhaustive()
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("channel closed: there is no receiver")
    }
}

impl<T> Error for SendError<T> {}

/// All senders are gone, so that the value will not change any more.
///
/// Returned by [`Receiver::changed`](super::Receiver::changed) and its like.
#[derive(Clone, Debug)]
pub struct RecvError(pub(super) ());

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("channel closed: there is no sender")
    }
}

impl Error for RecvError {}
