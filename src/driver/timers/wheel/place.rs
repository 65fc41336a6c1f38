//! The arithmetic of the wheel: units, levels and slots. See the prose of the folder.

use crate::driver::clock::Tick;

/// Bits of a tick that the wheel does not look at: a unit is 16,384 nanoseconds.
const FINE_BITS: u32 = 14;

/// Bits of a unit that one level looks at.
const SLOT_BITS: u32 = 6;

/// Slots of a level.
pub(super) const SLOTS: usize = 1 << SLOT_BITS;

/// Levels for all the bits of a unit.
pub(super) const LEVELS: usize = (u64::BITS - FINE_BITS).div_ceil(SLOT_BITS) as usize;

/// As much time as a slot of the lowest level holds, counted from the epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::driver) struct Unit(u64);

impl Unit {
    /// The unit that `tick` lies in.
    #[inline]
    pub(in crate::driver) fn of(tick: Tick) -> Self {
        Self(tick.as_nanos() >> FINE_BITS)
    }

    #[inline]
    pub(super) fn first_tick(self) -> Tick {
        Tick::from_nanos(self.0 << FINE_BITS)
    }

    #[inline]
    pub(in crate::driver) fn last_tick(self) -> Tick {
        Tick::from_nanos(self.0 << FINE_BITS | ((1 << FINE_BITS) - 1))
    }
}

/// One slot of one level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    level: u8,
    slot: u8,
}

impl Place {
    pub(super) fn new(level: usize, slot: usize) -> Self {
        debug_assert!(level < LEVELS && slot < SLOTS, "no such place: {level}, {slot}");
        Self { level: level as u8, slot: slot as u8 }
    }

    /// Where an entry of `unit` stands while the cursor is at `cursor`.
    #[inline]
    pub(super) fn of(unit: Unit, cursor: Unit) -> Self {
        debug_assert!(unit >= cursor, "{unit:?} is behind the cursor, {cursor:?}");
        // The lowest bit makes equal units differ at level 0.
        let differing = (unit.0 ^ cursor.0) | 1;
        let level = differing.ilog2() / SLOT_BITS;
        let slot = unit.0 >> (level * SLOT_BITS) & (SLOTS as u64 - 1);
        Self::new(level as usize, slot as usize)
    }

    #[inline]
    pub(super) fn level(self) -> usize {
        usize::from(self.level)
    }

    #[inline]
    pub(super) fn slot(self) -> usize {
        usize::from(self.slot)
    }

    /// The number of this place among all places.
    #[inline]
    pub(super) fn index(self) -> usize {
        self.level() * SLOTS + self.slot()
    }

    /// The first unit of the slot, whose higher bits are those of the cursor.
    #[inline]
    pub(super) fn start(self, cursor: Unit) -> Unit {
        let low = u32::from(self.level) * SLOT_BITS;
        let high = low + SLOT_BITS;
        Unit(cursor.0 >> high << high | u64::from(self.slot) << low)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_slot_holds_the_units_that_begin_with_its_own() {
        let cursor = Unit(0b11_010110_000101);
        for (unit, level, slot, start) in [
            (0b11_010110_000101, 0, 5, 0b11_010110_000101),
            (0b11_010110_111111, 0, 63, 0b11_010110_111111),
            (0b11_010111_000000, 1, 23, 0b11_010111_000000),
            (0b11_011000_111111, 1, 24, 0b11_011000_000000),
            (0b100_000000_000001, 2, 4, 0b100_000000_000000),
        ] {
            let place = Place::of(Unit(unit), cursor);
            assert_eq!(place, Place::new(level, slot), "{unit:b}");
            assert_eq!(place.start(cursor), Unit(start), "{unit:b}");
        }
    }

    #[test]
    fn the_last_unit_has_a_place_on_the_highest_level() {
        let last = Unit::of(Tick::NEVER);
        let place = Place::of(last, Unit(0));
        assert_eq!(place.level(), LEVELS - 1);
        assert!(place.start(Unit(0)) <= last);
        assert_eq!(last.last_tick(), Tick::NEVER);
    }
}
