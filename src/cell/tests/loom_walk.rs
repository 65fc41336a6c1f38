//! A walk through a set against tasks that enter it, leave it, and against its closing, under loom.
//!
//! No ordering is argued: all links are written under the set's lock. With a bookmark that stays where it was after a slice all
//! of these failed.

use std::collections::BTreeSet;
use std::future::pending;
use std::panic::Location;
use std::sync::Arc;

use loom::thread;

use super::mock::Mock;
use crate::cell::{JoinRef, raw};

fn suspend(mock: &Arc<Mock>, number: u64) -> JoinRef<()> {
    let origin = Location::caller().into();
    let (task, join) = raw::spawn(pending(), mock.handle(), number, origin);
    task.run();
    join
}

/// The numbers of those that a walk sees, one at a time; none twice.
fn walk(mock: &Mock) -> BTreeSet<u64> {
    let (mut walk, mut seen) = (mock.set.walk(), Vec::new());
    while walk.look_at(1, &mut seen) {}
    let numbers: BTreeSet<_> = seen.iter().map(|task| task.id).collect();
    assert_eq!(numbers.len(), seen.len(), "a task was seen twice");
    numbers
}

fn walk_elsewhere(mock: &Arc<Mock>) -> thread::JoinHandle<BTreeSet<u64>> {
    let mock = Arc::clone(mock);
    thread::spawn(move || walk(&mock))
}

#[test]
fn loom_walk_against_one_that_enters_and_one_that_leaves() {
    loom::model(|| {
        let mock = Mock::new();
        let joins: Vec<_> = (1..=3).map(|number| suspend(&mock, number)).collect();
        let walker = walk_elsewhere(&mock);
        joins[1].abort();
        mock.run_all();
        let new = suspend(&mock, 4);
        let seen = walker.join().unwrap();
        assert!(seen.contains(&1) && seen.contains(&3), "one that stays was missed: {seen:?}");
        mock.close();
        drop((joins, new));
        assert_eq!(mock.cells(), 0, "a cell was not freed");
    });
}

#[test]
fn loom_walk_against_closing() {
    loom::model(|| {
        let mock = Mock::new();
        let joins: Vec<_> = (1..=2).map(|number| suspend(&mock, number)).collect();
        let walker = walk_elsewhere(&mock);
        mock.close();
        walker.join().unwrap();
        assert_eq!(mock.set.len(), 0);
        drop(joins);
        assert_eq!(mock.cells(), 0, "a cell was not freed");
    });
}

#[test]
fn loom_two_walks_see_the_same() {
    loom::model(|| {
        let mock = Mock::new();
        let joins: Vec<_> = (1..=2).map(|number| suspend(&mock, number)).collect();
        let walker = walk_elsewhere(&mock);
        let here = walk(&mock);
        assert_eq!((here.len(), walker.join().unwrap()), (2, here));
        mock.close();
        drop(joins);
        assert_eq!(mock.cells(), 0, "a cell was not freed");
    });
}
