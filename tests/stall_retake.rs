//! What a worker's permit leaves behind when it is retaken: the task in its slot, what the stuck task does afterwards, and
//! locks that it holds. Without a retake each of these hangs, and the watchdog says so.
#![cfg(all(feature = "net", feature = "rt-multi-thread", feature = "time"))]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use futures::executor;
use runtime::Handle;
use runtime::task::{self, JoinHandle};
use support::{Captor, Counts, Gate, KINDS, Kind, Trap, echo, meet, multi_thread, ticks, watch};

/// Runs `test` with each number of permits, each kind of stuck tasks, as a root future or as a task.
fn in_all_cases<F: Future<Output = ()> + Send + 'static>(test: impl Fn(Kind, usize) -> F) {
    let _watch = watch();
    for permits in [1, 2, 4] {
        for kind in KINDS {
            eprintln!("{kind:?} on {permits}");
            let runtime = multi_thread(permits);
            executor::block_on(runtime.spawn(test(kind, permits))).unwrap();
            runtime.block_on(test(kind, permits));
            meet(runtime.handle(), permits); // none is lost
        }
    }
}

/// Keeps all permits in stuck polls, this one included, until there was at least one retake: with one permit, the retake of
/// this worker's. To be called in a poll.
fn lose_the_permit(kind: Kind, permits: usize) {
    let handle = Handle::current();
    let captor = Captor::new();
    let others = captor.send(&handle, kind, permits - 1);
    let trap = captor.trap();
    // Tasks can meet only if they run, while as many others are stuck as there are permits.
    let liberator = thread::spawn(move || {
        while trap.inside() < permits {
            thread::yield_now();
        }
        meet(&handle, permits);
        trap.free();
    });
    captor.trap().hold(kind);
    liberator.join().unwrap();
    drop(others);
}

/// What another task opens, and a stuck one waits for.
fn open_in_a_task(trap: &Trap) -> JoinHandle<()> {
    let trap = trap.clone();
    task::spawn(async move { trap.free() })
}

#[test]
fn a_task_spawned_into_the_slot_of_a_stuck_worker_runs() {
    in_all_cases(|kind, _| async move {
        let captor = Captor::new();
        let opener = open_in_a_task(&captor.trap());
        captor.trap().hold(kind);
        opener.await.unwrap();
    });
}

#[test]
fn a_task_woken_into_the_slot_of_a_stuck_worker_runs() {
    in_all_cases(|kind, _| async move {
        let (captor, bell) = (Captor::new(), Gate::new("the opener is woken"));
        let opener = task::spawn({
            let (trap, bell) = (captor.trap(), bell.clone());
            async move {
                bell.passed().await;
                trap.free();
            }
        });
        while bell.suspended() == 0 {
            task::yield_now().await;
        }
        bell.open();
        captor.trap().hold(kind);
        opener.await.unwrap();
    });
}

#[test]
fn a_task_spawned_after_the_retake_runs() {
    in_all_cases(|kind, permits| async move {
        lose_the_permit(kind, permits);
        let captor = Captor::new();
        let opener = open_in_a_task(&captor.trap());
        captor.trap().hold(kind); // in the same poll
        opener.await.unwrap();
    });
}

/// Many, so that they would not fit into the queue of the worker.
#[test]
fn tasks_spawned_after_the_retake_all_run() {
    in_all_cases(|kind, permits| async move {
        lose_the_permit(kind, permits);
        let ran = Arc::new(AtomicUsize::new(0));
        let captor = Captor::new();
        let tasks: Vec<_> = (0..1_000)
            .map(|_| {
                let (ran, trap) = (ran.clone(), captor.trap());
                task::spawn(async move {
                    if ran.fetch_add(1, SeqCst) == 999 {
                        trap.free();
                    }
                })
            })
            .collect();
        captor.trap().hold(kind);
        for task in tasks {
            task.await.unwrap();
        }
    });
}

/// After it was stuck, a task is like any other.
#[test]
fn a_task_that_lost_its_permit_sleeps_speaks_spawns_and_ends() {
    in_all_cases(|kind, permits| async move {
        let ended = task::spawn(async move {
            lose_the_permit(kind, permits);
            ticks(1).await;
            lose_the_permit(kind, permits);
            echo(3).await;
            lose_the_permit(kind, permits);
            let child = task::spawn(async { 42 });
            lose_the_permit(kind, permits);
            task::yield_now().await;
            child.await.unwrap()
        });
        assert_eq!(ended.await.unwrap(), 42);
    });
}

#[test]
fn a_task_that_lost_its_permit_drops_others() {
    in_all_cases(|kind, permits| async move {
        let (counts, never) = (Counts::new(), Gate::new("never"));
        let waits = || {
            let (counts, never) = (counts.clone(), never.clone());
            task::spawn(counts.count(async move { never.passed().await }))
        };
        let tasks: Vec<_> = (0..10).map(|_| waits()).collect();
        while never.suspended() < 10 {
            task::yield_now().await;
        }
        lose_the_permit(kind, permits);
        tasks.iter().for_each(JoinHandle::abort);
        for task in tasks {
            assert!(task.await.unwrap_err().is_cancelled());
        }
        assert_eq!(counts.drops(), 10);
    });
}

#[test]
fn a_task_that_lost_its_permit_may_panic() {
    support::hush();
    in_all_cases(|kind, permits| async move {
        let panics = task::spawn(async move {
            lose_the_permit(kind, permits);
            panic!("without a permit, on purpose");
        });
        assert!(panics.await.unwrap_err().is_panic());
    });
}

/// The holder of the lock, and all who wait for it, lose their permits, and each gets the lock.
#[test]
fn locks_are_held_across_retakes() {
    in_all_cases(|_, permits| async move {
        let sum = Arc::new(Mutex::new(0));
        let tasks: Vec<_> = (0..3 * permits)
            .map(|_| {
                let sum = sum.clone();
                task::spawn(async move {
                    for _ in 0..3 {
                        let mut sum = sum.lock().unwrap();
                        let before = *sum;
                        thread::sleep(Duration::from_millis(3));
                        *sum = before + 1;
                    }
                })
            })
            .collect();
        ticks(10).await;
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*sum.lock().unwrap(), 3 * 3 * permits);
    });
}

/// The runtime ends while polls go on without a permit: their tasks are dropped behind them, and nobody is forgotten.
#[test]
fn a_runtime_ends_beside_tasks_that_lost_their_permits() {
    let _watch = watch();
    for permits in [1, 2, 4] {
        for kind in KINDS {
            let (runtime, captor, counts) = (multi_thread(permits), Captor::new(), Counts::new());
            let stuck: Vec<_> = (0..2 * permits)
                .map(|_| {
                    let trap = captor.trap();
                    runtime.spawn(counts.count(async move {
                        trap.hold(kind);
                        task::yield_now().await;
                        unreachable!("polled again after the end");
                    }))
                })
                .collect();
            while captor.inside() < 2 * permits {
                thread::yield_now();
            }
            runtime.shutdown_background();
            captor.free();
            for task in stuck {
                assert!(executor::block_on(task).unwrap_err().is_cancelled());
            }
            assert_eq!(counts.drops(), 2 * permits);
        }
    }
}
