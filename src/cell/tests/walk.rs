//! Random suspensions, endings and slices of a walk on one set, compared with a plain list.
//!
//! Each run depends on its number alone; a failure names it.

use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::panic::Location;

use super::mock::Mock;
use crate::cell::owned::Walk;
use crate::cell::{JoinRef, raw};
use crate::util::rng::Rng;

const RUNS: u64 = 300;
const STEPS: usize = 120;

/// The tasks of a set by number, in the mock's hands.
struct Tasks {
    mock: std::sync::Arc<Mock>,
    there: BTreeMap<u64, JoinRef<()>>,
    next: u64,
}

impl Tasks {
    /// A task enters the set.
    fn suspend_one(&mut self) {
        self.next += 1;
        let (task, join) =
            raw::spawn(pending(), self.mock.handle(), self.next, Location::caller().into());
        task.run();
        self.there.insert(self.next, join);
    }

    /// One of them leaves it.
    fn end_one(&mut self, rng: &Rng) -> Option<u64> {
        let numbers: Vec<_> = self.there.keys().copied().collect();
        let ended = *numbers.get(rng.below(numbers.len().max(1)))?;
        self.there.remove(&ended)?.abort();
        self.mock.run_all();
        Some(ended)
    }
}

/// A walk, and what it has to see.
struct Watch<'a> {
    walk: Walk<'a>,
    /// Those that were there when it began and still are.
    stay: BTreeSet<u64>,
    came: BTreeSet<u64>,
    seen: Vec<u64>,
}

impl Watch<'_> {
    /// Looks at a slice; whether that was the last.
    fn look(&mut self, most: usize) -> bool {
        let mut slice = Vec::new();
        let more = self.walk.look_at(most, &mut slice);
        assert!(slice.len() <= most, "a slice is longer than it may be");
        self.seen.extend(slice.iter().map(|task| task.id));
        !more
    }

    fn assert_complete(&self) {
        let distinct: BTreeSet<_> = self.seen.iter().copied().collect();
        assert_eq!(distinct.len(), self.seen.len(), "a task was seen twice: {:?}", self.seen);
        assert!(distinct.is_superset(&self.stay), "missed: {:?}", &self.stay - &distinct);
        assert!(distinct.is_disjoint(&self.came), "one that came later was seen");
    }
}

fn run(number: u64) {
    let (rng, mock) = (Rng::new(number), Mock::new());
    let mut tasks = Tasks { mock: mock.clone(), there: BTreeMap::new(), next: 0 };
    let mut watch: Option<Watch<'_>> = None;
    for _ in 0..STEPS {
        match (rng.below(6), &mut watch) {
            (0 | 1, watch) => {
                tasks.suspend_one();
                watch.iter_mut().for_each(|watch| {
                    watch.came.insert(tasks.next);
                });
            }
            (2, watch) => {
                if let Some(ended) = tasks.end_one(&rng) {
                    watch.iter_mut().for_each(|watch| {
                        watch.stay.remove(&ended);
                    });
                }
            }
            (3, None) => {
                let stay = tasks.there.keys().copied().collect();
                let (came, seen) = (BTreeSet::new(), Vec::new());
                watch = Some(Watch { walk: mock.set.walk(), stay, came, seen });
            }
            // Now and then it is given up.
            (3, _) if rng.below(4) == 0 => watch = None,
            (_, Some(all)) => {
                let is_over = all.look(1 + rng.below(3));
                if is_over {
                    all.assert_complete();
                    watch = None;
                }
            }
            (_, None) => {}
        }
        assert_eq!(mock.set.len(), tasks.there.len());
    }
    // Closing finds the tasks and not the bookmark, wherever that is.
    mock.close();
    assert_eq!(mock.set.len(), 0);
    drop(watch);
}

#[test]
fn a_walk_sees_each_task_that_stays_once_whatever_comes_and_goes() {
    for number in 0..RUNS {
        let caught = std::panic::catch_unwind(|| run(number));
        if let Err(payload) = caught {
            eprintln!("run {number} failed");
            std::panic::resume_unwind(payload);
        }
    }
}
