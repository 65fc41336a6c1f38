//! Who sleeps, who searches, and which permits are free.
//!
//! The problem: a task that is pushed while every worker sleeps must wake one, without the pusher paying for a
//! lock each time; a worker that goes to sleep must not miss a push; and of all that are awake only one at a
//! time should search the queues of the others. The protocol, its proof and the rejected designs are in
//! `README.md` of this folder ("Parking"); this file holds its data, and `staff` says how many workers there are for
//! how many permits.
//!
//! # The word
//!
//! ```text
//!  63      50  49     48    47      32 31      16 15       0
//! +----------+------+-------+---------+----------+---------+
//! |  unused  |CLOSED|SEARCH | vacant  | sleepers |  free   |
//! +----------+------+-------+---------+----------+---------+
//! ```
//!
//! | part | counts | changed |
//! |---|---|---|
//! | `free` | permits that no worker has | under the lock |
//! | `sleepers` | workers that sleep, or are about to | under the lock |
//! | `vacant` | workers without a thread, if this runtime may start threads | under the lock |
//! | `SEARCH` | whether somebody searches, or was woken to | set by who begins or by who wakes a searcher; cleared by the searcher |
//! | `CLOSED` | whether the runtime has ended | under the lock, once |
//!
//! The word is what a pusher reads; the lock's data are what a waker changes. They agree whenever the lock is
//! free.
//!
//! # Orderings
//!
//! Every access of the word is Relaxed: nothing is published by it. Whoever changes a count or `CLOSED` has the
//! lock, which orders all that is done under it. Whoever reads the word without the lock needs more only if the
//! word is one half of a pair of writes and reads that cross, and then a `fence(SeqCst)` stands on both sides:
//!
//! | write, fence, read | meets |
//! |---|---|
//! | pushes to the injector; [`needs_searcher_after_push`](Idle::needs_searcher_after_push); reads the word | the two below |
//! | [`lie_down`](Idle::lie_down) writes the word, fences; the worker looks at the injector | the push |
//! | a search ends, or a worker is left; `Scheduler::after_push` fences, looks at the injector | the push |
//! | [`close`](Idle::close) writes the word; `drain_all` fences, empties the injector | the push |
//! | sets a timer or makes the reactor, fences; `call_attendant` reads the word | the two below |
//! | [`lie_down`](Idle::lie_down) writes the word, fences; the worker comes to the driver | the timer |
//! | [`vacate`](Idle::vacate) writes the word; `Driver::hand_over` fences, looks at the timers | the timer |
//! | gives or takes a permit; `Monitor::rouse` fences, reads the monitor's state | `Monitor::rest`, the other way round |
//!
//! `SEARCH` is set by a read-modify-write, so that of two who want it one finds it clear.

mod staff;

use std::sync::atomic::Ordering::{Relaxed, SeqCst};

use super::permit::Permit;
use super::thread_budget::ThreadBudget;
use crate::driver::Parker;
use crate::util::sync::{AtomicU64, AtomicUsize, Mutex, fence};
pub(crate) use staff::Retake;
use std::sync::Arc;

const FREE: u64 = 1;
const SLEEPER: u64 = 1 << 16;
const VACANT: u64 = 1 << 32;
const COUNT: u64 = 0xFFFF;
const SEARCH: u64 = 1 << 48;
const CLOSED: u64 = 1 << 49;

/// The most permits, and the most workers, that the word can count.
pub(crate) const MOST_WORKERS: usize = COUNT as usize;

/// See the module's prose.
///
/// | field | read | written |
/// |---|---|---|
/// | `word` | anyone | see above |
/// | `permits` | anyone | under the lock |
/// | `staff` | anyone | under the lock |
/// | `budget` | anyone | anyone |
/// | `starts_threads` | anyone | never |
#[derive(Debug)]
pub(crate) struct Idle {
    word: AtomicU64,
    /// How many permits there are, free or not.
    permits: AtomicUsize,
    /// How many workers are in use: those that sleep, the vacant ones, and those at work, with a permit or without.
    staff: AtomicUsize,
    lock: Mutex<Inner>,
    /// Where the spare workers take their places from.
    budget: Arc<ThreadBudget>,
    /// Whether a vacant worker may get a thread.
    starts_threads: bool,
}

