//! Who holds a thread for too long.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use crate::scheduler::{self, Stuck};
use crate::task::Id;

/// A task, or the future of a `block_on`, that took too long in one poll; told to
/// [`Builder::on_stuck`](super::Builder::on_stuck), which has an example.
///
/// Its text says all of it in one line.
#[derive(Clone, Copy)]
pub struct StuckTask(Stuck);

/// What the thread does that is in a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Activity {
    /// It sleeps in the kernel: it waits for a lock, a file, or a time.
    Blocked,
    /// It uses a processor.
    Computing,
    /// The system does not tell, or the poll was too short to be sure.
    Unknown,
}

impl StuckTask {
    pub(super) fn new(stuck: Stuck) -> Self {
        Self(stuck)
    }

    /// The number of the task; none for the future of a `block_on`.
    pub fn id(&self) -> Option<Id> {
        (self.0.task != 0).then(|| Id::new(self.0.task))
    }

    /// The name of the future's type. For an `async` block this is where it stands, by module and function.
    pub fn type_name(&self) -> &'static str {
        self.0.type_name
    }

    /// Where the task was spawned, or `block_on` called.
    pub fn spawned_at(&self) -> &'static Location<'static> {
        self.0.place
    }

    /// For how long the poll was seen to go on. It began before it was seen, by up to 10 ms.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// Whether the task blocks its thread or computes.
    pub fn activity(&self) -> Activity {
        match self.0.activity {
            Some(scheduler::Activity::Blocks) => Activity::Blocked,
            Some(scheduler::Activity::Computes) => Activity::Computing,
            None => Activity::Unknown,
        }
    }
}

impl fmt::Display for StuckTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id() {
            Some(id) => write!(f, "task {id}, spawned at {},", self.spawned_at())?,
            None => write!(f, "the future of `block_on` at {}", self.spawned_at())?,
        }
        let does = match self.activity() {
            Activity::Blocked => "blocks its thread",
            Activity::Computing => "computes",
            Activity::Unknown => "is in one poll",
        };
        write!(f, " {does} for {:?} or more: {}", self.elapsed(), self.type_name())
    }
}

impl fmt::Debug for StuckTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StuckTask")
            .field("id", &self.id())
            .field("type_name", &self.type_name())
            .field("spawned_at", &self.spawned_at())
            .field("elapsed", &self.elapsed())
            .field("activity", &self.activity())
            .finish()
    }
}
