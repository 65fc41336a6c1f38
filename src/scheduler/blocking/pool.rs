//! Who takes which job, and when a thread goes: everything that is decided under the pool's lock.
//!
//! The problem: a thread that found no job goes away after a while. A job that is pushed at that very moment must not
//! be left to it, and must not start a thread either for as long as one sleeps that would take it.
//!
//! # Steps
//!
//! *Pusher*, under the lock:
//! 1. if fewer threads are idle than jobs would wait with this one, starts a thread, if it can (`serve`);
//! 2. puts the job into the queue;
//! 3. unlocks, and wakes one idle thread if there is any.
//!
//! *Thread* ([`Pool::next`]), under the lock:
//! 1. takes the first job, if there is one, and is done;
//! 2. if the pool is closed or its patience is at an end, is counted out, and goes;
//! 3. is counted as idle, and waits, which unlocks; it is woken or its time is over;
//! 4. locks, is not idle any more, and goes on with 1.
//!
//! # Why no job is left
//!
//! Between a thread's being counted as idle and its going it always passes step 1, whatever ended its wait. So each
//! idle thread will look at the queue, the one whose time is just over too, and finds a job that was left to it. One
//! that was started counts as idle until its first look, so that no third is started for the second job while the
//! second thread is on its way. A thread is counted out in the same section in which it found the queue empty: who pushes before that is
//! seen, and who pushes after it does not count the thread. A thread that runs a job comes back to step 1.
//!
//! A job may be taken by a thread that was busy when it was pushed; the woken one then finds nothing, and waits on. A
//! wake is never lost on the way: what is pushed with `n` idle threads and fewer than `n` jobs wakes one, and if that
//! signal goes to nobody, all idle threads are on their way to step 4 already.
//!
//! # The end
//!
//! To whoever spawns, a job for which a thread is free has begun: whether that thread has come to it already is a matter of
//! microseconds that nobody can see. So `close` leaves as many jobs in the queue as there are idle threads, the first ones,
//! and returns the rest, which wait for jobs that may never return. All idle threads are woken, or on their way to their first look; each goes
//! through step 1 before step 2, so that none of these jobs is left. A busy thread that takes one in place of an idle one leaves
//! that one nothing, and both go.
//!
//! # Promised jobs
//!
//! What a file or a stream has accepted for writing is said to be written, so its job is not dropped by the end: `close` leaves
//! promised jobs in the queue, in their order, whether a thread is idle or not: a busy one comes to step 1 when its job returns. They
//! are counted from their push until the thread that ran one has locked again, so that who waits for the count to be zero
//! ([`Pool::wait_for_promised`]) waits for the last of them, whether it was queued or running when the pool was closed. The
//! thread counts down and signals `gone` under the lock, so the one who waits sees the count or gets the signal. After `close` none is added, since a pusher is refused.
//!
//! # What was tried and failed
//!
//! A semaphore that counts jobs, without the count of idle threads: the pusher cannot tell whether it must start a
//! thread. To hand the job to a certain thread, by a slot for each: the job has to be taken back when that thread's
//! time is over first. To drop at the end whatever no thread has taken: then `spawn_blocking`, followed at once by
//! the end, calls the closure or not as it comes.
//!
//! | field | changed |
//! |---|---|
//! | `running`, `vacant` | by the thread that takes a job, and when it has ended |
//! | `jobs` | by pushers and threads; by the end, which leaves those that have a thread and those that are promised |
//! | `promised` | up by pushers, down by the thread that ran the job |
//! | `idle`, `serving`, `alive` | up by who starts a thread, then by the thread itself |
//! | `pushed` | up by pushers |
//! | `started`, `failures` | by who starts a thread, or cannot |
//! | `is_closed` | once, by the end of the runtime |
//! | `handles`, `retired` | by who starts a thread, and by the thread when it goes; taken by the end |

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Instant;

use crate::cell::Glimpse;
use crate::scheduler::thread_budget::ThreadBudget;
use crate::util::sync::{Condvar, Mutex, MutexGuard};