#[derive(Debug)]
struct Inner {
    /// Who sleeps, the last to lie down at the end: it is woken first, since its caches are warmest.
    sleepers: Vec<Sleeper>,
    /// Workers that no thread has claimed.
    vacant: Vec<usize>,
    /// Spare workers that were given up. Not in use, and not counted anywhere.
    surplus: Vec<usize>,
    /// Threads in `block_on` that would work if there were a permit and a worker for them.
    waiting: Vec<Arc<Parker>>,
    /// Each worker's word, by number. Made when it is first asked for.
    words: Vec<Arc<Permit>>,
    /// How many workers have a number.
    numbered: usize,
    /// How many places are taken from the budget, for workers beyond the permits.
    places: usize,
}

#[derive(Debug)]
struct Sleeper {
    worker: usize,
    parker: Arc<Parker>,
}

impl Inner {
    fn word(&mut self, worker: usize) -> &Arc<Permit> {
        if self.words.len() <= worker {
            self.words.resize_with(worker + 1, || Arc::new(Permit::new()));
        }
        &self.words[worker]
    }
}

/// Who got a permit and the duty to search.
#[derive(Debug)]
#[must_use]
pub(crate) enum Grant {
    /// Nobody: no permit is free, nobody could use it, or somebody searches already.
    Nobody,
    /// A sleeper, who must be unparked.
    Wake(usize, Arc<Parker>),
    /// A vacant worker, for which a thread must be started, or [`Idle::return_unstarted`] called.
    Start(usize),
}

/// How permits and workers are divided up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Staffing {
    /// Permits that no worker has.
    pub(crate) free: usize,
    /// Workers in use beyond the permits.
    pub(crate) spares: usize,
    /// Workers that neither sleep nor have a permit: they are in a poll, and their permit was given to others.
    pub(crate) without_permit: usize,
}

/// How a worker finds itself after it slept.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Rise {
    /// Somebody gave it a permit and the duty to search.
    Granted,
    /// It took a free permit itself.
    Awake,
    /// There is no free permit: it is awake without, and counts as a sleeper no more.
    WithoutPermit,
}

/// The duty and the right to search: there is one at most.
#[derive(Debug)]
#[must_use]
pub(crate) struct Search<'a>(&'a Idle);

impl Search<'_> {
    /// Keeps the right without the guard, until [`Idle::granted_search`].
    pub(crate) fn carry(self) {
        std::mem::forget(self);
    }
}

impl Drop for Search<'_> {
    fn drop(&mut self) {
        let before = self.0.word.fetch_and(!SEARCH, Relaxed);
        debug_assert!(before & SEARCH != 0, "ended a search that nobody had begun");
    }
}

impl Idle {
    /// As many workers as permits; all permits free, all workers vacant. Spare workers take places from `budget`.
    pub(crate) fn new(permits: usize, starts_threads: bool, budget: Arc<ThreadBudget>) -> Self {
        assert!(permits <= MOST_WORKERS, "at most {MOST_WORKERS} workers");
        let vacant = if starts_threads { permits as u64 * VACANT } else { 0 };
        Self {
            word: AtomicU64::new(permits as u64 * FREE + vacant),
            permits: AtomicUsize::new(permits),
            staff: AtomicUsize::new(permits),
            lock: Mutex::new(Inner {
                sleepers: Vec::new(),
                vacant: (0..permits).rev().collect(),
                surplus: Vec::new(),
                waiting: Vec::new(),
                words: Vec::new(),
                numbered: permits,
                places: 0,
            }),
            budget,
            starts_threads,
        }
    }

    /// A worker's word.
    pub(crate) fn permit(&self, worker: usize) -> Arc<Permit> {
        self.lock.lock().word(worker).clone()
    }

    /// How many permits there are, free or not.
    pub(crate) fn permits(&self) -> usize {
        self.permits.load(Relaxed)
    }

    /// Whether a permit is free, nobody searches, and somebody could be woken or started to.
    ///
    /// A hint, unless the caller fenced before: see [`needs_searcher_after_push`](Self::needs_searcher_after_push).
    #[inline]
    pub(crate) fn needs_searcher(&self) -> bool {
        wants(self.word.load(Relaxed))
    }

    /// The same for who has pushed to the injector: either this sees the sleeper, or the sleeper sees the push.
    #[inline]
    pub(crate) fn needs_searcher_after_push(&self) -> bool {
        fence(SeqCst);
        wants(self.word.load(Relaxed))
    }

