//! `WaitGroup`: the last `done` against a task that begins to wait, and rounds against each other.
//!
//! What a member does before `done` is a write to a cell, so that a wait that ends too early, or
//! without having acquired that write, is a race that loom sees.
//!
//! Seen to fail: with `Relaxed` for the `AcqRel` of a change; with `Relaxed` for the loads of `announce`
//! and `count`; and with `release` waking whoever is at the front, of whatever round.

use loom::thread;

use crate::sync::WaitGroup;
use crate::util::block_thread::block_on;
use crate::util::sync::{Arc, UnsafeCell};

/// What a member writes.
struct Work(UnsafeCell<u32>);

// SAFETY: the models prove that what waits reads after what works has written.
unsafe impl Sync for Work {}
// SAFETY: as above.
unsafe impl Send for Work {}

impl Work {
    fn new() -> Arc<Self> {
        Arc::new(Self(UnsafeCell::new(0)))
    }

    fn work(&self) {
        // SAFETY: one thread writes, before its `done`.
        self.0.with_mut(|cell| unsafe { *cell += 1 });
    }

    fn is_done(&self) -> bool {
        // SAFETY: read after the `wait`.
        self.0.with(|cell| unsafe { *cell == 1 })
    }
}

#[test]
fn loom_wait_ends_after_the_work_of_both_members() {
    loom::model(|| {
        let group = WaitGroup::new();
        let works = [Work::new(), Work::new()];
        let threads = works.clone().map(|work| {
            let member = group.member();
            thread::spawn(move || {
                work.work();
                drop(member);
            })
        });
        block_on(group.wait());
        assert!(works.iter().all(|work| work.is_done()));
        for thread in threads {
            thread.join().unwrap();
        }
    });
}

#[test]
fn loom_two_tasks_wait_for_one_member() {
    loom::model(|| {
        let group = WaitGroup::new();
        let work = Work::new();
        group.add(1);
        let (waits, sees) = (group.wait(), Arc::clone(&work));
        let thread = thread::spawn(move || {
            block_on(waits);
            assert!(sees.is_done());
        });
        let (member, works) = (group.clone(), Arc::clone(&work));
        let worker = thread::spawn(move || {
            works.work();
            member.done();
        });
        block_on(group.wait());
        assert!(work.is_done());
        thread.join().unwrap();
        worker.join().unwrap();
    });
}

#[test]
fn loom_a_round_that_ends_late_takes_no_waiter_of_the_next() {
    loom::model(|| {
        let group = WaitGroup::new();
        group.add(1);
        let first = group.clone();
        let ends = thread::spawn(move || first.done());
        let waits = group.clone();
        // Waits for the first round, so that the second begins when `done` may still be under way.
        let waits = thread::spawn(move || block_on(waits.wait()));
        block_on(group.wait());
        group.add(1);
        let work = Work::new();
        let (second, works) = (group.clone(), Arc::clone(&work));
        let worker = thread::spawn(move || {
            works.work();
            second.done();
        });
        block_on(group.wait());
        assert!(work.is_done());
        for thread in [ends, waits, worker] {
            thread.join().unwrap();
        }
    });
}
