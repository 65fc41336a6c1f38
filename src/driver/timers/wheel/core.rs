//! The wheel itself. See the prose of the folder.

use std::fmt;
use std::pin::Pin;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::task::Waker;

use super::entry::{self, Entry, Leave, with};
use super::place::{LEVELS, Place, SLOTS, Unit};
use super::ring::Ring;
use crate::driver::clock::Tick;

/// Entries that sink before [`Wheel::advance`] comes up for air.
const MOST_SINKS: usize = 64;

/// Entries of a slot that are looked at to find the earliest.
const MOST_LOOKS: usize = 64;

/// The entries of many waiting futures, by deadline.
pub(in crate::driver) struct Wheel {
    number: u32,
    /// The time that it was told last.
    now: Tick,
    /// The unit that it has been turned to.
    cursor: Unit,
    /// The slot above level 0 that the cursor has reached, until it is known to be empty.
    open: Option<Place>,
    /// Of each level, which slots are not empty.
    occupied: [u64; LEVELS],
    rings: Box<[Ring]>,
    len: usize,
}

/// What came of an insertion.
#[derive(Debug)]
#[must_use = "an entry that was over already gives its waker back"]
pub(in crate::driver) enum Insert {
    Linked,
    /// The deadline was over: the entry is marked so, and the waker is to be dropped or woken outside of the lock.
    Elapsed(Waker),
}

/// How far the wheel has been turned.
#[derive(Debug)]
#[must_use]
pub(in crate::driver) enum Advance {
    /// An entry elapsed, and this is its waker. There may be more.
    Due(Waker),
    /// Entries sank, and there may be more: a good time to let others have the lock.
    Busy,
    /// Nothing is due that is left.
    Done,
}

// SAFETY: a wheel hands out wakers, which are `Send`; whoever has it has the right to its entries' links (2).
unsafe impl Send for Wheel {}

impl Wheel {
    pub(in crate::driver) fn new() -> Self {
        Self {
            number: number(),
            now: Tick::default(),
            cursor: Unit::default(),
            open: None,
            occupied: [0; LEVELS],
            rings: std::iter::repeat_with(Ring::default).take(LEVELS * SLOTS).collect(),
            len: 0,
        }
    }

    /// How many entries are linked.
    pub(in crate::driver) fn len(&self) -> usize {
        self.len
    }

    /// Links an entry, unless its deadline is over.
    ///
    /// # Panics
    ///
    /// Panics if the entry is linked.
    #[inline]
    pub(in crate::driver) fn insert(&mut self, entry: Pin<&mut Entry>, waker: Waker) -> Insert {
        if entry.deadline() <= self.now {
            entry.mark_elapsed();
            return Insert::Elapsed(waker);
        }
        let entry = entry.enter(self.number);
        // SAFETY: it was just made a member of this wheel (2).
        let before = unsafe { with(entry, |links| links.waker.replace(waker)) };
        debug_assert!(before.is_none(), "a timer left its wheel without its waker");
        self.len += 1;
        self.link(entry);
        Insert::Linked
    }

    /// Makes a linked entry wake the task of `waker`; says no if that takes a clone and `spare` holds none. The
    /// waker that it replaces ends up in `spare`, to be dropped outside of the lock. Yes if it is not linked any more.
    #[inline]
    pub(in crate::driver) fn set_waker(
        &mut self,
        entry: Pin<&mut Entry>,
        waker: &Waker,
        spare: &mut Option<Waker>,
    ) -> bool {
        let Some(entry) = entry.member(self.number) else { return true };
        // SAFETY: a member of this wheel (2).
        unsafe {
            with(entry, |links| {
                let same = links.waker.as_ref().is_some_and(|current| current.will_wake(waker));
                if !same && spare.is_some() {
                    std::mem::swap(&mut links.waker, spare);
                    return true;
                }
                same
            })
        }
    }

    /// Unlinks an entry and returns its waker, to be dropped outside of the lock; none if it is not linked any more.
    ///
    /// # Panics
    ///
    /// Panics if the entry is linked into another wheel.
    #[inline]
    pub(in crate::driver) fn remove(&mut self, entry: Pin<&mut Entry>) -> Option<Waker> {
        let entry = entry.member(self.number)?;
        Some(self.release(entry, Leave::Idle))
    }

    /// Turns the wheel towards `now`, until an entry elapses or there is nothing left to do.
    pub(in crate::driver) fn advance(&mut self, now: Tick) -> Advance {
        self.now = self.now.max(now);
        for _ in 0..MOST_SINKS {
            let Some(place) = self.reach() else { return self.arrive() };
            if place.level() > 0 {
                self.sink_first(place);
                continue;
            }
            let Some(entry) = self.find_due(place) else { return self.arrive() };
            return Advance::Due(self.release(entry, Leave::Elapsed));
        }
        Advance::Busy
    }

    /// Unlinks any entry, as of a wheel that is closed.
    pub(in crate::driver) fn expel(&mut self) -> Option<Waker> {
        let first = self.rings[self.first()?.index()].first();
        let entry = first.expect("an occupied slot has an entry");
        Some(self.release(entry, Leave::Closed))
    }

