//! `Barrier` among tasks on several threads.
#![cfg(feature = "sync")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use runtime::sync::Barrier;
use runtime::task;
use support::{all_kinds, rounds, watch};

#[test]
fn no_task_is_ahead_of_another_by_a_round_and_each_round_has_one_leader() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            const TASKS: usize = 40;
            let last = rounds(2_000);
            let barrier = Arc::new(Barrier::new(TASKS));
            let (arrived, led) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let tasks: Vec<_> = (0..TASKS)
                .map(|_| {
                    let (barrier, arrived) = (Arc::clone(&barrier), Arc::clone(&arrived));
                    let led = Arc::clone(&led);
                    task::spawn(async move {
                        for round in 1..=last {
                            arrived.fetch_add(1, SeqCst);
                            if barrier.wait().await.is_leader() {
                                led.fetch_add(1, SeqCst);
                            }
                            assert!(arrived.load(SeqCst) >= round * TASKS, "let through early");
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
            assert_eq!(led.load(SeqCst), last);
        });
    }
}

#[test]
fn tasks_that_are_aborted_while_they_wait_are_not_counted() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            for _ in 0..rounds(1_000) {
                let barrier = Arc::new(Barrier::new(3));
                let wait = || {
                    let barrier = Arc::clone(&barrier);
                    task::spawn(async move { barrier.wait().await })
                };
                let (first, second) = (wait(), wait());
                task::yield_now().await;
                first.abort();
                assert!(first.await.is_err(), "it was let through, though two of three were there");
                let (third, fourth) = (wait(), wait());
                let mut leaders = 0;
                for task in [second, third, fourth] {
                    leaders += usize::from(task.await.unwrap().is_leader());
                }
                assert_eq!(leaders, 1);
            }
        });
    }
}
