//! Waiting for events as precisely as the system can, and what else differs between systems.
//!
//! mio waits in whole milliseconds and rounds up, so a timer that is due in 100 microseconds would fire 0.9
//! milliseconds late. Both files offer the same: `wait`, and `SHORT_MEANS_EMPTY`.

#[cfg(any(target_os = "android", target_os = "linux"))]
mod linux;
#[cfg(any(target_os = "android", target_os = "linux"))]
pub(super) use linux::{SHORT_MEANS_EMPTY, wait};

#[cfg(not(any(target_os = "android", target_os = "linux")))]
mod other;
#[cfg(not(any(target_os = "android", target_os = "linux")))]
pub(super) use other::{SHORT_MEANS_EMPTY, wait};

// Compiled for its tests alone.
#[cfg(all(test, any(target_os = "android", target_os = "linux")))]
#[path = "other.rs"]
#[expect(dead_code, reason = "the constant is only read where this is the real one")]
pub(super) mod fallback;
