//! One worker of a dump.

use std::panic::Location;
use std::time::Duration;

use crate::cell::{Glimpse, Kind};
use crate::scheduler::Post;
use crate::task::Id;

/// A worker as it was when the dump was made.
#[derive(Clone, Debug)]
pub struct WorkerDump(Post);

impl WorkerDump {
    pub(super) fn new(post: &Post) -> Self {
        Self(post.clone())
    }

    /// Whether it polls this.
    pub(super) fn polls(&self, task: &Glimpse) -> bool {
        self.0.polls.as_ref().is_some_and(|polled| polled.id == task.id)
    }

    /// Its number, from 0 on. Those beyond [`Dump::worker_threads`](super::Dump::worker_threads) stand in for others.
    #[must_use]
    pub fn index(&self) -> usize {
        self.0.index
    }

    /// Whether a thread works for it.
    #[must_use]
    pub fn has_thread(&self) -> bool {
        self.0.has_thread
    }

    /// Whether it has the right to run tasks. One that polls without was found to block or to compute for long, and
    /// another runs tasks in its place.
    #[must_use]
    pub fn has_permit(&self) -> bool {
        self.0.has_permit
    }

    /// Whether it polls anything.
    #[must_use]
    pub fn is_polling(&self) -> bool {
        self.0.polls.is_some()
    }

    /// The number of the task that it polls; none also if that is the future of a `block_on`.
    #[must_use]
    pub fn task(&self) -> Option<Id> {
        self.0.polls.as_ref().filter(|task| task.kind != Kind::Root).map(|task| Id::new(task.id))
    }

    /// The name of the type of the future that it polls.
    #[must_use]
    pub fn type_name(&self) -> Option<&'static str> {
        self.0.polls.as_ref().map(|task| (task.type_name)())
    }

    /// Where that was spawned, or `block_on` called.
    #[must_use]
    pub fn spawned_at(&self) -> Option<&'static Location<'static>> {
        self.0.polls.as_ref().map(|task| task.spawned_at)
    }

    /// For how long this poll was seen to go on; none if it began after the monitor's last look, up to 10 ms ago.
    #[must_use]
    pub fn elapsed(&self) -> Option<Duration> {
        self.0.elapsed
    }

    /// How many tasks wait in its own queue.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.0.queued
    }
}
