//! The table of registrations: from the number that the system hands back with an event to the entry it is for.
//!
//! Descriptors are reused at once, and so are places in this table, while events for those that had them before
//! may lie in the reactor's buffer. Were such an event given to the new registration, that would be told of data,
//! or of an end, that it never had. So a place counts the registrations it has had, and a [`Key`] carries both: the
//! place, and the *generation* that it was given out in. A key of another generation finds nothing.
//!
//! The generation counts 32 bits where pointers have 64, else 12. For one to come round, its place must be reused as
//! many times while one event waits in the buffer; free places are reused in turn, so that this takes many
//! registrations more. If it did happen, the stranger would be told to try once in vain.
//!
//! # The lock
//!
//! One lock guards the table. The reactor holds it while it hands out events, up to a batch of wakers at a time; who
//! registers or leaves holds it for a few instructions. So an entry that the reactor works on cannot leave
//! meanwhile, and after it has left, no event reaches it any more.
//!
//! # Invariants
//!
//! 1. No foreign code runs under the lock: entries, which own wakers, are dropped after it.
//! 2. Once the table has ended, nothing enters it, and every entry in it is ended.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::sync::Arc;

use super::entry::Entry;
use super::readiness::ended;
use crate::io::Ready;
use crate::util::contain::contain;
use crate::util::sync::Mutex;
use crate::util::wake_batch::WakeBatch;

/// Bits of a key that say the place.
const PLACE_BITS: u32 = if usize::BITS >= 64 { 32 } else { 20 };

/// The most places; the last number is left out, so that no key has all bits set.
const MOST_PLACES: usize = (1 << PLACE_BITS) - 1;

/// The number of a registration: a place in the table, and the generation of that place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key(pub(super) usize);

impl Key {
    /// No registration has it: it is left for the wake-up handle.
    pub(super) const NOBODY: Self = Self(usize::MAX);

    /// Of the generation counts what fits above the place.
    fn new(place: usize, generation: usize) -> Self {
        Self(place | (generation << PLACE_BITS))
    }

    fn place(self) -> usize {
        self.0 & MOST_PLACES
    }
}

/// See the module's prose.
pub(super) struct Table(Mutex<Places>);

struct Places {
    places: Vec<Place>,
    free: VecDeque<usize>,
    ended: bool,
    /// How many entries were ever made.
    entered: u64,
    /// How many of them were taken out.
    left: u64,
}

struct Place {
    generation: usize,
    entry: Option<Arc<Entry>>,
}

impl Places {
    fn get(&self, key: Key) -> Option<&Arc<Entry>> {
        let place = self.places.get(key.place())?;
        let entry = place.entry.as_ref()?;
        (Key::new(key.place(), place.generation) == key).then_some(entry)
    }

    fn free_place(&mut self) -> io::Result<usize> {
        if let Some(place) = self.free.pop_front() {
            return Ok(place);
        }
        if self.places.len() == MOST_PLACES {
            return Err(io::Error::other("the runtime has no room for another I/O object"));
        }
        self.places.push(Place { generation: 0, entry: None });
        Ok(self.places.len() - 1)
    }

    fn key(&self, place: usize) -> Key {
        Key::new(place, self.places[place].generation)
    }
}

impl Table {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Places {
            places: Vec::new(),
            free: VecDeque::new(),
            ended: false,
            entered: 0,
            left: 0,
        }))
    }

    /// Enters a new entry.
    ///
    /// # Errors
    ///
    /// If the table has ended or is full.
    pub(super) fn insert(&self) -> io::Result<(Key, Arc<Entry>)> {
        let entry = Arc::new(Entry::new());
        let mut places = self.0.lock();
        if places.ended {
            return Err(ended());
        }
        let place = places.free_place()?;
        places.places[place].entry = Some(entry.clone());
        places.entered += 1;
        Ok((places.key(place), entry))
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        let places = self.0.lock();
        places.places.len() - places.free.len()
    }

    /// Whether anybody waits for an entry. Holds the lock for as long as it takes to look at each.
    pub(super) fn is_awaited(&self) -> bool {
        let places = self.0.lock();
        let mut entries = places.places.iter().filter_map(|place| place.entry.as_ref());
        entries.any(|entry| entry.is_awaited())
    }

    /// Takes an entry out; no event reaches it any more.
    pub(super) fn remove(&self, key: Key) {
        let mut places = self.0.lock();
        debug_assert!(places.get(key).is_some(), "{key:?} was removed twice");
        let place = &mut places.places[key.place()];
        let left = place.entry.take();
        place.generation = place.generation.wrapping_add(1);
        places.free.push_back(key.place());
        places.left += 1;
        drop(places);
        drop(left);
    }

    /// How many entries were ever made, and how many of them were taken out.
    pub(super) fn counts(&self) -> (u64, u64) {
        let places = self.0.lock();
        (places.entered, places.left)
    }

    /// Tells entries of their events, and wakes whom they concern.
    pub(super) fn dispatch(&self, events: impl IntoIterator<Item = (Key, Ready)>) {
        let mut events = events.into_iter();
        self.change(|places| {
            let (key, ready) = events.next()?;
            if let Some(entry) = places.get(key) {
                entry.readiness.add(ready);
            }
            Some(key)
        });
    }

    /// Ends the table and all that is in it, and wakes whoever waits.
    pub(super) fn end(&self) {
        self.0.lock().ended = true;
        let mut place = 0;
        self.change(|places| {
            let entry = &places.places.get(place)?.entry;
            if let Some(entry) = entry {
                entry.readiness.end();
            }
            place += 1;
            Some(places.key(place - 1))
        });
    }

    /// Calls `step`, which changes one entry and says which, until there is none left; after each change wakes
    /// those who wait for it, outside of the lock.
    ///
    /// A waker that panics concerns none of the others, nor the caller.
    fn change(&self, mut step: impl FnMut(&Places) -> Option<Key>) {
        // The entry whose wakers the last batch could not hold.
        let mut unfinished = None;
        let mut more = true;
        while more {
            let mut batch = WakeBatch::new();
            let places = self.0.lock();
            more = loop {
                let Some(key) = unfinished.take().or_else(|| step(&places)) else { break false };
                if places.get(key).is_some_and(|entry| entry.take_wakers(&mut batch)) {
                    unfinished = Some(key);
                    break true;
                }
            };
            drop(places);
            if let Err(payload) = batch.wake() {
                contain(|| drop(payload));
            }
        }
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = self.0.lock();
        f.debug_struct("Table")
            .field("places", &places.places.len())
            .field("free", &places.free.len())
            .field("ended", &places.ended)
            .finish()
    }
}
