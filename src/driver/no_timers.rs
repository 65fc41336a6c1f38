//! In place of `timers` where no feature needs them: there are none.

use super::clock::Tick;

/// There are none.
pub(crate) enum Timers {}

impl Timers {
    pub(crate) fn next(&self) -> Tick {
        match *self {}
    }

    pub(crate) fn len(&self) -> usize {
        match *self {}
    }

    pub(crate) fn fire(&self, _: Tick) -> usize {
        match *self {}
    }

    pub(crate) fn close(&self) {
        match *self {}
    }
}
