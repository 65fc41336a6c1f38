//! The clock of a runtime where no feature can stop it: the system's.

use super::Tick;

/// Tells the time in [`Tick`]s.
#[derive(Debug)]
pub(crate) struct Clock(());

impl Clock {
    pub(crate) fn new() -> Self {
        Tick::now(); // the epoch is before all that is measured
        Self(())
    }

    /// The present, which is before [`Tick::NEVER`].
    #[inline]
    pub(crate) fn now(&self) -> Tick {
        Tick::now()
    }

    /// What it shows when the system's clock shows `system`.
    #[inline]
    pub(crate) fn at(&self, system: Tick) -> Tick {
        system
    }

    /// Whether it may show something else than the system's.
    #[inline]
    pub(crate) fn differs(&self) -> bool {
        false
    }

    /// Whether any clock of the process may show something else than the system's.
    #[cfg(feature = "time")]
    #[inline]
    pub(crate) fn any_differs() -> bool {
        false
    }
}
