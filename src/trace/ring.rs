//! The last events of one thread, which others read while it goes on.
//!
//! The problem: a worker records an event in a few nanoseconds or not at all, so it takes no lock and waits for nobody;
//! when the ring is full it overwrites the oldest event. Whoever collects reads the same slots at the same time, and must
//! not take the time of one event and the task of another.
//!
//! # States
//!
//! `count` says how many events were written since the ring was made. Event `i` stands in slot `i` modulo the capacity, from
//! when it is *published*, with `count` > `i`, until event `i` + capacity *is being written*, with `count` = `i` + capacity.
//! Only the ring's thread writes, anything. Anyone reads.
//!
//! # Steps
//!
//! *Writer* ([`Ring::push`]), for event `n`:
//! 1. fences (Release);
//! 2. writes the words of the slot (Relaxed);
//! 3. stores `n` + 1 to `count` (Release).
//!
//! *Reader* ([`Ring::read`]):
//! 1. loads `count` (Acquire): `end`;
//! 2. reads the words of events `end` - capacity to `end` (Relaxed);
//! 3. fences (Acquire);
//! 4. loads `count` again (Relaxed): `now`;
//! 5. throws away the events up to and with `now` - capacity.
//!
//! # Why nothing is mixed
//!
//! *Nothing that is not there yet*: step 1 of the reader meets step 3 of the writer, so it sees the words of all events before
//! `end`, or newer ones.
//!
//! *Nothing newer*: say that a word which the reader took for event `i` is of a later one in the same slot, `n` >= `i` +
//! capacity. The writer stored `n` to `count` before its step 1 for event `n`, and wrote the word after it; the reader read that
//! word before its fence. So the two fences meet: step 4 sees `n` or more, and since `now` - capacity >= `i`, event `i` is
//! thrown away. What is kept is whole.
//!
//! The writer may be in step 2 of event `now` while the reader is in step 5. That is why event `now` - capacity goes too, although
//! `count` does not say yet that it is overwritten.
//!
//! # What it costs
//!
//! The writer's fence and Release cost no instruction where stores are ordered, else one barrier. A reader that is overtaken
//! gets less; nobody waits.
//!
//! # Rejected
//!
//! - *A sequence number in each slot*: a store more for each event, and two fences, to keep the one event that step 5
//!   throws away for nothing.
//! - *To stop the writer while somebody reads*: the recorder must not change what it records.
//! - *Events of one word, with a number for a type and a place*: a quarter of the memory, and yet a poll was slower by a nanosecond or
//!   two, since to look the number up costs more than to write what it stands for.
//! - *To ask for the line of memory some events ahead*: no faster with one worker, and slower with two.
//! - *All memory at once*: most threads record little. A `Chunk` is made when the writer first comes to it.

use std::array;
use std::sync::atomic::{Ordering::Acquire, Ordering::Relaxed, Ordering::Release};
use std::sync::{Arc, OnceLock};

use super::event::{Event, Kind, Raw, Slot, Source, Stamp};
use super::recording::Place;
use crate::util::sync::{AtomicU64, fence};

/// The slots of a chunk, which has 32 KiB; a power of two.
pub(super) const CHUNK: usize = if cfg!(loom) { 2 } else { 1024 };

/// A part of a ring, which is made when the writer first comes to it.
pub(super) type Chunk = [Slot; CHUNK];

/// See the module's prose.
///
/// | field | read | written |
/// |---|---|---|
/// | `chunks` | anyone, below `count` | each once, by the ring's thread |
/// | `count` | anyone | the ring's thread |
/// | `place` | anyone | the ring's thread |
///
/// Aligned so that nobody else writes to its line, nor to the one that processors fetch with it.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct Ring {
    /// Their number is a power of two.
    chunks: Box<[OnceLock<Arc<Chunk>>]>,
    count: AtomicU64,
    /// The worker at which the thread sat last: its number, and above 16 bits its runtime's; 0 for none.
    place: AtomicU64,
}

/// The right to write to a ring, for its thread. What it writes to may be written to past it by its [pen](super::pen).
#[derive(Debug)]
pub(super) struct Writer {
    ring: Arc<Ring>,
    /// That of the last event, so that it need not be looked for.
    chunk: Arc<Chunk>,
}

