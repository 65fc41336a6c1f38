//! Why a lock was not taken.

use std::error::Error;
use std::fmt;

/// The lock is taken, or others wait for it.
///
/// Returned by [`Mutex::try_lock`](super::Mutex::try_lock),
/// [`RwLock::try_read`](crate::sync::RwLock::try_read) and their like.
#[derive(Debug)]
pub struct TryLockError(pub(in crate::sync) ());

impl fmt::Display for TryLockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("lock is taken")
    }
}

impl Error for TryLockError {}
