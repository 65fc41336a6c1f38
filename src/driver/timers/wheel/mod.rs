//! The timer wheel: which of many deadlines come next, without sorting them.
//!
//! Most timers guard against something that does not happen: they are made and dropped, and never fire. A heap
//! or a tree would sort each of them first. The wheel does not: an entry is put into a slot that is found by
//! arithmetic, and taken out of it again, each in constant time; the nearer its time comes, the finer
//! the slot that it is moved to. This is the hierarchical wheel of G. Varghese and T. Lauck ("Hashed and
//! Hierarchical Timing Wheels", SOSP 1987, scheme 7).
//!
//! # What lives here
//!
//! In reading order: `place` (the arithmetic), `entry` (what stands inside a waiting future), `ring` (the
//! entries of one slot), `core` (the wheel). A [`Wheel`] is a plain value; its owner keeps it behind a lock. It
//! reads no clock: it is told the time.
//!
//! # Slots and levels
//!
//! A tick without its lowest 14 bits is a *unit*, 16 microseconds. A slot of level 0 holds the entries of one unit,
//! a slot of level 1 those of 64 units, and so on; 64 slots a level, and 9 levels for all the 50 bits of a unit. The
//! *cursor* is the unit up to which the wheel has been turned. An entry's level is that of the highest
//! group of six bits in which its unit differs from the cursor, and its slot is its unit's own group there:
//!
//! ```text
//!           level 2   level 1   level 0
//! cursor    000011    010110    000101
//! unit      000011    011000    111111     differs first at level 1: slot 24 of level 1
//! ```
//!
//! So all entries of a level come before all entries of the levels above it, a level's slots come in the order of
//! their numbers, and the first of all stands in the lowest occupied slot of the lowest occupied level: two
//! instructions on a level's word of occupied slots. No slot is ever reached by going round.
//!
//! # Turning
//!
//! *Advance* to a time: while the first occupied slot has begun by then, 1. the cursor moves to its
//! beginning; 2. if its level is above 0, the slot is *opened*: its entries differ from the cursor in a lower
//! group now, so that they sink, one by one, to lower levels; 3. a slot of level 0 gives those entries that are
//! due. All are, unless the time is within its unit: then the others stay. 4. When no slot is left that has
//! begun, the cursor moves to the time itself, which changes the level of no entry, since each slot that
//! is occupied lies wholly ahead.
//!
//! Entries fire in the order of their units. That is also why they sink through the levels when they are due
//! long since: tests that jump ahead in time see a sensible order.
//!
//! Turning may stop after any step, so that a lock need not be held while thousands sink. The slot that
//! is open remembers its right to be emptied before anything else is looked at; it gets no new entries, because
//! whatever belongs into its time is now placed lower.
//!
//! # Invariants
//!
//! Of memory, cited by the `SAFETY` notes:
//!
//! 1. **A linked entry stays where it is.** It is linked through a `Pin` only, and dropping one that is linked
//!    aborts the process. So a pointer in a ring is valid while it is there; for an entry that was leaked, for ever.
//! 2. **Links belong to the wheel.** While an entry's state is `LINKED`, its `links` are touched only through
//!    `&mut` to the wheel whose number the entry carries, and its deadline does not change. Numbers are never
//!    used twice.
//! 3. **What is not linked belongs to its owner.** In any other state no ring points to the entry. To leave the state
//!    `LINKED` is the wheel's last access to it: the owner may free it at once.
//! 4. **A place names the ring.** A linked entry stands in the ring that its `place` says, and in no other.
//!
//! Of time:
//!
//! 5. Nothing is linked whose deadline is not after the time that the wheel was told last. So turning to a time
//!    comes to an end, whatever is inserted meanwhile.
//! 6. The cursor's unit is never after that of a linked entry, and unless it stands in the open slot, an entry is at
//!    the level that its unit and the cursor say.
//!
//! # Rejected
//!
//! - *Finding an entry's place again from the cursor*, which saves its two bytes, holds only while no slot is open.
//! - *Pairs of slots' first and last*: in a ring the last is before the first.
//! - *Slots that are shared by several rounds* (Varghese's scheme 6) are looked through once a round, due or not.
//!
//! # What it does not know
//!
//! Locks, clocks and threads; who turns it, and what a waker wakes.

mod core;
mod entry;
mod place;
mod ring;

pub(super) use self::core::{Advance, Insert, Wheel};
pub(super) use self::entry::{Entry, Phase};

#[cfg(all(test, not(loom)))]
pub(super) use self::place::Unit;