/// See the module's prose. `J` is a job.
#[derive(Debug)]
pub(in crate::scheduler) struct Pool<J> {
    lock: Mutex<Inner<J>>,
    /// Signalled when there is a job for an idle thread, and at the end.
    work: Condvar,
    /// Signalled when a thread has gone, and when the last promised job of a closed pool has ended.
    gone: Condvar,
    /// Where places for threads are taken, but for the one that is set aside.
    pub(in crate::scheduler) budget: Arc<ThreadBudget>,
}

/// What the lock protects.
#[derive(Debug)]
pub(in crate::scheduler) struct Inner<J> {
    jobs: VecDeque<Queued<J>>,
    /// The jobs that threads are at; none where one has ended.
    running: Vec<Option<Running>>,
    /// The places there that the next ones take: where one has ended.
    vacant: Vec<usize>,
    /// Promised jobs that have not ended.
    promised: usize,
    /// Threads in step 3, and those that were started and did not look yet.
    idle: usize,
    /// Threads that will look at the queue again.
    pub(super) serving: usize,
    /// Threads that the end waits for: those that serve, and those that are on their way out.
    alive: usize,
    is_closed: bool,
    /// How many jobs were pushed so far.
    pushed: u64,
    /// How many threads were started so far.
    started: u64,
    /// How often a thread could not be started, in a row.
    failures: u64,
    handles: Vec<JoinHandle<()>>,
    /// The thread that went last. The next one joins it, so that threads that went are not collected here.
    retired: Option<JoinHandle<()>>,
}

/// What the end of the pool means for a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scheduler) enum Duty {
    /// If no thread is free for it, it does not begin.
    Ordinary,
    /// It is done all the same.
    #[cfg_attr(not(any(test, feature = "fs", feature = "io-std")), allow(dead_code))]
    Promised,
}

/// What a pool asks of a job.
pub(in crate::scheduler) trait Job {
    /// What can be told of it. Runs no foreign code.
    fn glimpse(&self) -> Option<Glimpse>;
}

/// A job that a thread is at.
#[derive(Clone, Debug)]
pub(crate) struct Running {
    pub(crate) job: Option<Glimpse>,
    pub(crate) since: Instant,
}

/// A job that has not begun.
#[derive(Debug)]
struct Queued<J> {
    job: J,
    duty: Duty,
}

/// What became of a job.
#[derive(Debug)]
#[must_use]
pub(in crate::scheduler) enum Pushed<J> {
    /// It waits, and somebody will take it.
    Queued,
    /// The pool is closed: here it is again.
    Closed(J),
}

/// How a pool was at one moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Census {
    /// Threads that serve, the idle ones among them.
    pub(crate) threads: usize,
    pub(crate) idle: usize,
    /// Jobs that have not begun.
    pub(crate) jobs: usize,
    /// Threads that were started so far.
    pub(crate) started: u64,
}

/// A job for the thread that asked.
#[derive(Debug)]
pub(in crate::scheduler) struct Taken<J> {
    pub(in crate::scheduler) job: J,
    /// For [`Pool::ended`].
    pub(in crate::scheduler) duty: Duty,
    /// Its place among those that run, likewise.
    pub(in crate::scheduler) place: usize,
    /// Whether a thread should be started for those that still wait, and may be.
    pub(in crate::scheduler) wants_thread: bool,
}

/// How a thread's wait ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scheduler) enum Wait {
    /// It was woken, perhaps for nothing.
    Woken,
    /// It has waited for as long as it may.
    Over,
}

impl<J: Job> Pool<J> {
    /// A pool without threads, which may have one and as many more as it gets places for.
    pub(in crate::scheduler) fn new(budget: Arc<ThreadBudget>) -> Self {
        let inner = Inner {
            jobs: VecDeque::new(),
            running: Vec::new(),
            vacant: Vec::new(),
            promised: 0,
            idle: 0,
            serving: 0,
            alive: 0,
            is_closed: false,
            pushed: 0,
            started: 0,
            failures: 0,
            handles: Vec::new(),
            retired: None,
        };
        Self { lock: Mutex::new(inner), work: Condvar::new(), gone: Condvar::new(), budget }
    }

