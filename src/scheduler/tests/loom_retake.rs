//! The retake under loom: whoever loses a permit when, the tasks are run, and no permit and no search is lost.
//!
//! The loops are those of `small`. A worker that sleeps for ever is a deadlock, which loom reports.
//!
//! Each of these was weakened by hand, one at a time, and the model named here failed:
//! - giving up the search before lying down: a retake meets a grant;
//! - moving the tasks of a stuck worker, at a later look: a push after a retake;
//! - the look behind giving way: a task is run while who gave way waits for it;
//! - counting a permit up only if the worker had it, the look at `HELD` in `retake`: a retake meets a worker that lies
//!   down, who gives way meets a retake, two retakes in a row;
//! - providing hands: two retakes in a row;
//! - giving up spare workers when another lies down: a retake meets a worker that lies down;
//! - the look at `CLOSED` before parking, returning what is not started after the end: the end meets a retake;
//! - keeping whoever is needed for a free permit, in `can_spare_one`: a worker that leaves meets a retake.

use std::sync::Arc;

use loom::thread;

use super::small::{Local, Small};
use crate::driver::Parker;
use crate::scheduler::idle::Retake;

/// For workers without a duty.
fn nothing(_: &Local) -> bool {
    false
}

/// Lets a worker's thread go about its work.
fn live(local: Local) -> thread::JoinHandle<bool> {
    thread::spawn(move || local.live(nothing, |_, _| ()))
}

/// A worker whose duty is to do `f` once, as a poll that is stuck.
fn stuck(local: Local, f: impl Fn(&Local) + Send + 'static) -> thread::JoinHandle<bool> {
    local.bell.ring();
    thread::spawn(move || {
        let attend = |local: &Local| {
            f(local);
            false
        };
        local.live(attend, |_, _| ())
    })
}

/// Two workers for one permit: the first is without, the second has it. There may be `spares` workers beyond the first.
fn one_permit(
    tasks: usize,
    spares: usize,
    run: impl Fn(usize) + Send + Sync + 'static,
) -> (Arc<Small>, [Local; 2]) {
    let small = Small::with_spares(1, tasks, spares, run);
    let first = Local::sit_down(&small);
    assert_eq!(small.idle.retake(first.worker()), Retake::Taken);
    let second = Local::sit_down(&small);
    (small, [first, second])
}

#[test]
fn loom_a_retake_meets_the_workers_own_look() {
    loom::model(|| {
        let small = Small::with_spares(1, 1, 1, |_| ());
        let local = Local::sit_down(&small);
        let number = local.worker();
        let worker = live(local);
        small.inject();
        let _ = small.retake(number);
        worker.join().unwrap();
        small.join_started();
        assert!(!small.idle.counts().is_searched);
    });
}

#[test]
fn loom_a_push_after_a_retake_is_found_by_a_later_look() {
    loom::model(|| {
        let [ran, runs, pushed, looks] = {
            let [ran, pushed] = [(); 2].map(|()| Arc::new(Parker::new()));
            [ran.clone(), ran, pushed.clone(), pushed]
        };
        let small = Small::with_spares(1, 1, 1, move |_| runs.unpark());
        let local = Local::sit_down(&small);
        let number = local.worker();
        let worker = stuck(local, move |local| {
            local.push(1);
            pushed.unpark();
            ran.park(None);
        });
        let _ = small.retake(number);
        looks.park(None);
        small.rescue(number);
        worker.join().unwrap();
        small.join_started();
    });
}

#[test]
fn loom_a_retake_meets_a_worker_that_lies_down() {
    loom::model(|| {
        let small = Small::with_spares(1, 0, 1, |_| ());
        let local = Local::sit_down(&small);
        let number = local.worker();
        let worker = thread::spawn(move || {
            local.lie_down();
            let _ = local.rise();
            local.lie_down();
        });
        let _ = small.idle.retake(number);
        let _ = small.idle.retake(number);
        worker.join().unwrap();
        let counts = small.idle.counts();
        // A spare worker that was added is given up when the other lies down.
        assert_eq!((counts.free, counts.sleepers, counts.vacant), (1, 1, 0));
    });
}

