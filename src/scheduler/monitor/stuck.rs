//! Polls that take too long: how they are reported, and what is counted of them.
//!
//! The monitor alone writes here, and reports after its look, under no lock.

use std::num::NonZeroU64;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::look::Cause;
use super::stalls::{Stall, Stalls};
use crate::scheduler::Scheduler;
use crate::scheduler::diary::{Count, Subject};
use crate::spans;
use crate::util::contain::contain;

/// A poll that takes too long, as it was at one look.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stuck {
    /// The number of the task; 0 for the future of a `block_on`.
    pub(crate) task: u64,
    pub(crate) type_name: &'static str,
    /// Where it was spawned, or `block_on` called.
    pub(crate) place: &'static Location<'static>,
    /// For how long the poll was seen to go on.
    pub(crate) elapsed: Duration,
    /// What its thread does, if that is known.
    pub(crate) activity: Option<Activity>,
}

/// What a thread does that is stuck in a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Activity {
    Blocks,
    Computes,
}

/// A user's function that is told of such polls.
pub(crate) type OnStuck = Arc<dyn Fn(&Stuck) + Send + Sync>;

/// A poll to be noted behind the look that saw it.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) stuck: Stuck,
    /// Whether no look before has noted this poll.
    pub(super) is_first: bool,
    /// Whether the user is to be told, which is done once a poll.
    pub(super) is_news: bool,
}

/// What the monitor counts of one scheduler.
#[derive(Debug, Default)]
pub(in crate::scheduler) struct Tally {
    /// Permits taken from workers that blocked.
    pub(in crate::scheduler) from_blocked: Count,
    /// Permits taken from workers that computed.
    pub(in crate::scheduler) from_computing: Count,
    /// Permits that were not taken, since there may be no thread more.
    pub(in crate::scheduler) refused: Count,
    stalls: Mutex<Stalls>,
}

impl Stuck {
    pub(super) fn new(subject: Subject, elapsed: Duration, activity: Option<Activity>) -> Self {
        let task = if subject.is_root() { 0 } else { subject.task };
        let Subject { type_name, place, .. } = subject;
        Self { task, type_name: type_name(), place, elapsed, activity }
    }

    fn to_stall(self, runtime: NonZeroU64) -> spans::Stall {
        let Self { task, type_name, place, elapsed, activity } = self;
        let activity = Activity::word(activity);
        spans::Stall { runtime, task, type_name, place, elapsed, activity }
    }
}

impl Activity {
    /// What a thread does, in a word.
    fn word(activity: Option<Self>) -> &'static str {
        match activity {
            Some(Self::Blocks) => "blocks",
            Some(Self::Computes) => "computes",
            None => "unknown",
        }
    }
}

impl Tally {
    pub(super) fn count_retake(&self, cause: Cause) {
        match cause {
            Cause::Blocked => self.from_blocked.add(1),
            Cause::Computes => self.from_computing.add(1),
        }
    }

    /// The poll that was seen to take longest.
    pub(in crate::scheduler) fn longest(&self) -> Option<Stuck> {
        self.lock().longest()
    }

    /// What was seen to take too long, by type and place.
    pub(in crate::scheduler) fn stalls(&self) -> Vec<Stall> {
        self.lock().all()
    }

    fn lock(&self) -> MutexGuard<'_, Stalls> {
        self.stalls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Scheduler {
    /// Notes what a look saw, and tells the user, who may take his time.
    pub(super) fn report(&self, reports: Vec<Report>) {
        for Report { stuck, is_first, is_news } in reports {
            self.tally.lock().note(stuck, is_first, Instant::now());
            if is_news {
                spans::stuck(stuck.to_stall(self.config.number));
            }
            if is_news && let Some(on_stuck) = &self.config.on_stuck {
                contain(|| on_stuck(&stuck));
            }
        }
    }
}
