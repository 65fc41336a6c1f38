//! In place of `pause` where no feature stops clocks: time goes by.

use std::sync::Arc;

use super::attend::{Attendant, Driver};
use super::parker::Parker;
#[cfg(feature = "time")]
use super::timers::Timers;

/// Nobody waits for quiet.
#[derive(Debug, Default)]
pub(super) struct Quiet(());

impl Quiet {
    #[inline]
    pub(super) fn count_look(&self) {}

    pub(super) fn is_awaited(&self) -> bool {
        false
    }

    #[inline]
    pub(super) fn end(&self) -> bool {
        false
    }
}

impl Driver {
    #[inline]
    pub(super) fn wait_paused(&self, _: &mut Attendant, _: &Arc<Parker>) -> bool {
        false
    }

    #[cfg(feature = "time")]
    #[inline]
    pub(super) fn tell_time(&self, _: &Timers) {}

    #[inline]
    pub(crate) fn closure_ended(&self) {}
}
