//! What is recorded, and the slot of a ring that holds it.
//!
//! An event is four words: when and what, a number, and, for what concerns a task, what tells its type and where it was
//! spawned. The last two are references to statics, so nothing is copied or looked up while a program runs; names are made
//! when a trace is written. A slot that holds an event of another kind keeps those of the one before, which nobody reads.
//!
//! ```text
//!  63               8      7      6    0
//! +------------------+----------+-------+
//! | nanoseconds: 56  | coarse   | kind  |
//! +------------------+----------+-------+
//! ```
//!
//! A text does not fit. It follows its event in slots of its own, of kind [`Kind::Text`], with seven bytes where others have
//! the time and eight more in the number.

use std::panic::Location;
use std::sync::atomic::Ordering::Relaxed;

use crate::util::static_ref::StaticRef;
use crate::util::sync::AtomicU64;

/// Tells the name of a type.
pub(crate) type TypeName = fn() -> &'static str;

/// The bytes of a text that one slot holds.
pub(super) const TEXT_BYTES: usize = 15;

const KIND_BITS: u32 = 8;
const COARSE: u64 = 1 << 7;

/// What happened. The words in `timeline` are: a *turn* is what a thread does until its next turn begins; a *frame* is
/// something inside of a turn that has turns of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// A turn: the poll of a task, whose number it has.
    Poll,
    /// A turn: the poll of a future of `block_on`. The number is that of its bell.
    Root,
    /// A turn: a closure is called in the blocking pool.
    Job,
    /// A turn: the worker looks at the driver.
    Look,
    /// A turn: the worker looks for work at others.
    Search,
    /// A turn: the thread sleeps.
    Park,
    /// A turn: it has slept.
    Unpark,
    /// The turn is over, and none begins.
    End,
    /// A frame: the thread is in `block_on`.
    Enter,
    /// A frame: a local task is polled inside of the poll of its driver.
    Nest,
    /// The frame is over.
    Leave,
    /// A task was spawned.
    Spawn,
    /// A task was queued, since somebody woke it.
    Wake,
    /// Tasks were taken from another worker; its number, and above 32 bits how many.
    Steal,
    /// The permit of a worker was taken: its number, above 16 bits the runtime, and the highest bit if it computes.
    Retake,
    /// A free permit was given to a sleeping or vacant worker: its number, and above 16 bits the runtime.
    Grant,
    /// A poll was found to take long, of the task with this number.
    Long,
    /// So many timers were fired.
    Timers,
    /// The reactor told of a socket: the number of its registration.
    Ready,
    /// The user's mark; the number is the length of its text.
    Mark,
    /// The user's region: its number, and in the lowest 8 bits the length of its text.
    RegionBegin,
    /// The end of one: likewise, without a text.
    RegionEnd,
    /// A part of the text of the event before.
    Text,
}

impl Kind {
    const ALL: [Self; 23] = [
        Self::Poll,
        Self::Root,
        Self::Job,
        Self::Look,
        Self::Search,
        Self::Park,
        Self::Unpark,
        Self::End,
        Self::Enter,
        Self::Nest,
        Self::Leave,
        Self::Spawn,
        Self::Wake,
        Self::Steal,
        Self::Retake,
        Self::Grant,
        Self::Long,
        Self::Timers,
        Self::Ready,
        Self::Mark,
        Self::RegionBegin,
        Self::RegionEnd,
        Self::Text,
    ];
}

/// When something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp(u64);

impl Stamp {
    /// At this moment, in nanoseconds since the epoch.
    pub(super) const fn exact(nanos: u64) -> Self {
        Self(nanos << KIND_BITS)
    }

    /// Between this moment and the next for which the clock was read.
    pub(super) const fn coarse(nanos: u64) -> Self {
        Self(nanos << KIND_BITS | COARSE)
    }

    pub(super) fn nanos(self) -> u64 {
        self.0 >> KIND_BITS
    }

    pub(super) fn is_coarse(self) -> bool {
        self.0 & COARSE != 0
    }
}

/// What tells a task's type, and where it was spawned.
pub(crate) type Source = (&'static TypeName, &'static Location<'static>);

#[derive(Clone, Copy, Debug)]
pub(super) struct Event {
    pub(super) kind: Kind,
    pub(super) stamp: Stamp,
    pub(super) number: u64,
    /// Of kinds that have none it is what an earlier event had.
    pub(super) source: Option<Source>,
}

/// A part of a text, in the two words that it has.
pub(super) fn text_words(part: &[u8]) -> (Stamp, u64) {
    let mut bytes = [0; 16];
    bytes[1..=part.len()].copy_from_slice(part);
    let word = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight bytes"));
    (Stamp(word(0)), word(8))
}

/// The bytes of a part of a text.
pub(super) fn text_bytes(event: &Event) -> [u8; TEXT_BYTES] {
    let mut bytes = [0; TEXT_BYTES];
    bytes[..7].copy_from_slice(&event.stamp.nanos().to_le_bytes()[..7]);
    bytes[7..].copy_from_slice(&event.number.to_le_bytes());
    bytes
}

/// A place for an event. Its words are read and written one by one: that they are of one event is seen to by `ring`.
#[derive(Debug)]
pub(super) struct Slot {
    head: AtomicU64,
    number: AtomicU64,
    type_name: StaticRef<TypeName>,
    place: StaticRef<Location<'static>>,
}

/// What was read from a slot, perhaps of several events.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw {
    head: u64,
    number: u64,
    type_name: Option<&'static TypeName>,
    place: Option<&'static Location<'static>>,
}

impl Slot {
    pub(super) fn new() -> Self {
        Self {
            head: AtomicU64::new(0),
            number: AtomicU64::new(0),
            type_name: StaticRef::new(),
            place: StaticRef::new(),
        }
    }

    #[inline]
    pub(super) fn write(&self, kind: Kind, stamp: Stamp, number: u64, source: Option<Source>) {
        self.head.store(stamp.0 | kind as u64, Relaxed);
        self.number.store(number, Relaxed);
        if let Some((type_name, place)) = source {
            self.type_name.set(Some(type_name));
            self.place.set(Some(place));
        }
    }

    pub(super) fn read(&self) -> Raw {
        Raw {
            head: self.head.load(Relaxed),
            number: self.number.load(Relaxed),
            type_name: self.type_name.get(),
            place: self.place.get(),
        }
    }
}

impl Raw {
    /// The event, of which all of this is.
    pub(super) fn decode(self) -> Event {
        let kind = Kind::ALL[(self.head & (COARSE - 1)) as usize];
        let stamp = Stamp(self.head & !(COARSE - 1));
        Event { kind, stamp, number: self.number, source: self.type_name.zip(self.place) }
    }
}
