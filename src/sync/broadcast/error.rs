//! What can go wrong with a [`broadcast`](super) channel.

use std::error::Error;
use std::fmt;

/// There is no receiver; the value is given back.
#[derive(Debug)]
pub struct SendError<T>(pub T);

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broadcast channel has no receivers")
    }
}

impl<T: fmt::Debug> Error for SendError<T> {}

/// Why there was no value to receive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecvError {
    /// All senders are gone, and all that they sent was received.
    Closed,
    /// So many values were lost, since this receiver was too slow. It goes on with the oldest that is left.
    Lagged(u64),
}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("broadcast channel closed"),
            Self::Lagged(n) => write!(f, "broadcast receiver lagged and lost {n} values"),
        }
    }
}

impl Error for RecvError {}

/// Why there was no value to receive without waiting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// Nothing is left for this receiver, and a value may still come.
    Empty,
    /// All senders are gone, and all that they sent was received.
    Closed,
    /// So many values were lost, since this receiver was too slow. It goes on with the oldest that is left.
    Lagged(u64),
}

impl fmt::Display for TryRecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("broadcast channel has no value yet"),
            Self::Closed => f.write_str("broadcast channel closed"),
            Self::Lagged(n) => write!(f, "broadcast receiver lagged and lost {n} values"),
        }
    }
}

impl Error for TryRecvError {}