#[test]
fn loom_a_retake_meets_a_grant() {
    loom::model(|| {
        let small = Small::with_spares(1, 2, 1, |_| ());
        let local = Local::sit_down(&small);
        let number = local.worker();
        let worker = live(local);
        small.inject();
        let _ = small.retake(number);
        // The task for which the worker may have been woken is run by a third one, who is gone before the next comes.
        small.run_injected();
        small.inject();
        worker.join().unwrap();
        small.join_started();
        assert!(!small.idle.counts().is_searched);
    });
}

#[test]
fn loom_two_retakes_in_a_row() {
    loom::model(|| {
        let ran = Arc::new(Parker::new());
        let [runs, waits] = [(); 2].map(|()| ran.clone());
        let small = Small::with_spares(1, 1, 1, move |_| runs.unpark());
        let local = Local::sit_down(&small);
        let number = local.worker();
        let worker = stuck(local, move |_| {
            waits.park(None);
        });
        assert_eq!(small.retake(number), Retake::Taken);
        assert_eq!(small.retake(number), Retake::HasNone, "it is stuck");
        small.inject();
        worker.join().unwrap();
        small.join_started();
    });
}

#[test]
fn loom_the_end_meets_a_retake() {
    loom::model(|| {
        let small = Small::with_spares(1, 0, 1, |_| ());
        let local = Local::sit_down(&small);
        let number = local.worker();
        let worker = live(local);
        let monitor = {
            let small = small.clone();
            thread::spawn(move || small.retake(number))
        };
        small.close();
        assert!(!worker.join().unwrap(), "it ended with the runtime");
        let _ = monitor.join().unwrap();
        small.join_started();
        assert!(!small.idle.counts().is_searched);
    });
}

#[test]
fn loom_who_gives_way_meets_a_retake() {
    loom::model(|| {
        let small = Small::with_spares(1, 0, 1, |_| ());
        let local = Local::sit_down(&small);
        let number = local.worker();
        let worker = thread::spawn(move || {
            let gave = local.give_way();
            local.regain();
            local.lie_down();
            gave
        });
        let took = small.idle.retake(number);
        let gave = worker.join().unwrap();
        assert!(took == Retake::Taken || gave == Retake::Taken);
        let counts = small.idle.counts();
        assert_eq!((counts.free, counts.sleepers, counts.vacant), (1, 1, 0));
    });
}

#[test]
fn loom_a_task_is_run_while_who_gave_way_waits_for_it() {
    loom::model(|| {
        let ran = Arc::new(Parker::new());
        let [runs, waits] = [(); 2].map(|()| ran.clone());
        let small = Small::with_spares(1, 1, 1, move |_| runs.unpark());
        let local = Local::sit_down(&small);
        let worker = stuck(local, move |local| {
            assert_ne!(local.give_way(), Retake::NoThread);
            waits.park(None);
            local.regain();
        });
        small.inject();
        worker.join().unwrap();
        small.join_started();
    });
}

#[test]
fn loom_a_worker_that_leaves_meets_a_push() {
    loom::model(|| {
        let (small, [first, second]) = one_permit(1, 1, |_| ());
        first.lie_down();
        let leaver = thread::spawn(move || first.lose_patience(|_, _| ()));
        let holder = live(second);
        small.inject();
        leaver.join().unwrap();
        holder.join().unwrap();
        small.join_started();
    });
}

#[test]
fn loom_a_worker_that_leaves_meets_a_retake() {
    loom::model(|| {
        let ran = Arc::new(Parker::new());
        let [runs, spare_runs] = [(); 2].map(|()| ran.clone());
        let (small, [first, second]) = one_permit(1, 2, move |_| spare_runs.unpark());
        first.lie_down();
        let leaver = thread::spawn(move || first.lose_patience(|_, _| runs.unpark()));
        second.bell.ring();
        let poll = |local: &Local| {
            small.inject();
            assert_eq!(small.retake(local.worker()), Retake::Taken);
            ran.park(None);
            false
        };
        second.live(poll, |_, _| ());
        leaver.join().unwrap();
        small.join_started();
    });
}
