//! Permits that follow the cores which the process may use, while the program runs.
//!
//! Somebody changes the quota of a container, or the processors that it may run on, and the program is not told. So the
//! monitor reads both again, every [`PERIOD`] while it is awake anyway: a program that does nothing needs no permits, and
//! the first look behind its rest reads anew.
//!
//! The quota is that of the process. Affinity is each thread's own, and the monitor's says nothing of the others:
//! a program may pin threads to processors, and a runtime that was built on such a thread has fewer permits on purpose. But who
//! changes the affinity of a process from outside changes it for all threads, so a scheduler takes over the
//! monitor's when it *changes*.

use std::path::Path;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use crate::scheduler::Scheduler;
use crate::scheduler::cores::{Cores, Source};

/// From one reading to the next.
const PERIOD: Duration = Duration::from_secs(2);

/// Reads the cores of the process again and again. It belongs to one thread, whose affinity it goes by.
pub(in crate::scheduler) struct Follower {
    source: Source,
    cores: Cores,
    due: Instant,
}

impl Follower {
    /// Reads what the files under `root` say.
    pub(in crate::scheduler) fn new(root: &Path) -> Self {
        let source = Source::new(root);
        let cores = source.read();
        Self { source, cores, due: Instant::now() + PERIOD }
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        now >= self.due
    }

    /// Gives each of these schedulers the permits that it should have by now.
    pub(in crate::scheduler) fn follow(&mut self, now: Instant, schedulers: &[Arc<Scheduler>]) {
        self.due = now + PERIOD;
        let before = std::mem::replace(&mut self.cores, self.source.read());
        schedulers.iter().for_each(|scheduler| scheduler.follow(before, self.cores));
    }
}

impl Scheduler {
    fn follow(self: &Arc<Self>, before: Cores, now: Cores) {
        let mut followed = self.notes.cores.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(cores) = &mut *followed else { return }; // the number is pinned
        if now.affinity != before.affinity {
            cores.affinity = now.affinity;
        }
        cores.quota = now.quota;
        let permits = cores.count();
        drop(followed);
        if permits != self.worker_threads() {
            self.set_permits(permits);
        }
    }
}
