//! What a dump is made of: every task, worker and closure, as they are while all go on.
//!
//! Nobody is stopped. The set of each worker is looked at slice by slice ([`OwnedSet`]), and after each slice its lock is left
//! for [`PAUSE`]: a lock of the standard library goes to whoever comes by, and one that is given up and taken again at once would
//! be taken from a worker that sleeps for it, slice after slice. All else is read as the monitor reads it.
//!
//! So a worker waits for the rest of a slice at most; and where the system takes the processor from who looks in the middle of one, until it gets it back, as at
//! any lock. `benches/dump` has seen that take 2.8 ms, beside workers that use all processors; mostly none sleeps for more than some tens of microseconds. *Rejected*: shorter slices
//! against that: in the sum the lock is held for as long, and the dump takes longer by all the pauses.
//!
//! # Order
//!
//! 1. The sets, then the calls of `block_on`, the pool, and at last what each worker polls, and the counts.
//! 2. A task that a worker polls, and that was in no set, is added: it is in its first poll, or entered its set behind the walk.
//!
//! So each thing is true of some moment between the call and its return, and not all of the same one.
//!
//! # What is not seen
//!
//! A task that was never suspended is in no set. While it is in a queue, nobody may look at it: whoever runs it may free it at any moment.
//! Such tasks are counted ([`Unlisted`]): of those that were spawned and have not ended, all that were not seen. And the length of each queue is
//! told, which counts those besides that have waited and were woken. Which tasks they are, a trace tells, which has each spawn with its type and place.
//!
//! *Rejected*:
//! - *To read the queues' slots and follow the pointers.* A slot is read before it is known whether its task is still there, and a look at
//!   `head` afterwards tells only that it was: by then whoever took it may have run and freed it, in the middle of our look. It does not help to ask
//!   the owner of a queue to look, as thieves take from it meanwhile.
//! - *To keep cells from being freed while somebody looks.* Each end of a task would have to ask whether somebody does, with a fence against
//!   who begins to.
//! - *To write the type and the place into the slots*, beside the pointer: these refer to statics, and could be read and then thrown away if `head` has
//!   passed by. That is two more stores for each push and a ring of three times the size, which all pay for what few look at; and the
//!   injector's slots are not ours.
//! - *To take tasks out as a thief does, and put them back*: it changes their order, and needs a queue of one's own with room for them.
//! - *To let them enter a set when they are spawned*, which costs each task a lock, and most never suspend.

use std::hint::black_box;
use std::mem::MaybeUninit;
#[cfg(feature = "signal")]
use std::num::NonZeroU64;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use std::vec::Drain;

#[cfg(feature = "signal")]
use super::Config;
use super::blocking::{Census, Running};
use super::diary::Subject;
use super::metrics::Retakes;
use super::worker::Worker;
use super::{LocalTasks, Scheduler, Stuck};
use crate::cell::{Glimpse, History, Kind, OwnedSet, Phase};

/// Tasks that are looked at under one hold of a set's lock: some 20 microseconds.
const SLICE: usize = 256;

/// From one slice to the next. With what the system's timers add, it leaves the lock free for most of the time.
const PAUSE: Duration = Duration::from_micros(20);

/// So many closures that wait are told of.
const MOST_WAITING: usize = 256;

/// See the module's prose.
#[derive(Clone, Debug)]
pub(crate) struct Survey {
    pub(crate) tasks: Vec<Glimpse>,
    pub(crate) unlisted: Unlisted,
    pub(crate) workers: Vec<Post>,
    /// Tasks that wait for any worker.
    pub(crate) injected: usize,
    /// Local tasks that wait for their thread, of this runtime and of none.
    pub(crate) queued_local: usize,
    pub(crate) permits: usize,
    pub(crate) pool: Census,
    /// The closures that run, with the time since they began; none if one has no cell.
    pub(crate) running: Vec<(Glimpse, Duration)>,
    pub(crate) registrations: usize,
    pub(crate) timers: usize,
    pub(crate) retakes: Retakes,
    pub(crate) longest_poll: Option<Stuck>,
}

