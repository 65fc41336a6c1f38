//! That no scheduler has anything that could wake a task, and what all have done so far.

use std::num::NonZeroU64;
use std::sync::Arc;

use super::outside::Outside;
use crate::cell::{Glimpse, Phase};
use crate::compat::Guest;
use crate::coop::WaitReason;
use crate::scheduler::Scheduler;
use crate::scheduler::root::Standing;

/// No source of any scheduler is active, and somebody waits. Two that are the same say that nothing was done between them.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Evidence {
    calm: Vec<Calm>,
}

/// What stands against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Against {
    /// Something that ends the monitor's rest when it happens, or nobody waits.
    Work,
    /// Something that nobody tells of when it ends.
    Outside,
}

/// What a scheduler has done by a moment in which nothing in it was active.
#[derive(Debug, PartialEq, Eq)]
struct Calm {
    runtime: NonZeroU64,
    /// Polls of workers, and how often one got up.
    polls: u64,
    unparks: u64,
    /// Closures that the pool was given.
    jobs: u64,
    roots: Standing,
}

impl Evidence {
    pub(super) fn gather(schedulers: &[&Arc<Scheduler>]) -> Result<Self, Against> {
        let all: Vec<_> = schedulers.iter().map(|scheduler| scheduler.calm()).collect();
        // There is no need to look again as long as that stands against it in one of them.
        if all.iter().any(|calm| calm.as_ref().is_err_and(|against| *against == Against::Work)) {
            return Err(Against::Work);
        }
        let calm: Vec<_> = all.into_iter().collect::<Result<_, _>>()?;
        if calm.iter().all(|calm| calm.roots.is_empty()) {
            return Err(Against::Work);
        }
        // Behind the schedulers: it has no count.
        let mut guests = schedulers.iter().map(|scheduler| scheduler.config.guest);
        if Outside::of_this_process().may_wake() || guests.any(Guest::has_tasks) {
            return Err(Against::Outside);
        }
        Ok(Self { calm })
    }

    /// The threads in `block_on`.
    pub(super) fn threads(&self) -> Vec<u32> {
        self.calm.iter().flat_map(|calm| calm.roots.threads()).collect()
    }
}

impl Scheduler {
    /// What was done here, if nothing here is active. The order is argued in the module's prose.
    fn calm(&self) -> Result<Calm, Against> {
        if self.idle.anyone_is_up() {
            return Err(Against::Work);
        }
        let work = self.work_of_all();
        let has_tasks = || self.roster.iter().any(|worker| worker.has_waiting_tasks());
        if self.idle.anyone_is_up() || !self.injector.is_empty() || has_tasks() {
            return Err(Against::Work);
        }
        // Of the next two nobody tells when they end.
        let roots = self.roots.standing().ok_or(Against::Outside)?;
        let jobs = self.blocking.jobs_when_idle().ok_or(Against::Outside)?;
        if self.driver.is_awaited() {
            return Err(Against::Work);
        }
        let runtime = self.config.number;
        Ok(Calm { runtime, polls: work.polls, unparks: work.unparks, jobs, roots })
    }

    /// Whether a runtime of Tokio's beside this one may have a waker of a task here.
    ///
    /// Its timers and sockets have wakers of those alone that wait for them. A task that waits for something of ours has given one waker to
    /// that; if it has no other, none is Tokio's.
    pub(super) fn may_wait_for_guest(&self) -> bool {
        self.config.guest.is_there() && {
            // What drives local tasks has a waker of the root, for them to wake.
            let ours = usize::from(self.config.local_tasks.is_some());
            let mut may = self.roots.may_wait_for_others(ours);
            self.visit_tasks(|task| may |= may_wait_for_others(&task));
            may
        }
    }

    /// Whether a `block_on` waits here.
    pub(super) fn is_waited_for(&self) -> bool {
        self.roots.standing().is_some_and(|roots| !roots.is_empty())
    }
}

/// Whether somebody may have a waker of the task that is not ours.
fn may_wait_for_others(task: &Glimpse) -> bool {
    match (task.phase, task.history.wakers) {
        (_, 0) => false,
        (Phase::Idle(why), 1) => why.reason() == WaitReason::Pending,
        _ => true,
    }
}
