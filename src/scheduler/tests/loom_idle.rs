//! Parking under loom: no push is missed, a searcher that finds work hands on, and the end reaches everybody.
//!
//! The loops are those of `small`. A worker that sleeps for ever is a deadlock, which loom reports.
//!
//! Each of these was weakened by hand, one at a time, and the model named here failed:
//! - the pusher's fence, the fence of `lie_down`, the look after it: a push meets a worker that lies down;
//! - the fence of `after_push`, its call at the end of a search, the search that goes on in `get_up`: a searcher that
//!   finds work hands on;
//! - the call of `after_push` for a searcher that found a task of its own: a granted search that meets an event;
//! - the search before the duty, and that of `get_up` again: a duty that waits for a task;
//! - the unparking of sleepers in `close`, the look at `CLOSED` before parking: close against a worker.

use std::sync::Arc;

use loom::thread;

use super::small::{Bell, Local, Small, Task};
use crate::driver::Parker;
use crate::scheduler::idle::Rise;

/// For workers without a duty.
fn nothing(_: &Local) -> bool {
    false
}

#[test]
fn loom_a_push_meets_a_worker_that_lies_down() {
    loom::model(|| {
        let small = Small::new(1, 2);
        let local = Local::sit_down(&small);
        let worker = thread::spawn(move || local.live(nothing, |_, _| ()));
        small.inject();
        small.inject();
        worker.join().unwrap();
        assert!(!small.idle.counts().is_searched);
    });
}

#[test]
fn loom_a_searcher_that_finds_work_hands_on() {
    loom::model(|| {
        // The first task does not return before the second has run.
        let second_ran = Arc::new(Parker::new());
        let small = Small::new(2, 2);
        let workers = [Local::sit_down(&small), Local::sit_down(&small)].map(|local| {
            let second_ran = second_ran.clone();
            thread::spawn(move || {
                local.live(nothing, |_, left| match left {
                    2 => drop(second_ran.park(None)),
                    _ => second_ran.unpark(),
                })
            })
        });
        small.inject();
        small.inject();
        for worker in workers {
            worker.join().unwrap();
        }
        assert!(!small.idle.counts().is_searched);
    });
}

#[test]
fn loom_a_duty_that_waits_for_a_task_does_not_hold_the_search() {
    loom::model(|| {
        let ran = Arc::new(Parker::new());
        let small = Small::new(2, 1);
        let (local, other) = (Local::sit_down(&small), Local::sit_down(&small));
        let bell = local.bell.clone();
        let [waiter, first, second] = [(); 3].map(|()| ran.clone());
        let wait = move |_: &Local| {
            waiter.park(None);
            false
        };
        let workers = [
            thread::spawn(move || local.live(wait, |_, _| first.unpark())),
            thread::spawn(move || other.live(nothing, |_, _| second.unpark())),
        ];
        bell.ring();
        small.inject();
        for worker in workers {
            worker.join().unwrap();
        }
    });
}

#[test]
fn loom_a_granted_search_that_meets_an_event_hands_on() {
    loom::model(|| {
        // What the event wakes does not return before the task that was pushed has run.
        let ran = Arc::new(Parker::new());
        let small = Small::with_driver(2, 2);
        let workers = [Local::sit_down(&small), Local::sit_down(&small)].map(|local| {
            let ran = ran.clone();
            thread::spawn(move || {
                local.live(nothing, |task, _| match task {
                    Task::Woken => drop(ran.park(None)),
                    Task::Injected => ran.unpark(),
                })
            })
        });
        small.event();
        small.inject();
        for worker in workers {
            worker.join().unwrap();
        }
        assert!(!small.idle.counts().is_searched);
    });
}

#[test]
fn loom_rise_against_grant() {
    loom::model(|| {
        let small = Small::new(2, 0);
        let local = Local::sit_down(&small);
        let worker = thread::spawn(move || {
            local.lie_down();
            local.rise()
        });
        let woken = small.wake_searcher();
        let rise = worker.join().unwrap();
        assert_eq!(rise, if woken { Rise::Granted } else { Rise::Awake });
        let counts = small.idle.counts();
        assert_eq!((counts.free, counts.sleepers, counts.is_searched), (1, 0, woken));
    });
}

#[test]
fn loom_close_against_a_worker_that_lies_down_and_a_grant() {
    loom::model(|| {
        let small = Small::new(1, 0);
        let local = Local::sit_down(&small);
        let worker = thread::spawn(move || local.live(nothing, |_, _| ()));
        let waker = {
            let small = small.clone();
            thread::spawn(move || small.wake_searcher())
        };
        small.close();
        assert!(!worker.join().unwrap(), "it ended with the runtime");
        waker.join().unwrap();
    });
}

#[test]
fn loom_close_against_claim() {
    loom::model(|| {
        let small = Small::new(1, 0);
        let bell = Bell::new();
        let blocked = {
            let (small, bell) = (small.clone(), bell.clone());
            thread::spawn(move || small.block_on(bell, || ()))
        };
        small.close();
        bell.ring();
        blocked.join().unwrap();
        assert_eq!(small.idle.counts().sleepers, 0);
    });
}
