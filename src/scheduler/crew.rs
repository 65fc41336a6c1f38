//! Who attends the driver, from the driver's side.

use std::sync::Weak;

use super::Scheduler;
#[cfg(feature = "test-util")]
use super::blocking::Census;
#[cfg(feature = "time")]
use super::context;
use crate::driver;

/// The workers of one scheduler.
pub(super) struct Crew(Weak<Scheduler>);

impl Crew {
    pub(super) fn new(scheduler: Weak<Scheduler>) -> Self {
        Self(scheduler)
    }
}

impl driver::Crew for Crew {
    #[cfg(feature = "time")]
    fn looks_in_here(&self) -> bool {
        context::with_local(|local| {
            local.is_some_and(|local| local.works_for_weak(&self.0) && local.has_permit())
        })
    }

    fn call(&self) {
        if let Some(scheduler) = self.0.upgrade() {
            scheduler.call_attendant();
        }
    }

    #[cfg(feature = "net")]
    fn batches(&self) -> driver::Batches {
        self.0.upgrade().map_or_else(Default::default, |scheduler| scheduler.config.io_batches)
    }

    #[cfg(feature = "test-util")]
    fn runs_closures(&self) -> bool {
        self.0.upgrade().is_some_and(|scheduler| {
            let Census { threads, idle, jobs, .. } = scheduler.blocking.census();
            jobs > 0 || threads > idle
        })
    }
}
