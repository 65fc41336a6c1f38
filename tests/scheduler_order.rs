//! Who comes first: a task that was woken or one that yielded, and for how long.

mod support;

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use runtime::sync::oneshot;
use runtime::task;
use support::{Busy, current_thread, watch};

#[test]
fn woken_tasks_overtake_those_that_yielded() {
    let _watch = watch();
    current_thread().block_on(async {
        let log = Arc::new(Mutex::new(Vec::new()));
        let note = |name: &'static str| {
            let log = log.clone();
            move || log.lock().unwrap().push(name)
        };
        let (to_one, one) = oneshot::channel::<()>();
        let (to_other, other) = oneshot::channel::<()>();
        let waiting = [("one", one), ("other", other)].map(|(name, woken)| {
            let note = note(name);
            task::spawn(async move {
                woken.await.unwrap();
                note();
            })
        });
        task::yield_now().await; // both wait
        let bystander = task::spawn({
            let note = note("bystander");
            async move {
                for _ in 0..10 {
                    note();
                    task::yield_now().await;
                }
            }
        });
        let waker = task::spawn({
            let note = note("waker");
            async move {
                task::yield_now().await; // the bystander stands behind this one now
                to_one.send(()).unwrap();
                to_other.send(()).unwrap();
                note();
                task::yield_now().await;
            }
        });
        for task in waiting.into_iter().chain([bystander, waker]) {
            task.await.unwrap();
        }
        let log = log.lock().unwrap();
        let waker = log.iter().position(|&noted| noted == "waker").unwrap();
        let next = &log[waker + 1..waker + 3];
        assert!(!next.contains(&"bystander"), "{next:?} came after the waker");
        assert!(log[waker + 3..].contains(&"bystander"), "the bystander was still there: {log:?}");
    });
}

#[test]
fn who_yields_has_a_turn_while_others_wake_one_another_for_ever() {
    let _watch = watch();
    current_thread().block_on(async {
        let busy = Busy::default();
        let others = Arc::new(AtomicUsize::new(0));
        let (to_first, mut from_last) = runtime::sync::mpsc::channel::<()>(1);
        // Two that hand a token round for ever: one of them is always woken.
        let mut from = {
            let (to, from) = runtime::sync::mpsc::channel::<()>(1);
            let busy = busy.clone();
            task::spawn(async move {
                to.send(()).await.unwrap();
                while !busy.is_stopped() && from_last.recv().await.is_some() {
                    if to.send(()).await.is_err() {
                        return;
                    }
                }
            });
            from
        };
        task::spawn({
            let (busy, others) = (busy.clone(), others.clone());
            async move {
                while !busy.is_stopped() && from.recv().await.is_some() {
                    others.fetch_add(1, Relaxed);
                    if to_first.send(()).await.is_err() {
                        return;
                    }
                }
            }
        });
        let gaps = task::spawn({
            let others = others.clone();
            async move {
                let mut gaps = Vec::new();
                for _ in 0..100 {
                    let before = others.load(Relaxed);
                    task::yield_now().await;
                    gaps.push(others.load(Relaxed) - before);
                }
                gaps
            }
        });
        let longest = gaps.await.unwrap().into_iter().max().unwrap();
        busy.stop();
        assert!(longest > 0, "the others ran meanwhile");
        assert!(longest <= 61, "{longest} polls of others between two turns");
    });
}

#[test]
fn a_current_thread_runtime_runs_tasks_in_the_order_of_their_spawns_and_wakes() {
    let _watch = watch();
    current_thread().block_on(async {
        let log = Arc::new(Mutex::new(Vec::new()));
        let (wakes, waits): (Vec<_>, Vec<_>) = (0..10).map(|_| oneshot::channel::<()>()).unzip();
        let tasks: Vec<_> = (0..)
            .zip(waits)
            .map(|(n, woken)| {
                let log = log.clone();
                task::spawn(async move {
                    log.lock().unwrap().push(n);
                    woken.await.unwrap();
                    log.lock().unwrap().push(n);
                })
            })
            .collect();
        while log.lock().unwrap().len() < 10 {
            task::yield_now().await;
        }
        assert_eq!(log.lock().unwrap()[..], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "order of the spawns");
        log.lock().unwrap().clear();
        wakes.into_iter().rev().for_each(|wake| wake.send(()).unwrap());
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(log.lock().unwrap()[..], [9, 8, 7, 6, 5, 4, 3, 2, 1, 0], "order of the wakes");
    });
}
