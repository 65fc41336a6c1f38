//! How many threads a runtime may have besides those for its permits.
//!
//! Spare workers, which stand in for those that are stuck, and the threads of the blocking pool count together, so that
//! neither a burst of the one nor of the other exhausts the system. A place is taken before a thread starts and given back
//! when it is needed no more.
//!
//! One thread of the bound is no place here: it is set aside for the pool. So a closure never waits until a spare worker goes,
//! which would have to know of the pool and look at its queue. *Rejected:* no such privilege, and whoever gives a place back
//! looks at the queue; who forgets it once, on the way out of an error say, leaves a closure for ever.
//!
//! The count orders nothing, so its accesses are relaxed.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// See the module's prose.
#[derive(Debug)]
pub(crate) struct ThreadBudget {
    most: usize,
    taken: AtomicUsize,
}

impl ThreadBudget {
    pub(crate) fn new(most: usize) -> Self {
        Self { most, taken: AtomicUsize::new(0) }
    }

    /// Whether a place was left a moment ago.
    pub(crate) fn has_room(&self) -> bool {
        self.taken.load(Relaxed) < self.most
    }

    /// Takes a place, if one is left.
    #[must_use]
    pub(crate) fn take(&self) -> bool {
        let more = |taken: usize| (taken < self.most).then_some(taken + 1);
        self.taken.fetch_update(Relaxed, Relaxed, more).is_ok()
    }

    /// Takes a place even if none is left, for a thread that is there already. As long as too many are taken, nobody else
    /// gets one.
    pub(crate) fn take_anyway(&self) {
        self.taken.fetch_add(1, Relaxed);
    }

    /// How many places are taken.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn taken(&self) -> usize {
        self.taken.load(Relaxed)
    }

    /// Gives a place back.
    pub(crate) fn give_back(&self) {
        let before = self.taken.fetch_sub(1, Relaxed);
        debug_assert_ne!(before, 0, "gave back a place that nobody had taken");
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_places_as_it_was_made_with() {
        let budget = ThreadBudget::new(2);
        assert!(budget.take() && budget.take());
        assert!(!budget.take());
        budget.give_back();
        assert!(budget.take());
        assert!(!budget.take());
    }

    #[test]
    fn a_place_that_is_not_there_is_owed_to_those_who_ask() {
        let budget = ThreadBudget::new(1);
        budget.take_anyway();
        budget.take_anyway();
        budget.give_back();
        assert!(!budget.take());
        budget.give_back();
        assert!(budget.take());
    }
}
