//! The moment from which all clocks of the crate count, so that what they say can be compared.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// That moment: when it was first asked for.
#[inline]
pub(crate) fn epoch() -> Instant {
    static EPOCH: OnceLock<Instant> = OnceLock::new();
    *EPOCH.get_or_init(Instant::now)
}

/// How long it was from then to `instant`; nothing for what was before it.
#[inline]
pub(crate) fn since_epoch(instant: Instant) -> Duration {
    instant.saturating_duration_since(epoch())
}