    /// Whether somebody besides the caller, who has a permit, runs tasks. A hint, while the number of permits changes.
    pub(crate) fn others_run(&self) -> bool {
        free(self.word.load(Relaxed)) + 1 < self.permits()
    }

    /// Whether anybody runs tasks, with a permit. A hint, while the number of permits changes.
    pub(crate) fn anyone_runs(&self) -> bool {
        free(self.word.load(Relaxed)) < self.permits()
    }

    /// Whether a thread is at a worker and does not sleep, with a permit or without.
    pub(crate) fn anyone_is_up(&self) -> bool {
        let inner = self.lock.lock();
        inner.sleepers.len() + inner.vacant.len() < self.staff.load(Relaxed)
    }

    /// How permits and workers are divided up at the moment.
    pub(crate) fn staffing(&self) -> Staffing {
        let inner = self.lock.lock();
        let sleepers = inner.sleepers.len();
        let up = self.staff.load(Relaxed).saturating_sub(sleepers + inner.vacant.len());
        let (permits, free) = (self.permits(), free(self.word.load(Relaxed)));
        let without_permit = up.saturating_sub(permits.saturating_sub(free));
        Staffing { free, spares: self.spares(), without_permit }
    }

    /// Whether a permit is free. For who has lain down, and so fenced.
    pub(crate) fn has_free_permit(&self) -> bool {
        free(self.word.load(Relaxed)) != 0
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.word.load(Relaxed) & CLOSED != 0
    }

    /// Becomes the searcher, unless there is one.
    pub(crate) fn begin_search(&self) -> Option<Search<'_>> {
        let before = self.word.fetch_or(SEARCH, Relaxed);
        (before & SEARCH == 0).then(|| Search(self))
    }

    /// Takes up the search that came with a [`Grant`], or was [carried](Search::carry).
    pub(crate) fn granted_search(&self) -> Search<'_> {
        debug_assert!(self.word.load(Relaxed) & SEARCH != 0, "nobody granted this search");
        Search(self)
    }

    /// Gives a free permit, with the duty to search, to somebody who has none.
    pub(crate) fn grant(&self) -> Grant {
        let mut inner = self.lock.lock();
        if !wants(self.word.load(Relaxed)) || self.word.fetch_or(SEARCH, Relaxed) & SEARCH != 0 {
            return Grant::Nobody;
        }
        if let Some(sleeper) = inner.sleepers.pop() {
            self.word.fetch_sub(SLEEPER + FREE, Relaxed);
            inner.word(sleeper.worker).grant();
            return Grant::Wake(sleeper.worker, sleeper.parker);
        }
        let worker = inner.vacant.pop().expect("the word counts a vacant worker");
        self.word.fetch_sub(VACANT + FREE, Relaxed);
        inner.word(worker).grant();
        Grant::Start(worker)
    }

    /// The thread for a [`Grant::Start`] could not be had.
    pub(crate) fn return_unstarted(&self, worker: usize) {
        drop(self.granted_search());
        self.vacate(worker);
    }

    /// A permit and a vacant worker for a thread that is in `block_on`; else it is told when there may be one.
    pub(crate) fn claim(&self, parker: &Arc<Parker>) -> Option<usize> {
        let mut inner = self.lock.lock();
        let word = self.word.load(Relaxed);
        if word & CLOSED != 0 {
            return None;
        }
        if free(word) == 0 || inner.vacant.is_empty() {
            inner.waiting.push(parker.clone());
            return None;
        }
        let worker = inner.vacant.pop().expect("not empty");
        self.word.fetch_sub(self.vacant_unit() + FREE, Relaxed);
        inner.word(worker).grant();
        Some(worker)
    }

    /// A thread that was waiting for a permit does not any more.
    pub(crate) fn stop_waiting(&self, parker: &Arc<Parker>) {
        self.lock.lock().waiting.retain(|waiting| !Arc::ptr_eq(waiting, parker));
    }

    /// A thread leaves its worker, whose queue is empty. It is vacant, or given up if it was a spare one that is not needed.
    pub(crate) fn vacate(&self, worker: usize) {
        let mut inner = self.lock.lock();
        self.give_back(&mut inner, worker);
        self.add_vacant(&mut inner, worker);
        self.trim(&mut inner);
        let waiting = std::mem::take(&mut inner.waiting);
        drop(inner);
        for parker in waiting {
            parker.unpark();
        }
    }

    /// A worker that found nothing is about to sleep: it gives its permit back and can be granted one from now on.
    ///
    /// It must look at the injector once more before it does sleep, and call [`rise`](Self::rise) or
    /// [`leave`](Self::leave) afterwards.
    pub(crate) fn lie_down(&self, worker: usize, parker: &Arc<Parker>) {
        let mut inner = self.lock.lock();
        self.give_back(&mut inner, worker);
        inner.sleepers.push(Sleeper { worker, parker: parker.clone() });
        self.word.fetch_add(SLEEPER, Relaxed);
        self.trim(&mut inner);
        drop(inner);
        fence(SeqCst);
    }

    /// A worker that lay down gets up, for whatever reason.
    pub(crate) fn rise(&self, worker: usize) -> Rise {
        let mut inner = self.lock.lock();
        let Some(at) = inner.sleepers.iter().rposition(|sleeper| sleeper.worker == worker) else {
            return Rise::Granted;
        };
        inner.sleepers.remove(at);
        let word = self.word.fetch_sub(SLEEPER, Relaxed);
        if word & CLOSED != 0 || free(word) == 0 {
            return Rise::WithoutPermit;
        }
        self.word.fetch_sub(FREE, Relaxed);
        inner.word(worker).grant();
        Rise::Awake
    }

    fn add_vacant(&self, inner: &mut Inner, worker: usize) {
        inner.vacant.push(worker);
        self.word.fetch_add(self.vacant_unit(), Relaxed);
    }

    /// Ends it all: takes every permit, and returns everybody who sleeps or waits, to be unparked.
    pub(crate) fn close(&self) -> Vec<Arc<Parker>> {
        let mut inner = self.lock.lock();
        self.word.fetch_or(CLOSED, Relaxed);
        for permit in &inner.words {
            permit.take();
        }
        let mut parkers = std::mem::take(&mut inner.waiting);
        parkers.extend(inner.sleepers.iter().map(|sleeper| sleeper.parker.clone()));
        parkers
    }

    /// Counts a permit up, if the worker still has it.
    fn give_back(&self, inner: &mut Inner, worker: usize) {
        if inner.word(worker).release() {
            self.word.fetch_add(FREE, Relaxed);
        }
    }

    /// What a vacant worker counts in the word: nothing, if no thread may be started for it.
    fn vacant_unit(&self) -> u64 {
        if self.starts_threads { VACANT } else { 0 }
    }
}

