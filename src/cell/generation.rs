//! When a task was spawned, as far as nine bits of its state word can tell.
//!
//! To read the clock for each task costs as much as to spawn one, and a moment takes eight bytes of each. So time is cut into
//! *generations*, which somebody else counts, and a task gets the number of the one that it was spawned in. The number is read
//! by all who spawn and written now and then, so it stands on a line of its own, and as the bits of the state word that it will be: a
//! spawn pays for one load, which orders nothing. A task that is spawned at the very moment when a generation begins is of one or the
//! other.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::state::GENERATION_SHIFT;

/// How many bits a number has.
pub(super) const BITS: u32 = 9;

/// The last generation, which does not end.
pub(crate) const LAST: u16 = (1 << BITS) - 1;

/// Aligned so that what is written often is not on its line.
#[repr(align(128))]
struct Line(AtomicU64);

static NEWEST: Line = Line(AtomicU64::new(0));

/// The one that a task is of that is spawned now, as bits of its state word.
#[inline]
pub(super) fn bits_of_newest() -> u64 {
    NEWEST.0.load(Relaxed)
}

/// The number of the newest.
pub(crate) fn newest() -> u16 {
    (bits_of_newest() >> GENERATION_SHIFT) as u16
}

/// Begins the next one.
///
/// # Panics
///
/// If there is none.
pub(crate) fn begin(generation: u16) {
    assert!(generation <= LAST, "there is no generation {generation}");
    NEWEST.0.store(u64::from(generation) << GENERATION_SHIFT, Relaxed);
}
