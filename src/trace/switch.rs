//! Whether anything is recorded: the one word that each hook reads.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The number of the present recording, 0 while there is none. It is written by `recording`, and publishes nothing: a thread
/// that sees it late records a little later, or for a little longer.
pub(super) static RECORDING: AtomicU64 = AtomicU64::new(0);

#[inline(always)]
pub(crate) fn is_on() -> bool {
    RECORDING.load(Relaxed) != 0
}
