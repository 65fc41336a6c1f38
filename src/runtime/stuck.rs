//! Who holds a thread for too long.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Builder;
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

/// Polls that took too long, of one type of future that was spawned at one place; told by
/// [`RuntimeMetrics::stalls`](super::RuntimeMetrics::stalls), which has an example.
#[derive(Clone, Copy, Debug)]
pub struct Stall(scheduler::Stall);

impl Stall {
    pub(super) fn new(stall: scheduler::Stall) -> Self {
        Self(stall)
    }

    /// The poll that was seen to take longest.
    pub fn longest(&self) -> StuckTask {
        StuckTask(self.0.longest)
    }

    /// How many such polls were seen.
    pub fn count(&self) -> u64 {
        self.0.count
    }

    /// When one of them was seen last.
    pub fn last_seen(&self) -> Instant {
        self.0.last_seen
    }
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

impl Builder {
    /// Calls `f` when a poll takes too long.
    ///
    /// That is: once a poll, when it has gone on for more than 3 ms and its thread either sleeps in the kernel or has computed
    /// for so long; where the system does not tell, the clock on the wall decides. A thread that waits for a processor is not
    /// stuck. Polls are looked at every 10 ms, more often while something waits for them, so one that takes less than about 20 ms
    /// may be missed, and the report comes as late. It comes whether or not anybody had to wait. What calls
    /// `block_in_place`, or [`block_on`](super::Runtime::block_on) inside a task, has said that it
    /// blocks, and is not reported from then on; closures of [`spawn_blocking`](super::Runtime::spawn_blocking) never are.
    ///
    /// `f` runs on the one thread of the process that watches the workers of all runtimes, in none of them, and must
    /// return soon: as long as it runs, nobody is helped. A panic of it is contained.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::{sync::mpsc, thread, time::Duration};
    ///
    /// let (reports, reported) = mpsc::channel();
    /// let runtime = runtime::Builder::new_multi_thread()
    ///     .on_stuck(move |stuck| drop(reports.send(stuck.to_string())))
    ///     .build()?;
    /// let task = runtime.spawn(async { thread::sleep(Duration::from_millis(200)) }); // not `time::sleep`
    /// let id = task.id().to_string();
    /// let report = reported.recv().unwrap();
    /// assert!(report.contains("blocks its thread") && report.contains(&id), "{report}");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_stuck<F>(&mut self, f: F) -> &mut Self
    where
        F: Fn(&StuckTask) + Send + Sync + 'static,
    {
        self.on_stuck = Some(Arc::new(move |stuck| f(&StuckTask::new(*stuck))));
        self
    }
}