/// How many tasks have not ended and were not seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Unlisted {
    /// Of the runtime.
    pub(crate) own: usize,
    /// Local ones that belong to no runtime.
    pub(crate) local: usize,
}

/// A worker, as it was at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) index: usize,
    pub(crate) has_permit: bool,
    /// Whether a thread sits there.
    pub(crate) has_thread: bool,
    /// What it polls.
    pub(crate) polls: Option<Glimpse>,
    /// For how long it was seen to do so.
    pub(crate) elapsed: Option<Duration>,
    /// Tasks that wait there.
    pub(crate) queued: usize,
}

impl Scheduler {
    /// Looks at all that there is. Blocks the thread, for some 100 nanoseconds a task.
    ///
    /// # Panics
    ///
    /// In a child that was forked off the process of this scheduler: another thread may have had any of the locks.
    #[track_caller]
    pub(crate) fn survey(self: &Arc<Self>) -> Survey {
        self.assert_own("`dump`");
        let mut tasks = Vec::new();
        self.for_each_own_set(|set| see_all(set, |slice| tasks.extend(slice)));
        let seen = tasks.len(); // of those that this scheduler counts
        let own_local = self.config.local_tasks.iter();
        let mut queued_local = own_local.map(|local| local.waiting()).sum();
        let mut unlisted = Unlisted::default();
        for local in LocalTasks::of_no_runtime() {
            let before = tasks.len();
            see_all(&local.suspended, |slice| tasks.extend(slice));
            unlisted.local += local.alive().saturating_sub(tasks.len() - before);
            queued_local += local.waiting();
        }
        tasks.extend(self.roots.glimpses());
        let (running, waiting) = self.blocking.glimpses(MOST_WAITING);
        tasks.extend(waiting);
        let workers = self.posts();
        let first_polls = add_polled(&workers, &mut tasks);
        unlisted.own = self.alive_tasks().saturating_sub(seen + first_polls);
        Survey {
            unlisted,
            workers,
            injected: self.injected_tasks(),
            queued_local,
            permits: self.worker_threads(),
            pool: self.blocking_census(),
            running: running.into_iter().filter_map(elapsed).collect(),
            registrations: self.driver.registrations(),
            timers: self.driver.timers_set(),
            retakes: self.retakes(),
            longest_poll: self.longest_poll(),
            tasks,
        }
    }

    /// What each worker does now.
    pub(crate) fn posts(&self) -> Vec<Post> {
        self.roster.iter().map(|worker| self.post(worker)).collect()
    }

    /// Shows each task that has waited once and has not ended; says how many there are besides. Blocks the thread, as
    /// [`survey`](Self::survey) does.
    ///
    /// # Panics
    ///
    /// As that.
    #[track_caller]
    pub(crate) fn visit_tasks(&self, mut visit: impl FnMut(Glimpse)) -> Unlisted {
        self.assert_own("`profile`");
        let mut show = |set: &OwnedSet| {
            let mut seen = 0;
            see_all(set, |slice| {
                seen += slice.len();
                slice.for_each(&mut visit);
            });
            seen
        };
        let mut seen = 0;
        self.for_each_own_set(|set| seen += show(set));
        let own = self.alive_tasks().saturating_sub(seen);
        let local = LocalTasks::of_no_runtime().into_iter().map(|local| {
            let seen = show(&local.suspended);
            local.alive().saturating_sub(seen)
        });
        Unlisted { local: local.sum(), own }
    }

    /// How old a task of this generation is at least.
    pub(crate) fn age(&self, generation: u16, now: Instant) -> Duration {
        self.monitor.generations().age(generation, now)
    }

    /// The sets of tasks that this scheduler counts.
    fn for_each_own_set(&self, mut look: impl FnMut(&OwnedSet)) {
        self.roster.iter().for_each(|worker| look(&worker.suspended));
        self.config.local_tasks.iter().for_each(|local| look(&local.suspended));
    }

