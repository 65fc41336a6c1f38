//! What may wake tasks and belongs to no scheduler: threads, and what others have told of.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::scheduler::cpu_clock;
use crate::util::process::{PerProcess, Process};

/// Whether a source that is none of a scheduler's may wake somebody.
type Source = fn() -> bool;

/// What a process has of it.
///
/// | field | who |
/// |---|---|
/// | `known`, `sources` | anyone, under the lock |
/// | `held` | anyone |
#[derive(Debug)]
pub(super) struct Outside {
    /// How many guards say of the thread with this number that it wakes nobody.
    known: Mutex<HashMap<u32, usize>>,
    sources: Mutex<Vec<Source>>,
    /// How many guards say that something may wake a task.
    held: AtomicUsize,
}

/// What the threads of a process are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Crowd {
    /// All are known.
    Known,
    /// There is at least one that is not.
    Strangers,
    /// The system does not tell.
    Untold,
}

impl Outside {
    pub(super) fn of_this_process() -> &'static Self {
        static OUTSIDE: PerProcess<Outside> = PerProcess::new();
        OUTSIDE.get(|| Self {
            known: Mutex::default(),
            sources: Mutex::default(),
            held: AtomicUsize::new(0),
        })
    }

    /// Whether a source, or something that somebody has told of, may wake a task.
    pub(super) fn may_wake(&self) -> bool {
        let sources = lock(&self.sources).clone();
        self.held.load(SeqCst) > 0 || sources.into_iter().any(|may_wake| may_wake())
    }

    /// What the threads of this process are, if those in `roots` are known too, and `main`, if asked for.
    pub(super) fn crowd(&self, roots: &[u32], knows_main: bool) -> Crowd {
        let most_known = lock(&self.known).len() + roots.len() + usize::from(knows_main);
        if cpu_clock::thread_count().is_some_and(|count| count > most_known) {
            return Crowd::Strangers; // nearly always, and without a list
        }
        let Some(threads) = cpu_clock::threads() else { return Crowd::Untold };
        // A thread that ends while they are listed may cut the list short.
        if cpu_clock::threads().as_ref() != Some(&threads) {
            return Crowd::Strangers;
        }
        // Behind that: of a thread that has ended meanwhile, it is forgotten here first that it was known.
        let known = lock(&self.known);
        let is_main = |thread| knows_main && thread == std::process::id();
        let is_known =
            |thread: &u32| known.contains_key(thread) || roots.contains(thread) || is_main(*thread);
        if threads.iter().all(is_known) { Crowd::Known } else { Crowd::Strangers }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has a source asked from now on.
#[cfg(all(feature = "signal", unix))]
pub(crate) fn add_source(may_wake: Source) {
    lock(&Outside::of_this_process().sources).push(may_wake);
}

/// While it lives, the thread that made it wakes nobody but by what is counted otherwise.
#[derive(Debug)]
pub(crate) struct Known {
    thread: Option<u32>,
    outside: &'static Outside,
    process: Process,
    /// It belongs to one thread.
    not_send: PhantomData<*const ()>,
}

impl Known {
    pub(crate) fn new() -> Self {
        let (outside, thread) = (Outside::of_this_process(), cpu_clock::current_thread());
        let this = Self { thread, outside, process: Process::current(), not_send: PhantomData };
        if let Some(thread) = this.thread {
            *lock(&outside.known).entry(thread).or_default() += 1;
        }
        this
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        // In a child that was forked off, another thread may have held the lock.
        let Some(thread) = self.thread.filter(|_| self.process == Process::current()) else {
            return;
        };
        let mut known = lock(&self.outside.known);
        let guards = known.get_mut(&thread).expect("it was counted");
        *guards -= 1;
        if *guards == 0 {
            known.remove(&thread);
        }
    }
}

/// Says that this thread wakes no task, until it is dropped; made by [`never_wakes`].
#[derive(Debug)]
#[must_use = "the thread counts as one that may wake tasks again when this is dropped"]
pub struct NeverWakes {
    _known: Known,
}

/// Says that the calling thread wakes no task as long as the guard lives.
///
/// A thread that the runtime does not know may hold a sender, a lock or a waker, so while there is one, tasks that all sleep are
/// not taken for a deadlock. A thread that does nothing of the kind, such as one that writes a log, can say so. If it wakes a task
/// nevertheless, that task is woken; but a deadlock may have been reported before that was none.
///
/// # Examples
///
/// ```
/// use runtime::runtime::deadlock;
///
/// let log = std::thread::spawn(|| {
///     let _guard = deadlock::never_wakes();
///     // Writes lines, as they come.
/// });
/// # log.join().unwrap();
/// ```
pub fn never_wakes() -> NeverWakes {
    NeverWakes { _known: Known::new() }
}

/// Says that something may wake a task, until it is dropped; made by [`may_wake`].
#[derive(Debug)]
#[must_use = "tasks that all sleep count as a deadlock again when this is dropped"]
pub struct MayWake {
    outside: &'static Outside,
}

/// Says that something which the runtime cannot know of may wake a task, as long as the guard lives.
///
/// The runtime knows its own timers, sockets, closures, signals and children, and it sees the threads of the process. A waker may
/// also be in the hands of something that is none of these: a handler of signals of the program's own, or a thread of the
/// runtime's that was told by [`never_wakes`], or by a callback, to do something else. While a guard lives no deadlock is reported,
/// in no runtime of the process. It may be dropped on any thread.
///
/// # Examples
///
/// ```
/// use runtime::runtime::deadlock;
///
/// let guard = deadlock::may_wake();
/// // Tasks may wait here for what comes by a way of the program's own.
/// drop(guard);
/// ```
pub fn may_wake() -> MayWake {
    let outside = Outside::of_this_process();
    outside.held.fetch_add(1, SeqCst);
    MayWake { outside }
}

impl Drop for MayWake {
    fn drop(&mut self) {
        self.outside.held.fetch_sub(1, SeqCst);
    }
}