    /// When to look at the wheel again, after [`Advance::Done`]: the earliest deadline; or
    /// [`Tick::NEVER`].
    ///
    /// If the first slot is crowded, it says a time that needs no search: a slot's beginning, when its entries
    /// are to sink, or on the lowest level its end, which is 16 microseconds late at most.
    pub(in crate::driver) fn next(&self) -> Tick {
        let Some(place) = self.first() else { return Tick::NEVER };
        // SAFETY: nothing changes while we look.
        let mut entries = unsafe { self.rings[place.index()].iter() };
        // SAFETY: an entry of this wheel (1, 2).
        let deadlines = entries.by_ref().map(|entry| unsafe { entry::deadline(entry) });
        let earliest = deadlines.take(MOST_LOOKS).min().expect("an occupied slot has an entry");
        let start = place.start(self.cursor);
        match entries.next() {
            None => earliest,
            Some(_) if place.level() == 0 => start.last_tick(),
            Some(_) => start.first_tick(),
        }
    }

    /// The earliest deadline, or [`Tick::NEVER`]; found by looking at all entries of the first slot, and of the open one.
    #[cfg(any(feature = "test-util", test))]
    pub(in crate::driver) fn earliest(&self) -> Tick {
        let places = self.open.into_iter().chain(self.first());
        // SAFETY: nothing changes while we look.
        let entries = places.flat_map(|place| unsafe { self.rings[place.index()].iter() });
        // SAFETY: an entry of this wheel (1, 2).
        let deadlines = entries.map(|entry| unsafe { entry::deadline(entry) });
        deadlines.min().unwrap_or(Tick::NEVER)
    }

    /// Moves the cursor to the first slot that is occupied, if that has begun.
    fn reach(&mut self) -> Option<Place> {
        if let Some(open) = self.open {
            if self.is_occupied(open) {
                return Some(open);
            }
            self.open = None;
        }
        let place = self.first()?;
        let start = place.start(self.cursor);
        if start > Unit::of(self.now) {
            return None;
        }
        debug_assert!(
            start >= self.cursor,
            "the first slot, {place:?}, is behind {:?}",
            self.cursor
        );
        self.cursor = start;
        self.open = (place.level() > 0).then_some(place);
        Some(place)
    }

    /// Moves the cursor to the time itself: nothing is due that is left.
    fn arrive(&mut self) -> Advance {
        self.cursor = Unit::of(self.now);
        Advance::Done
    }

    /// Moves the first entry of the open slot to a lower level.
    fn sink_first(&mut self, place: Place) {
        let entry = self.rings[place.index()].first().expect("an open slot is emptied by sinking");
        self.unlink(entry);
        let lower = self.link(entry);
        debug_assert!(lower.level() < place.level(), "an entry of {place:?} sank to {lower:?}");
    }

    /// An entry of a slot of level 0 that is due. Those that are not go behind it, so that they are
    /// not looked at again before all others.
    fn find_due(&mut self, place: Place) -> Option<NonNull<Entry>> {
        let ring = &mut self.rings[place.index()];
        let now = self.now;
        // SAFETY: entries of this wheel (1, 2), of a ring that does not change while we look.
        let due = unsafe { ring.iter().find(|&entry| entry::deadline(entry) <= now) }?;
        // SAFETY: it was found in this ring.
        unsafe { ring.rotate_to(due) };
        Some(due)
    }

    /// The occupied slot that comes first.
    #[inline]
    fn first(&self) -> Option<Place> {
        let level = self.occupied.iter().position(|&slots| slots != 0)?;
        Some(Place::new(level, self.occupied[level].trailing_zeros() as usize))
    }

    #[inline]
    fn is_occupied(&self, place: Place) -> bool {
        self.occupied[place.level()] & 1 << place.slot() != 0
    }

    /// Puts an entry that stands in no ring into the one for its deadline.
    #[inline]
    fn link(&mut self, entry: NonNull<Entry>) -> Place {
        // SAFETY: a member of this wheel (1, 2).
        let unit = Unit::of(unsafe { entry::deadline(entry) });
        let place = Place::of(unit, self.cursor);
        // SAFETY: as above; and it stands in no ring.
        unsafe {
            with(entry, |links| links.place = place);
            self.rings[place.index()].push_back(entry);
        }
        self.occupied[place.level()] |= 1 << place.slot();
        place
    }

    /// Takes an entry out of its ring.
    #[inline]
    fn unlink(&mut self, entry: NonNull<Entry>) {
        // SAFETY: a member of this wheel (1, 2).
        let place = unsafe { with(entry, |links| links.place) };
        // SAFETY: that is its ring (4).
        if unsafe { self.rings[place.index()].remove(entry) } {
            self.occupied[place.level()] &= !(1 << place.slot());
        }
    }

    /// Lets a linked entry go, and returns its waker.
    #[inline]
    fn release(&mut self, entry: NonNull<Entry>, why: Leave) -> Waker {
        self.len -= 1;
        self.unlink(entry);
        // SAFETY: a member of this wheel (1, 2).
        let waker = unsafe { with(entry, |links| links.waker.take()) };
        // SAFETY: as above; it stands in no ring, and this is the last access (3).
        unsafe { entry::leave(entry, why) };
        waker.expect("a linked timer has a waker")
    }
}

/// A number that no other wheel has.
fn number() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    let last = LAST.fetch_update(Relaxed, Relaxed, |last| last.checked_add(1));
    last.expect("a process makes fewer than 2^32 timer wheels") + 1
}

impl fmt::Debug for Wheel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wheel")
            .field("now", &self.now)
            .field("cursor", &self.cursor)
            .field("occupied", &self.occupied)
            .finish_non_exhaustive()
    }
}
