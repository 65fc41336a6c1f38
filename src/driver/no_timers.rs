//! In place of `timers` where no feature needs them: nothing is ever due.

use super::clock::Tick;

/// No timers.
pub(crate) struct Timers(());

impl Timers {
    pub(crate) fn new(_: impl Fn(Tick)) -> Self {
        Self(())
    }

    pub(crate) fn next(&self) -> Tick {
        Tick::NEVER
    }

    pub(crate) fn fire(&self, _: Tick) -> usize {
        0
    }

    pub(crate) fn close(&self) {}
}
