//! Which runtime is which.

use std::fmt;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// The number of a runtime, unique among all runtimes that this process ever had.
///
/// A child that is forked off a process goes on counting where that one was, so its own runtimes have other numbers than those
/// that it inherited, though perhaps the same as some that its parent makes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Id(NonZeroU64);

impl Id {
    pub(super) fn new(number: NonZeroU64) -> Self {
        Self(number)
    }
}

/// A number that was not given before.
pub(super) fn next_number() -> NonZeroU64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NonZeroU64::new(NEXT.fetch_add(1, Relaxed))
        .expect("nobody builds so many runtimes that a word overflows")
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
