//! Who records, and the rings of all threads.
//!
//! There is one recording at a time, however many want it: the first who does begins it, the last who does not any more ends
//! it. Each sees what was recorded since it came. So a flight recorder may be on all the time, and a trace be taken beside it.
//!
//! The rings stay when their threads end, until the recording does, but not more than [`MOST_ENDED`] of them; the events of
//! those that had to go count as overwritten.
//!
//! # Invariants
//!
//! 1. [`RECORDING`] is 0 or the `number` of this process's registry. It is changed under the registry's lock.
//! 2. A number is not used twice, also not by a child process. In a child that is forked off during a recording the word may
//!    be the parent's; the registry of the child knows no such number, and so gives no rings for it.
//!
//! Recording takes the lock once a thread; no foreign code runs under it.

use std::mem;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::pace::now;
use super::ring::{Ring, Writer};
use super::switch::RECORDING;
use super::timeline::Track;
use crate::util::process::{PerProcess, Process};
use crate::util::watch::Watcher;

/// How many rings are kept whose threads have ended.
const MOST_ENDED: usize = 64;

/// The worker at which a thread sits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) runtime: u64,
    pub(super) worker: usize,
}

#[derive(Debug)]
struct Registry {
    /// The present recording; 0 for none.
    number: u64,
    /// How many want it.
    users: usize,
    /// While there are any.
    watcher: Option<Watcher>,
    /// Of each ring.
    capacity: usize,
    threads: Vec<Thread>,
    /// Events of threads whose rings are gone.
    lost: u64,
    /// How many threads have recorded.
    numbered: u64,
}

/// A thread that has recorded.
#[derive(Clone, Debug)]
pub(super) struct Thread {
    pub(super) number: u64,
    pub(super) name: Option<String>,
    pub(super) ring: Arc<Ring>,
}

/// What was recorded.
#[derive(Debug)]
pub(super) struct Collected {
    pub(super) tracks: Vec<Track>,
    /// Events of threads whose rings are gone.
    pub(super) lost: u64,
    /// The time that it is of.
    pub(super) since: u64,
    pub(super) until: u64,
}

impl Collected {
    /// How many events are missing.
    pub(super) fn overwritten(&self) -> u64 {
        self.tracks.iter().map(|track| track.reading.overwritten).sum::<u64>() + self.lost
    }
}

/// The wish that it be recorded, until it is dropped.
#[derive(Debug)]
pub(super) struct Recording {
    since: u64,
    /// How many events were lost before.
    lost_before: u64,
    process: Process,
}

fn registry() -> MutexGuard<'static, Registry> {
    static REGISTRY: PerProcess<Mutex<Registry>> = PerProcess::new();
    let make = || {
        Mutex::new(Registry {
            number: 0,
            users: 0,
            watcher: None,
            capacity: 0,
            threads: Vec::new(),
            lost: 0,
            numbered: 0,
        })
    };
    REGISTRY.get(make).lock().unwrap_or_else(PoisonError::into_inner)
}

/// A ring for this thread; none if the recording with this number is over.
pub(super) fn new_ring(recording: u64, place: Option<Place>) -> Option<Writer> {
    if recording == 0 {
        return None;
    }
    let name = thread::current().name().map(String::from);
    let mut registry = registry();
    if registry.number != recording {
        return None;
    }
    let writer = Writer::new(registry.capacity);
    place.into_iter().for_each(|place| writer.set_place(place));
    registry.forget_ended();
    let number = registry.numbered + 1;
    registry.numbered = number;
    registry.threads.push(Thread { number, name, ring: writer.ring().clone() });
    Some(writer)
}

impl Registry {
    /// Gives up the oldest rings of threads that have ended, if they are too many.
    fn forget_ended(&mut self) {
        let ended = self.threads.iter().filter(|thread| thread.has_ended()).count();
        let mut surplus = (ended + 1).saturating_sub(MOST_ENDED);
        let lost = &mut self.lost;
        self.threads.retain(|thread| {
            let goes = surplus > 0 && thread.has_ended();
            if goes {
                surplus -= 1;
                *lost += thread.ring.count();
            }
            !goes
        });
    }
}

impl Thread {
    /// Whether the registry alone has the ring.
    fn has_ended(&self) -> bool {
        Arc::strong_count(&self.ring) == 1
    }
}

impl Recording {
    /// Records from now on, with rings for so many events, unless there are rings already.
    pub(super) fn begin(capacity: usize) -> Self {
        static NUMBERS: AtomicU64 = AtomicU64::new(1);
        let mut registry = registry();
        if registry.users == 0 {
            registry.number = NUMBERS.fetch_add(1, Relaxed);
            registry.capacity = capacity;
            RECORDING.store(registry.number, Relaxed);
            registry.watcher = Some(Watcher::new());
        }
        registry.users += 1;
        Self { since: now(), lost_before: registry.lost, process: Process::current() }
    }

    /// Copies what was recorded so far.
    pub(super) fn collect(&self) -> Collected {
        let (threads, lost) = if self.is_inherited() { (Vec::new(), 0) } else { self.threads() };
        // Not under the lock, since it takes as long as there are events.
        let tracks = threads.into_iter().map(Track::read).collect();
        Collected { tracks, lost, since: self.since, until: now() }
    }

    fn threads(&self) -> (Vec<Thread>, u64) {
        let registry = registry();
        (registry.threads.clone(), registry.lost - self.lost_before)
    }

    fn is_inherited(&self) -> bool {
        self.process != Process::current()
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        if self.is_inherited() {
            return;
        }
        let mut registry = registry();
        registry.users -= 1;
        if registry.users == 0 {
            registry.number = 0;
            registry.lost = 0;
            RECORDING.store(0, Relaxed);
            registry.watcher = None;
            let threads = mem::take(&mut registry.threads);
            drop(registry);
            drop(threads);
        }
    }
}