fn free(word: u64) -> usize {
    (word & COUNT) as usize
}

/// How many workers sleep or are vacant, and so could be given a permit.
fn hands(word: u64) -> usize {
    (((word / SLEEPER) & COUNT) + ((word / VACANT) & COUNT)) as usize
}

/// Whether a searcher is wanted and can be had.
#[inline]
fn wants(word: u64) -> bool {
    let hands = word & (COUNT * (SLEEPER + VACANT));
    word & (SEARCH | CLOSED) == 0 && word & COUNT != 0 && hands != 0
}

/// What the word counts, for tests.
#[cfg(test)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) free: usize,
    pub(super) sleepers: usize,
    pub(super) vacant: usize,
    pub(super) is_searched: bool,
    pub(super) is_closed: bool,
}

#[cfg(test)]
impl Idle {
    /// Reads the word under the lock, and checks that it agrees with the lists.
    pub(super) fn counts(&self) -> Counts {
        let inner = self.lock.lock();
        let word = self.word.load(Relaxed);
        let part = |unit: u64| ((word / unit) & COUNT) as usize;
        let vacant = if self.starts_threads { inner.vacant.len() } else { 0 };
        assert_eq!(part(SLEEPER), inner.sleepers.len(), "sleepers");
        assert_eq!(part(VACANT), vacant, "vacant workers");
        assert_eq!(inner.places, self.spares(), "places in the budget");
        let in_use = self.staff.load(Relaxed);
        assert_eq!(inner.numbered, in_use + inner.surplus.len(), "numbers of workers");
        Counts {
            free: part(FREE),
            sleepers: part(SLEEPER),
            vacant: part(VACANT),
            is_searched: word & SEARCH != 0,
            is_closed: word & CLOSED != 0,
        }
    }
}
