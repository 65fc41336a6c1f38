//! Permits under loom: there are never more holders than permits, none is lost, and who waits for one gets it.
//!
//! The loops are those of `small`.
//!
//! Each of these was weakened by hand, one at a time, and the model named here failed: the look at `free` in `rise` (two
//! workers pass one permit), the unparking in `vacate` (a thread that waits for the worker), the end of the search in a
//! worker that finds its permit gone (a worker that was granted the search), the look of `set_permits` at the injector (a
//! task that waits), and its unparking (a thread that waits).

use loom::thread;

use super::small::{Bell, Local, Small};

#[test]
fn loom_two_workers_pass_one_permit() {
    loom::model(|| {
        let (small, locals) = Small::with_one_permit(0);
        let workers = locals.map(|local| {
            thread::spawn(move || {
                for _ in 0..2 {
                    local.hold(|| ());
                    local.lie_down();
                    let _ = local.rise();
                }
                local.hold(|| ());
                local.lie_down();
            })
        });
        for worker in workers {
            worker.join().unwrap();
        }
        let counts = small.idle.counts();
        assert_eq!((counts.free, counts.sleepers), (1, 2));
    });
}

#[test]
fn loom_a_worker_without_a_permit_sleeps_until_it_is_needed() {
    loom::model(|| {
        let (small, locals) = Small::with_one_permit(2);
        let workers = locals.map(|local| thread::spawn(move || local.live(|_| false, |_, _| ())));
        small.inject();
        small.inject();
        for worker in workers {
            worker.join().unwrap();
        }
    });
}

#[test]
fn loom_two_threads_in_block_on_share_one_worker() {
    loom::model(|| {
        let small = Small::new(1, 2);
        let bells = [Bell::new(), Bell::new()];
        let blocked = bells.clone().map(|bell| {
            let small = small.clone();
            thread::spawn(move || small.block_on(bell, || ()))
        });
        for bell in bells {
            bell.ring();
        }
        for blocked in blocked {
            blocked.join().unwrap();
        }
        assert_eq!(small.idle.counts().free, 1);
    });
}

#[test]
fn loom_a_thread_that_waits_for_the_worker_runs_what_was_left() {
    loom::model(|| {
        let small = Small::new(1, 2);
        let bells = [Bell::new(), Bell::new()];
        // The second thread waits for the task, which the first may leave to it or run.
        let second = bells[1].clone();
        let blocked = bells.clone().map(|bell| {
            let (small, second) = (small.clone(), second.clone());
            thread::spawn(move || small.block_on(bell, || second.ring()))
        });
        small.inject();
        bells[0].ring();
        for blocked in blocked {
            blocked.join().unwrap();
        }
    });
}

#[test]
fn loom_a_permit_is_withdrawn_while_tasks_are_pushed() {
    loom::model(|| {
        let small = Small::new(2, 2);
        let locals = [Local::sit_down(&small), Local::sit_down(&small)];
        let workers = locals.map(|local| thread::spawn(move || local.live(|_| false, |_, _| ())));
        small.inject();
        small.set_permits(1);
        small.inject();
        for worker in workers {
            worker.join().unwrap();
        }
        assert!(!small.idle.counts().is_searched);
    });
}

#[test]
fn loom_a_permit_is_withdrawn_from_a_worker_that_was_granted_the_search() {
    loom::model(|| {
        let small = Small::new(2, 1);
        let locals = [Local::sit_down(&small), Local::sit_down(&small)];
        locals[1].lie_down();
        assert!(small.wake_searcher());
        small.set_permits(1); // the one that was given last is withdrawn
        locals[1].get_up(false);
        assert!(small.idle.counts().is_searched);
        let workers = locals.map(|local| thread::spawn(move || local.live(|_| false, |_, _| ())));
        small.inject();
        for worker in workers {
            worker.join().unwrap();
        }
    });
}

#[test]
fn loom_a_task_that_waits_gets_the_permit_that_is_added() {
    loom::model(|| {
        let small = Small::new(2, 1);
        let busy = Local::sit_down(&small); // in a poll until the task has run
        let other = Local::sit_down(&small);
        small.set_permits(1); // the one that was given last is withdrawn
        let worker = thread::spawn(move || other.live(|_| false, |_, _| ()));
        small.inject();
        small.set_permits(2);
        worker.join().unwrap();
        assert!(!busy.live(|_| false, |_, _| ()), "it ended with the runtime");
    });
}

#[test]
fn loom_a_thread_that_waits_gets_the_permit_that_is_added() {
    loom::model(|| {
        let small = Small::new(1, 1);
        let busy = Local::sit_down(&small); // in a poll until the task has run
        let bell = Bell::new();
        let blocked = {
            let (small, bell) = (small.clone(), bell.clone());
            thread::spawn(move || small.block_on(bell.clone(), || bell.ring()))
        };
        small.inject();
        small.set_permits(2);
        blocked.join().unwrap();
        assert!(!busy.live(|_| false, |_, _| ()), "it ended with the runtime");
    });
}
