//! Semaphore, mutex and lock among tasks on several threads.
#![cfg(feature = "sync")]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;

use runtime::sync::{Mutex, RwLock, Semaphore};
use runtime::task;
use support::{all_kinds, multi_thread, rounds, watch};

#[test]
fn a_mutex_lets_one_task_in_at_a_time_also_across_awaits() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let mutex = Arc::new(Mutex::new(0));
            let each = rounds(20_000);
            let tasks: Vec<_> = (0..8)
                .map(|task| {
                    let mutex = Arc::clone(&mutex);
                    task::spawn(async move {
                        for round in 0..each {
                            let mut guard = mutex.lock().await;
                            let seen = *guard;
                            if (task + round) % 16 == 0 {
                                task::yield_now().await;
                            }
                            *guard = seen + 1;
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
            assert_eq!(*mutex.lock().await, 8 * each);
        });
    }
}

/// Each lock was a switch of tasks, for as long as all of them came back.
#[test]
fn a_queue_to_which_everybody_comes_back_ends() {
    let _watch = watch();
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let owners = Arc::new(Mutex::new(Vec::new()));
        let guard = owners.lock().await;
        let (tasks, each) = (16, 1_000);
        let tasks: Vec<_> = (0..tasks)
            .map(|task| {
                let owners = Arc::clone(&owners);
                task::spawn(async move {
                    for _ in 0..each {
                        owners.lock().await.push(task);
                    }
                })
            })
            .collect();
        task::yield_now().await; // all of them queue
        drop(guard);
        for task in tasks {
            task.await.unwrap();
        }
        let owners = owners.lock().await;
        assert_eq!(
            owners[..16],
            (0..16).collect::<Vec<_>>(),
            "the first are those who queued, in order"
        );
        let switches = owners.windows(2).filter(|pair| pair[0] != pair[1]).count();
        assert!(switches < owners.len() / 16, "{switches} switches in {} locks", owners.len());
    });
}

#[test]
fn who_lets_others_go_first_is_served_all_the_same() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let mutex = Arc::new(Mutex::new(0));
            let ends = Arc::new(AtomicBool::new(false));
            let keepers: Vec<_> = (0..3)
                .map(|_| {
                    let (mutex, ends) = (Arc::clone(&mutex), Arc::clone(&ends));
                    task::spawn(async move {
                        while !ends.load(SeqCst) {
                            let mut locks = mutex.lock().await;
                            *locks += 1;
                            task::yield_now().await; // the others queue meanwhile
                        }
                    })
                })
                .collect();
            let greedy = {
                let mutex = Arc::clone(&mutex);
                task::spawn(async move {
                    for _ in 0..rounds(1_000) {
                        *mutex.lock().await += 1;
                    }
                })
            };
            greedy.await.unwrap();
            ends.store(true, SeqCst);
            for keeper in keepers {
                keeper.await.unwrap();
            }
        });
    }
}

#[test]
fn tasks_that_are_aborted_while_they_wait_or_hold_lose_no_permit() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let semaphore = Arc::new(Semaphore::new(3));
            for round in 0..rounds(1_000) {
                let tasks: Vec<_> = (0..10)
                    .map(|task| {
                        let semaphore = Arc::clone(&semaphore);
                        task::spawn(async move {
                            let n = (task + round) as u32 % 3 + 1;
                            let permit = semaphore.acquire_many(n).await.unwrap();
                            task::yield_now().await;
                            drop(permit);
                        })
                    })
                    .collect();
                task::yield_now().await;
                tasks.iter().skip(round % 2).step_by(2).for_each(|task| task.abort());
                for task in tasks {
                    drop(task.await); // some were aborted
                }
                assert_eq!(semaphore.available_permits(), 3);
            }
        });
    }
}

#[test]
fn a_semaphore_bounds_how_many_are_inside() {
    let _watch = watch();
    multi_thread(2).block_on(async {
        let semaphore = Arc::new(Semaphore::new(3));
        let inside = Arc::new(AtomicUsize::new(0));
        for _ in 0..rounds(10_000) {
            let permit = semaphore.clone().acquire_owned().await.unwrap();
            let inside = Arc::clone(&inside);
            task::spawn(async move {
                assert!(inside.fetch_add(1, SeqCst) < 3);
                task::yield_now().await;
                inside.fetch_sub(1, SeqCst);
                drop(permit);
            });
        }
        drop(semaphore.acquire_many(3).await.unwrap());
        assert_eq!(inside.load(SeqCst), 0);
    });
}

/// What async-std #705 and async-lock #23 are about, with real threads: there is always a reader.
#[test]
fn a_writer_gets_in_between_readers_that_overlap_for_ever() {
    let _watch = watch();
    multi_thread(2).block_on(async {
        let lock = Arc::new(RwLock::new(0));
        let stop = Arc::new(AtomicBool::new(false));
        let readers: Vec<_> = (0..4)
            .map(|_| {
                let (lock, stop) = (Arc::clone(&lock), Arc::clone(&stop));
                task::spawn(async move {
                    while !stop.load(SeqCst) {
                        let reader = lock.read().await;
                        task::yield_now().await;
                        drop(reader);
                    }
                })
            })
            .collect();
        for _ in 0..rounds(1_000) {
            *lock.write().await += 1;
        }
        stop.store(true, SeqCst);
        for reader in readers {
            reader.await.unwrap();
        }
        assert_eq!(*lock.read().await, rounds(1_000));
    });
}

#[test]
fn threads_that_block_and_tasks_share_a_lock() {
    let _watch = watch();
    let lock = Arc::new(RwLock::with_max_readers(0, 2));
    let each = rounds(2_000);
    let threads: Vec<_> = (0..2)
        .map(|_| {
            let lock = Arc::clone(&lock);
            thread::spawn(move || {
                for _ in 0..each {
                    *lock.blocking_write() += 1;
                    assert!(*lock.blocking_read() > 0);
                }
            })
        })
        .collect();
    multi_thread(2).block_on(async {
        for _ in 0..each {
            *lock.write().await += 1;
            assert!(*lock.read().await > 0);
        }
    });
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    assert_eq!(*lock.blocking_read(), 3 * each);
}
