//! What a worker tells of itself while it works: what it polls, and what it has counted.
//!
//! The problem: the monitor has to name the task that a worker is stuck in, and may not touch its cell, which the worker
//! may free at any moment. So the worker writes down whom it polls, with each poll; and the monitor must not read
//! the number of one task and the type of another.
//!
//! # Steps
//!
//! *Worker*, around each poll:
//! 1. [`Polls::begin`]: stores the poll's number;
//! 2. stores the task's number, what tells its type, and at last the place;
//! 3. polls;
//! 4. stores that there is no place.
//!
//! *Monitor* ([`Diary::subject_of`]), for the poll with a number that it has read before:
//! 1. loads the count of polls; if it is another, there is nothing to be said of that poll any more;
//! 2. loads the place; if there is none, the poll is over, or is not described yet;
//! 3. loads the type and the task's number;
//! 4. loads the count again; if it is another, what was loaded may be of another poll, and is thrown away.
//!
//! # Why nothing is mixed
//!
//! Every store above is a Release and every load an Acquire. The monitor's step 1 saw the count of poll *n*, and so what the
//! worker had written before it: the place of the poll before was taken back. Hence a place that step 2 finds was
//! stored in *n* or later, and with it the type and the number of the same poll: step 3 finds those or newer ones.
//! If anything that was found is of a poll after *n*, its load met a store that came after that poll's own step 1, so that
//! the load in step 4 sees another count. If step 4 sees *n*, all is of *n*.
//!
//! A poll that unwinds leaves step 4 out. Only that of a `block_on` can, and then the worker is left, which does it instead.
//!
//! # What it costs
//!
//! Five stores a poll to a line that nobody else writes, and no fence where a Release needs none. *Rejected*: to count
//! before and after the three, as a sequence lock does, which is a store more for the same; and to leave the last
//! subject standing behind its poll, which is a store less, but reports a task that has long returned when its worker
//! lingers between two polls.
//!
//! # Counts
//!
//! A [`Count`] is written by one thread, without a read-modify-write, and orders nothing.

use std::panic::Location;
use std::sync::atomic::{self, Ordering::Acquire, Ordering::Relaxed, Ordering::Release};

use crate::cell::{Header, TypeName};
use crate::coop::Polls;
use crate::trace::Source;
use crate::util::static_ref::StaticRef;
use crate::util::sync::AtomicU64;

/// What is polled.
#[derive(Clone, Copy, Debug)]
pub(super) struct Subject {
    /// The task's number; for the future of a `block_on` one that no other has at the same time, with [`Self::ROOT`].
    pub(super) task: u64,
    pub(super) type_name: &'static TypeName,
    /// Where it was spawned, or `block_on` called.
    pub(super) place: &'static Location<'static>,
}

/// See the module's prose. Aligned so that nobody else writes to its line, nor to the one that processors fetch with it.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct Diary {
    /// How many polls the worker has begun. Who sees it stand still sees the worker in one poll, or asleep.
    pub(super) polls: Polls,
    task: AtomicU64,
    type_name: StaticRef<TypeName>,
    place: StaticRef<Location<'static>>,
    /// How many tasks were spawned here.
    pub(super) spawned: Count,
    /// How many ended here, wherever they were spawned.
    pub(super) ended: Count,
    /// How many were queued by the thread, as they were spawned or woken there.
    pub(super) scheduled: Count,
    /// How many of these found the worker's queue full.
    pub(super) overflowed: Count,
    /// How long a poll takes lately, with what is between it and the next; the bits of a floating-point number of nanoseconds.
    pub(super) mean_poll: Count,
    /// How long the worker was up, as far as it is entered.
    pub(super) busy_nanos: Count,
    /// How often the worker went to sleep.
    pub(super) parks: Count,
    /// How often it came back.
    pub(super) unparks: Count,
    /// How often it polled nothing between coming back and going to sleep again.
    pub(super) noops: Count,
    /// How often it took tasks from another worker.
    pub(super) steals: Count,
    /// How many tasks these were.
    pub(super) stolen: Count,
}

/// A number that is written by one thread at a time and read by anyone.
#[derive(Debug, Default)]
pub(super) struct Count(atomic::AtomicU64);

impl Subject {
    /// In the number of what is no task.
    pub(super) const ROOT: u64 = 1 << 63;

    /// Whether this is the future of a `block_on`.
    pub(super) fn is_root(&self) -> bool {
        self.task & Self::ROOT != 0
    }

    #[inline]
    pub(super) fn of(task: &Header) -> Self {
        Self { task: task.id(), type_name: task.type_teller(), place: task.spawned_at() }
    }

    #[inline]
    pub(super) fn source(self) -> Source {
        (self.type_name, self.place)
    }
}

impl Diary {
    pub(super) fn new() -> Self {
        Self {
            polls: Polls::new(),
            task: AtomicU64::new(0),
            type_name: StaticRef::new(),
            place: StaticRef::new(),
            spawned: Count::default(),
            ended: Count::default(),
            scheduled: Count::default(),
            overflowed: Count::default(),
            mean_poll: Count::default(),
            busy_nanos: Count::default(),
            parks: Count::default(),
            unparks: Count::default(),
            noops: Count::default(),
            steals: Count::default(),
            stolen: Count::default(),
        }
    }

    /// The worker's steps 1 and 2.
    #[inline]
    pub(super) fn begin(&self, poll: u64, subject: Subject) {
        self.polls.begin(poll);
        self.task.store(subject.task, Release);
        self.type_name.set(Some(subject.type_name));
        self.place.set(Some(subject.place));
    }

    /// The worker's step 4. Harmless if there is no poll; from a poll that goes on, it takes the name away.
    #[inline]
    pub(super) fn end(&self) {
        self.place.set(None);
    }

    /// Whether a poll has begun and not ended.
    pub(super) fn is_polling(&self) -> bool {
        self.place.get().is_some()
    }

    /// What the poll with this number polls, if it goes on: the monitor's steps.
    pub(super) fn subject_of(&self, poll: u64) -> Option<Subject> {
        if self.polls.begun() != poll {
            return None;
        }
        let place = self.place.get()?;
        let type_name = self.type_name.get()?;
        let task = self.task.load(Acquire);
        (self.polls.begun() == poll).then_some(Subject { task, type_name, place })
    }
}

impl Count {
    /// For the one thread that counts.
    #[inline]
    pub(super) fn add(&self, more: u64) {
        self.set(self.get().wrapping_add(more));
    }

    /// Likewise.
    #[inline]
    pub(super) fn set(&self, value: u64) {
        self.0.store(value, Relaxed);
    }

    #[inline]
    pub(super) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}