/// What was read from a ring.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) events: Vec<Event>,
    /// How many came before those.
    pub(super) overwritten: u64,
}

impl Writer {
    /// The one writer of a new ring for so many events, rounded up to a power of two.
    pub(super) fn new(capacity: usize) -> Self {
        let chunks = capacity.div_ceil(CHUNK).next_power_of_two();
        let ring = Ring {
            chunks: (0..chunks).map(|_| OnceLock::new()).collect(),
            count: AtomicU64::new(0),
            place: AtomicU64::new(0),
        };
        let chunk = ring.make_chunk(0).clone();
        Self { ring: Arc::new(ring), chunk }
    }

    pub(super) fn ring(&self) -> &Arc<Ring> {
        &self.ring
    }

    /// How many events were written; its own count.
    pub(super) fn count(&self) -> u64 {
        self.ring.count()
    }

    /// How many events more go into the chunk in hand.
    pub(super) fn room(&self) -> usize {
        // No chunk is in hand without an event in it, but the first one.
        match self.count() as usize % CHUNK {
            0 => 0,
            used => CHUNK - used,
        }
    }

    /// Where the next event goes, while there [is room](Self::room).
    pub(super) fn chunk(&self) -> &Arc<Chunk> {
        &self.chunk
    }

    /// Writes an event.
    pub(super) fn push(&mut self, kind: Kind, stamp: Stamp, number: u64, source: Option<Source>) {
        if self.room() == 0 {
            self.chunk = self.ring.make_chunk(self.count()).clone();
        }
        self.ring.push(self.count(), &self.chunk, kind, stamp, number, source);
    }

    pub(super) fn set_place(&self, place: Place) {
        self.ring.place.store(place.runtime << 16 | place.worker as u64, Relaxed);
    }
}

impl Ring {
    fn capacity(&self) -> u64 {
        (self.chunks.len() * CHUNK) as u64
    }

    fn place_of_chunk(&self, event: u64) -> &OnceLock<Arc<Chunk>> {
        &self.chunks[event as usize / CHUNK % self.chunks.len()]
    }

    fn make_chunk(&self, event: u64) -> &Arc<Chunk> {
        self.place_of_chunk(event).get_or_init(|| Arc::new(array::from_fn(|_| Slot::new())))
    }

    pub(super) fn place(&self) -> Option<Place> {
        match self.place.load(Relaxed) {
            0 => None, // no runtime has this number
            word => Some(Place { runtime: word >> 16, worker: (word & 0xFFFF) as usize }),
        }
    }

    /// Writes the event with this number, which is the next one, to its chunk; for the writer's thread.
    #[inline]
    pub(super) fn push(
        &self,
        event: u64,
        chunk: &Chunk,
        kind: Kind,
        stamp: Stamp,
        number: u64,
        source: Option<Source>,
    ) {
        fence(Release);
        chunk[event as usize % CHUNK].write(kind, stamp, number, source);
        self.count.store(event + 1, Release);
    }

    /// How many events were written so far.
    #[inline]
    pub(super) fn count(&self) -> u64 {
        self.count.load(Relaxed)
    }

    /// How many chunks there are, for tests.
    #[cfg(all(test, not(loom)))]
    pub(super) fn chunks(&self) -> usize {
        self.chunks.iter().filter(|chunk| chunk.get().is_some()).count()
    }

    /// The events that are there, in their order.
    pub(super) fn read(&self) -> Reading {
        let end = self.count.load(Acquire);
        let begin = end.saturating_sub(self.capacity());
        let raw: Vec<Raw> = (begin..end).map(|event| self.slot(event).read()).collect();
        fence(Acquire);
        let now = self.count.load(Relaxed);
        let whole = (now + 1).saturating_sub(self.capacity()).clamp(begin, end);
        let events = raw[(whole - begin) as usize..].iter().map(|raw| raw.decode()).collect();
        Reading { events, overwritten: whole }
    }

    fn slot(&self, event: u64) -> &Slot {
        let chunk = self.place_of_chunk(event).get();
        &chunk.expect("made before the event was published")[event as usize % CHUNK]
    }
}
