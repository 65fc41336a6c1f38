//! The workers of a scheduler by number, each made when it is first needed.
//!
//! As many as there are permits have their places from the start; the places of spare workers are made with the first of
//! them, since most programs never need one. Places are never given up, so whoever has a number finds its worker.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use super::worker::Worker;

type Places = Box<[OnceLock<Arc<Worker>>]>;

/// See the module's prose.
pub(super) struct Roster {
    first: Places,
    spare: OnceLock<Places>,
    most: usize,
    /// All numbers that were ever asked for are below this. A hint: who reads an old one misses the newest workers.
    reach: AtomicUsize,
}

impl Roster {
    /// With places for `first` workers at once, and for `most` in the end.
    pub(super) fn new(first: usize, most: usize) -> Self {
        let reach = AtomicUsize::new(0);
        Self { first: places(first), spare: OnceLock::new(), most: most.max(first), reach }
    }

    /// The worker with this number, which `make` makes if there is none.
    pub(super) fn get_or_make(
        &self,
        number: usize,
        make: impl FnOnce() -> Arc<Worker>,
    ) -> &Arc<Worker> {
        let place = match number.checked_sub(self.first.len()) {
            None => &self.first[number],
            Some(spare) => {
                let all = self.spare.get_or_init(|| places(self.most - self.first.len()));
                &all[spare]
            }
        };
        self.reach.fetch_max(number + 1, Relaxed);
        place.get_or_init(make)
    }

    /// The worker with this number, if it was ever needed.
    pub(super) fn get(&self, number: usize) -> Option<&Arc<Worker>> {
        match number.checked_sub(self.first.len()) {
            None => self.first[number].get(),
            Some(spare) => self.spare.get()?.get(spare)?.get(),
        }
    }

    /// One more than the greatest number that was ever asked for.
    pub(super) fn reach(&self) -> usize {
        self.reach.load(Relaxed)
    }

    /// All workers that were ever needed.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Worker>> {
        let spare = self.spare.get().map_or(&[] as &[_], |places| places);
        self.first.iter().chain(spare).filter_map(OnceLock::get)
    }
}

fn places(count: usize) -> Places {
    (0..count).map(|_| OnceLock::new()).collect()
}