    /// What a worker does now.
    fn post(&self, worker: &Worker) -> Post {
        let poll = worker.diary.polls.begun();
        let polls = worker.diary.subject_of(poll).map(in_poll);
        let since = polls.as_ref().and_then(|_| self.seen_in_poll(worker.index(), poll));
        Post {
            index: worker.index(),
            has_permit: worker.permit.is_held(),
            has_thread: !worker.thread.is_nobody(),
            elapsed: since.map(|since| since.elapsed()),
            polls,
            queued: worker.waiting_tasks(),
        }
    }
}

/// Looks at each scheduler of the process, but for the crate's own; with its number, and what it is called.
#[cfg(feature = "signal")]
pub(crate) fn surveys_of_process() -> Vec<(NonZeroU64, Option<String>, Survey)> {
    super::with_all(|schedulers| {
        let of = |scheduler: &Arc<Scheduler>| {
            let Config { number, name, .. } = scheduler.config();
            (*number, name.clone(), scheduler.survey())
        };
        schedulers.into_iter().map(of).collect()
    })
}

/// Looks at all tasks of a set, and gives them to `take` slice by slice, without the lock.
fn see_all(set: &OwnedSet, mut take: impl FnMut(Drain<'_, Glimpse>)) {
    let (mut slice, mut walk) = (room(), set.walk());
    loop {
        let is_over = !walk.look_at(SLICE, &mut slice);
        take(slice.drain(..));
        if is_over {
            return;
        }
        thread::sleep(PAUSE);
    }
}

/// Room for a slice in memory that was written before. To be given fresh memory at the first write takes the time of many slices where the
/// system hands it out by megabytes, and that would be under the lock.
fn room() -> Vec<Glimpse> {
    // Else the compiler asks for memory that is zero already, and nobody writes to it.
    let mut slice = black_box(Vec::with_capacity(SLICE));
    slice.spare_capacity_mut().fill_with(MaybeUninit::zeroed);
    slice
}

/// Adds the tasks that workers poll and that were in no set; says how many.
fn add_polled(workers: &[Post], tasks: &mut Vec<Glimpse>) -> usize {
    let polled = workers.iter().filter_map(|worker| worker.polls.as_ref());
    let mut new: Vec<_> = polled.filter(|polled| polled.kind != Kind::Root).cloned().collect();
    // One that went from worker to worker meanwhile was seen at both.
    new.sort_unstable_by_key(|polled| polled.id);
    new.dedup_by_key(|polled| polled.id);
    if !new.is_empty() {
        tasks.iter().for_each(|task| new.retain(|polled| polled.id != task.id));
    }
    let added = new.len();
    tasks.append(&mut new);
    added
}

fn in_poll(subject: Subject) -> Glimpse {
    let Subject { task, type_name, place } = subject;
    let kind = if subject.is_root() { Kind::Root } else { Kind::Task };
    Glimpse {
        id: task,
        type_name,
        spawned_at: place,
        name: None,
        kind,
        phase: Phase::Held,
        history: History::default(),
    }
}

fn elapsed(running: Running) -> Option<(Glimpse, Duration)> {
    Some((running.job?, Instant::now().saturating_duration_since(running.since)))
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::panic::Location;

    use super::*;
    use crate::cell::TypeName;

    fn glimpse(task: u64) -> Glimpse {
        let type_name = const { &(std::any::type_name::<()> as TypeName) };
        in_poll(Subject { task, type_name, place: Location::caller() })
    }

    fn polls(task: u64) -> Post {
        let polls = Some(glimpse(task));
        Post { index: 0, has_permit: true, has_thread: true, polls, elapsed: None, queued: 0 }
    }

    #[test]
    fn a_task_that_is_seen_at_two_workers_is_listed_once() {
        let workers = [1, 2, Subject::ROOT | 1, 2].map(polls);
        let mut tasks = vec![glimpse(1)];
        assert_eq!(add_polled(&workers, &mut tasks), 1);
        assert_eq!(tasks.iter().map(|task| task.id).collect::<Vec<_>>(), [1, 2]);
    }
}
