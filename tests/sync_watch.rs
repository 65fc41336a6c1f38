//! `watch` among tasks on several threads.
#![cfg(all(feature = "macros", feature = "sync"))]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use runtime::sync::watch;
use runtime::task;
use support::{all_kinds, multi_thread, rounds, watch};

#[test]
fn each_of_many_receivers_sees_the_last_value_and_none_twice() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let last = rounds(10_000);
            let (tx, rx) = watch::channel(0);
            let receivers: Vec<_> = (0..50)
                .map(|_| {
                    let mut rx = rx.clone();
                    task::spawn(async move {
                        let mut seen = 0;
                        while rx.changed().await.is_ok() {
                            let value = *rx.borrow_and_update();
                            assert!(value > seen, "{value} was announced twice");
                            seen = value;
                        }
                        seen
                    })
                })
                .collect();
            drop(rx);
            task::spawn(async move {
                for n in 1..=last {
                    tx.send_replace(n);
                    if n % 8 == 0 {
                        task::yield_now().await;
                    }
                }
            });
            for receiver in receivers {
                assert_eq!(receiver.await.unwrap(), last);
            }
        });
    }
}

#[test]
fn many_senders_and_receivers_that_come_and_go_agree_in_the_end() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let each = rounds(2_000);
            let tx = watch::Sender::new(0);
            let met = Arc::new(AtomicUsize::new(0));
            let receivers: Vec<_> = (0..8)
                .map(|limit| {
                    let (tx, met) = (tx.clone(), Arc::clone(&met));
                    let goal = (limit + 1) * each / 2;
                    task::spawn(async move {
                        // They come and go until the value is high enough.
                        loop {
                            let mut rx = tx.subscribe();
                            rx.mark_changed();
                            rx.changed().await.unwrap();
                            if *rx.wait_for(|n| *n % 3 == 0 || *n >= goal).await.unwrap() >= goal {
                                met.fetch_add(1, SeqCst);
                                return;
                            }
                            task::yield_now().await;
                        }
                    })
                })
                .collect();
            for _ in 0..4 {
                let tx = tx.clone();
                task::spawn(async move {
                    for _ in 0..each {
                        tx.send_modify(|n| *n += 1);
                        task::yield_now().await;
                    }
                });
            }
            for receiver in receivers {
                receiver.await.unwrap();
            }
            assert_eq!(met.load(SeqCst), 8);
            tx.closed().await;
        });
    }
}

/// A program that ends its tasks by a change, as many do, while they wait for other things too.
#[test]
fn a_change_ends_tasks_that_select_it_again_and_again() {
    let _watch = watch();
    multi_thread(2).block_on(async {
        for _ in 0..rounds(100) {
            let (tx, rx) = watch::channel(false);
            let tasks: Vec<_> = (0..40)
                .map(|_| {
                    let mut rx = rx.clone();
                    task::spawn(async move {
                        loop {
                            runtime::select! {
                                end = rx.wait_for(|end| *end) => {
                                    assert!(*end.unwrap());
                                    return;
                                }
                                () = task::yield_now() => {}
                            }
                        }
                    })
                })
                .collect();
            task::yield_now().await;
            tx.send(true).unwrap();
            for task in tasks {
                task.await.unwrap();
            }
        }
    });
}
