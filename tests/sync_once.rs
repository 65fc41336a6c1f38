//! `OnceCell` and `SetOnce` among tasks on several threads.
#![cfg(feature = "sync")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use runtime::sync::{OnceCell, SetOnce};
use runtime::task;
use support::{all_kinds, hush, rounds, watch};

#[test]
fn of_many_that_ask_one_makes_the_value_though_some_fail_panic_or_are_aborted() {
    let _watch = watch();
    hush();
    for runtime in all_kinds() {
        runtime.block_on(async {
            for round in 0..rounds(1_000) {
                let cell = Arc::new(OnceCell::new());
                let made = Arc::new(AtomicUsize::new(0));
                let tasks: Vec<_> = (0..8)
                    .map(|task| {
                        let (cell, made) = (Arc::clone(&cell), Arc::clone(&made));
                        task::spawn(async move {
                            let make = || async {
                                task::yield_now().await;
                                match (task + round) % 4 {
                                    0 => Err("on purpose"),
                                    1 => panic!("on purpose"),
                                    _ => Ok(made.fetch_add(1, SeqCst)),
                                }
                            };
                            cell.get_or_try_init(make).await.copied()
                        })
                    })
                    .collect();
                task::yield_now().await;
                tasks[round % 8].abort();
                let mut values = 0;
                for task in tasks {
                    if let Ok(Ok(value)) = task.await {
                        assert_eq!(value, 0);
                        values += 1;
                    }
                }
                // Two fail, two panic and one is aborted at most.
                assert!(values >= 3);
                assert_eq!(made.load(SeqCst), 1);
            }
        });
    }
}

#[test]
fn all_that_wait_for_a_value_get_it_whenever_they_come() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            for round in 0..rounds(1_000) {
                let once = Arc::new(SetOnce::new());
                let wait = || {
                    let once = Arc::clone(&once);
                    task::spawn(async move { *once.wait().await })
                };
                let mut tasks: Vec<_> = (0..40).map(|_| wait()).collect();
                let sets = Arc::clone(&once);
                let sets = task::spawn(async move { sets.set(round) });
                tasks.extend((0..10).map(|_| wait()));
                for task in tasks {
                    assert_eq!(task.await.unwrap(), round);
                }
                assert_eq!(sets.await.unwrap(), Ok(()));
            }
        });
    }
}