    pub(in crate::scheduler) fn lock(&self) -> MutexGuard<'_, Inner<J>> {
        self.lock.lock()
    }

    /// Whether a thread should be started for the jobs that wait and those that come, and may be.
    pub(in crate::scheduler) fn wants_thread(&self, inner: &Inner<J>, come: usize) -> bool {
        let lacks = !inner.is_closed && inner.jobs.len() + come > inner.idle;
        lacks && (inner.serving == 0 || self.budget.has_room())
    }

    /// Whether jobs wait for which another attempt to start a thread should be made.
    pub(in crate::scheduler) fn lacks_threads(&self) -> bool {
        self.wants_thread(&self.lock(), 0)
    }

    /// What there is.
    pub(in crate::scheduler) fn census(&self) -> Census {
        let inner = self.lock();
        Census {
            threads: inner.serving,
            idle: inner.idle,
            jobs: inner.jobs.len(),
            started: inner.started,
        }
    }

    /// What threads are at, and the first jobs that wait, at most so many.
    pub(in crate::scheduler) fn glimpses(&self, most: usize) -> (Vec<Running>, Vec<Glimpse>) {
        let inner = self.lock();
        let running = inner.running.iter().flatten().cloned().collect();
        let waiting = inner.jobs.iter().take(most);
        (running, waiting.filter_map(|queued| queued.job.glimpse()).collect())
    }

    /// How many jobs were ever pushed, if none runs or waits.
    pub(in crate::scheduler) fn jobs_when_idle(&self) -> Option<u64> {
        let inner = self.lock();
        (inner.serving == inner.idle && inner.jobs.is_empty()).then_some(inner.pushed)
    }

    /// Takes a place for a thread that is about to be started, and counts it in; false if there may be none.
    #[must_use]
    pub(in crate::scheduler) fn count_in(&self, inner: &mut Inner<J>) -> bool {
        let may = inner.serving == 0 || self.budget.take();
        for count in [&mut inner.idle, &mut inner.serving, &mut inner.alive] {
            *count += usize::from(may);
        }
        may
    }

    /// A thread that was counted in could not be started. True if the one before could.
    pub(super) fn count_refusal(&self, inner: &mut Inner<J>) -> bool {
        inner.idle -= 1;
        inner.alive -= 1;
        self.count_out(inner);
        inner.failures += 1;
        inner.failures == 1
    }

    /// A thread will not look at the queue again.
    fn count_out(&self, inner: &mut Inner<J>) {
        debug_assert!(inner.serving > inner.idle, "more idle threads than threads");
        inner.serving -= 1;
        // The last one has the place that is set aside, whichever it is.
        if inner.serving > 0 {
            self.budget.give_back();
        }
    }

    /// Steps 2 and 3 of the pusher.
    pub(in crate::scheduler) fn push(
        &self,
        mut inner: MutexGuard<'_, Inner<J>>,
        job: J,
        duty: Duty,
    ) -> Pushed<J> {
        if inner.is_closed {
            return Pushed::Closed(job);
        }
        debug_assert!(inner.serving > 0, "a job that nobody will take");
        inner.jobs.push_back(Queued { job, duty });
        inner.promised += usize::from(duty == Duty::Promised);
        inner.pushed += 1;
        let wakes = inner.idle > 0;
        drop(inner);
        if wakes {
            self.work.notify_one();
        }
        Pushed::Queued
    }

    /// Locks for a thread's first look, with which it stops being idle.
    pub(in crate::scheduler) fn arrive(&self) -> MutexGuard<'_, Inner<J>> {
        let mut inner = self.lock();
        inner.idle -= 1;
        inner
    }

    /// The next job for a thread, which waits by `wait`; none if the thread has to go.
    pub(in crate::scheduler) fn next<'a>(
        &self,
        mut inner: MutexGuard<'a, Inner<J>>,
        mut wait: impl FnMut(&Condvar, MutexGuard<'a, Inner<J>>) -> (MutexGuard<'a, Inner<J>>, Wait),
    ) -> Option<Taken<J>> {
        let mut ended = Wait::Woken;
        loop {
            if let Some(Queued { job, duty }) = inner.jobs.pop_front() {
                let wants_thread = self.wants_thread(&inner, 0);
                let place = inner.begin(&job);
                return Some(Taken { job, duty, place, wants_thread });
            }
            if inner.is_closed || ended == Wait::Over {
                self.count_out(&mut inner);
                return None;
            }
            inner.idle += 1;
            (inner, ended) = wait(&self.work, inner);
            inner.idle -= 1;
        }
    }

    /// Locks for the thread that has done a job.
    pub(in crate::scheduler) fn ended(&self, duty: Duty, place: usize) -> MutexGuard<'_, Inner<J>> {
        let mut inner = self.lock();
        inner.running[place] = None;
        inner.vacant.push(place);
        if duty == Duty::Promised {
            debug_assert!(inner.promised > 0, "more promised jobs have ended than there were");
            inner.promised -= 1;
            // The thread signals again when it goes, but foreign code may keep it until then.
            if inner.is_closed && inner.promised == 0 {
                self.gone.notify_all();
            }
        }
        inner
    }

    /// Closes the pool, and returns the jobs for which no thread is free and that are not promised.
    #[must_use]
    pub(in crate::scheduler) fn close(&self) -> Vec<J> {
        let mut inner = self.lock();
        inner.is_closed = true;
        let with_thread = inner.jobs.len().min(inner.idle);
        let without = inner.jobs.split_off(with_thread);
        let (promised, dropped): (Vec<_>, Vec<_>) =
            without.into_iter().partition(|queued| queued.duty == Duty::Promised);
        inner.jobs.extend(promised);
        drop(inner);
        self.work.notify_all();
        dropped.into_iter().map(|queued| queued.job).collect()
    }

    /// Waits until every promised job has ended, or until the deadline. The pool is closed.
    pub(in crate::scheduler) fn wait_for_promised(&self, deadline: Option<Instant>) {
        let _ = self.wait_while(deadline, |inner| inner.promised > 0);
    }

    /// Waits until every thread has gone, or until the deadline. True if all have.
    pub(in crate::scheduler) fn wait(&self, deadline: Option<Instant>) -> bool {
        let Some(mut inner) = self.wait_while(deadline, |inner| inner.alive > 0) else {
            return false;
        };
        let handles = std::mem::take(&mut inner.handles);
        let retired = inner.retired.take();
        drop(inner);
        handles.into_iter().chain(retired).for_each(join);
        true
    }

    /// Waits for `gone` until something is no longer so; none if it still is at the deadline.
    fn wait_while(
        &self,
        deadline: Option<Instant>,
        is_so: impl Fn(&Inner<J>) -> bool,
    ) -> Option<MutexGuard<'_, Inner<J>>> {
        let mut inner = self.lock();
        while is_so(&inner) {
            inner = match deadline.map(|at| at.saturating_duration_since(Instant::now())) {
                None => self.gone.wait(inner),
                Some(left) if left.is_zero() => return None,
                Some(left) => self.gone.wait_timeout(inner, left),
            };
        }
        Some(inner)
    }

    /// A thread is about to end.
    pub(in crate::scheduler) fn retire(&self) {
        let mut inner = self.lock();
        inner.alive -= 1;
        let before = if inner.is_closed { None } else { inner.retire(thread::current().id()) };
        drop(inner);
        self.gone.notify_all();
        if let Some(before) = before {
            join(before);
        }
    }
}

impl<J: Job> Inner<J> {
    /// Enters a job among those that run.
    fn begin(&mut self, job: &J) -> usize {
        let begun = Running { job: job.glimpse(), since: Instant::now() };
        // There are no more places than there were threads at once.
        let Some(place) = self.vacant.pop() else {
            self.running.push(Some(begun));
            return self.running.len() - 1;
        };
        self.running[place] = Some(begun);
        place
    }
}

impl<J> Inner<J> {
    /// A thread has been started that was counted in.
    pub(super) fn started(&mut self, handle: JoinHandle<()>) {
        self.started += 1;
        self.failures = 0;
        self.handles.push(handle);
    }

    /// Puts a thread that goes where the next one finds it, and returns the one before.
    fn retire(&mut self, thread: thread::ThreadId) -> Option<JoinHandle<()>> {
        let at = self.handles.iter().position(|handle| handle.thread().id() == thread)?;
        let own = self.handles.swap_remove(at);
        self.retired.replace(own)
    }
}

/// Waits for a thread that is at its end.
fn join(handle: JoinHandle<()>) {
    // It contains every panic, so there is nothing to learn from the result.
    let _ = handle.join();
}
