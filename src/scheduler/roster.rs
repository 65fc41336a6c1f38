//! The workers of a scheduler by number, each made when it is first needed.
//!
//! As many as there are permits at first have their places from the start. The places of others are made when one of
//! them is needed, a row at a time, each twice as long as the one before: most programs never need one, and nobody knows
//! how many there will be. Places are never given up, so whoever has a number finds its worker.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};

use super::idle::MOST_WORKERS;
use super::worker::Worker;

type Places = Box<[OnceLock<Arc<Worker>>]>;

/// The length of the first row.
const ROW: usize = 64;

/// So many rows have places for the most workers.
const ROWS: usize = (MOST_WORKERS / ROW + 1).ilog2() as usize + 1;

/// See the module's prose.
pub(super) struct Roster {
    first: Places,
    rows: [OnceLock<Places>; ROWS],
    /// All numbers that were ever asked for are below this. A hint: who reads an old one misses the newest workers.
    reach: AtomicUsize,
}

impl Roster {
    /// With places for `first` workers at once.
    pub(super) fn new(first: usize) -> Self {
        let rows = [const { OnceLock::new() }; ROWS];
        Self { first: places(first), rows, reach: AtomicUsize::new(0) }
    }

    /// The worker with this number, which `make` makes if there is none.
    pub(super) fn get_or_make(
        &self,
        number: usize,
        make: impl FnOnce() -> Arc<Worker>,
    ) -> &Arc<Worker> {
        let place = match number.checked_sub(self.first.len()) {
            None => &self.first[number],
            Some(later) => {
                let (row, at) = row_of(later);
                &self.rows[row].get_or_init(|| places(ROW << row))[at]
            }
        };
        self.reach.fetch_max(number + 1, Relaxed);
        place.get_or_init(make)
    }

    /// The worker with this number, if it was ever needed.
    pub(super) fn get(&self, number: usize) -> Option<&Arc<Worker>> {
        match number.checked_sub(self.first.len()) {
            None => self.first[number].get(),
            Some(later) => {
                let (row, at) = row_of(later);
                self.rows[row].get()?[at].get()
            }
        }
    }

    /// One more than the greatest number that was ever asked for.
    pub(super) fn reach(&self) -> usize {
        self.reach.load(Relaxed)
    }

    /// All workers that were ever needed.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<Worker>> {
        let later = self.rows.iter().filter_map(OnceLock::get).flatten();
        self.first.iter().chain(later).filter_map(OnceLock::get)
    }
}

/// The row of the worker with this number behind the first ones, and its place there.
fn row_of(later: usize) -> (usize, usize) {
    let row = (later / ROW + 1).ilog2() as usize;
    (row, later - ROW * ((1 << row) - 1))
}

fn places(count: usize) -> Places {
    (0..count).map(|_| OnceLock::new()).collect()
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_a_place_of_its_own() {
        let (mut row, mut at) = (0, 0);
        for later in 0..MOST_WORKERS {
            if at == ROW << row {
                (row, at) = (row + 1, 0);
            }
            assert_eq!(row_of(later), (row, at));
            at += 1;
        }
        assert_eq!(row + 1, ROWS);
    }
}
