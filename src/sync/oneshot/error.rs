//! What can go wrong with a [`oneshot`](super) channel.

use std::error::Error;
use std::fmt;

/// The sender was dropped without sending, or the receiver was closed before it did.
///
/// Returned by awaiting a [`Receiver`](super::Receiver).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecvError(pub(super) ());

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("oneshot channel closed without a value")
    }
}

impl Error for RecvError {}

/// Why [`Receiver::try_recv`](super::Receiver::try_recv) returned no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// Nothing has been sent yet.
    Empty,
    /// Nothing will be sent any more, or it was received already.
    Closed,
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "oneshot channel has no value yet",
            Self::Closed => "oneshot channel closed without a value",
        })
    }
}

impl Error for TryRecvError {}
