//! `Notify` among tasks on several threads.
#![cfg(feature = "sync")]

mod support;

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::{Acquire, Release};
use std::sync::{Arc, Mutex};

use runtime::sync::Notify;
use runtime::task;
use support::{all_kinds, multi_thread, rounds, watch};

/// A queue for many that push and many that pop, as the documentation of `Notified::enable` builds it.
#[derive(Default)]
struct Queue {
    list: Mutex<VecDeque<usize>>,
    pushed: Notify,
}

impl Queue {
    fn push(&self, value: usize) {
        self.list.lock().unwrap().push_back(value);
        self.pushed.notify_one();
    }

    fn try_pop(&self) -> Option<usize> {
        self.list.lock().unwrap().pop_front()
    }

    async fn pop(&self) -> usize {
        loop {
            let mut pushed = pin!(self.pushed.notified());
            pushed.as_mut().enable();
            if let Some(value) = self.try_pop() {
                return value;
            }
            pushed.await;
        }
    }
}

#[test]
fn each_value_that_is_pushed_is_popped_whoever_waits() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let queue = Arc::new(Queue::default());
            let each = rounds(10_000);
            let pops: Vec<_> = (0..4)
                .map(|_| {
                    let queue = Arc::clone(&queue);
                    task::spawn(async move {
                        let mut sum = 0;
                        for _ in 0..each {
                            sum += queue.pop().await;
                        }
                        sum
                    })
                })
                .collect();
            for _ in 0..4 {
                let queue = Arc::clone(&queue);
                task::spawn(async move {
                    for n in 0..each {
                        queue.push(n);
                        if n % 16 == 0 {
                            task::yield_now().await;
                        }
                    }
                });
            }
            let mut sum = 0;
            for pop in pops {
                sum += pop.await.unwrap();
            }
            assert_eq!(sum, 4 * (each * (each - 1) / 2));
        });
    }
}

#[test]
fn one_of_many_that_may_be_aborted_gets_each_notification() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let notify = Arc::new(Notify::new());
            for round in 0..rounds(1_000) {
                let tasks: Vec<_> =
                    (0..6).map(|_| task::spawn(notify.clone().notified_owned())).collect();
                task::yield_now().await;
                notify.notify_one();
                tasks.iter().skip(round % 2).step_by(2).for_each(|task| task.abort());
                notify.notify_one();
                // Half are aborted, whoever was notified; three are left, of which two at least get through.
                let left: Vec<_> = tasks.into_iter().skip((round + 1) % 2).step_by(2).collect();
                notify.notify_waiters();
                for task in left {
                    task.await.unwrap();
                }
                let _ = pin!(notify.notified()).enable(); // what nobody used is the permit
            }
        });
    }
}

/// Tasks wait for a round that one of them begins; some leave and some come while the rest is woken.
#[test]
fn a_crowd_that_comes_and_goes_is_released_by_each_round() {
    let _watch = watch();
    multi_thread(2).block_on(async {
        let notify = Arc::new(Notify::new());
        // Rounds that have begun, counted before the notification, and that are over, counted behind it.
        let counts = Arc::new([const { AtomicUsize::new(0) }; 2]);
        let last = rounds(2_000);
        let waits: Vec<_> = (0..100)
            .map(|task| {
                let (notify, counts) = (Arc::clone(&notify), Arc::clone(&counts));
                task::spawn(async move {
                    let [begun, over] = &*counts;
                    let mut polls = 0;
                    loop {
                        let before = over.load(Acquire);
                        let mut changed = pin!(notify.notified());
                        if begun.load(Acquire) == last {
                            break;
                        }
                        polls += 1;
                        if (task + polls) % 3 == 0 {
                            // It takes a place and leaves it.
                            changed.as_mut().enable();
                            task::yield_now().await;
                            continue;
                        }
                        changed.await;
                        assert!(begun.load(Acquire) > before, "released without a reason");
                    }
                })
            })
            .collect();
        for _ in 0..last {
            let [begun, over] = &*counts;
            begun.fetch_add(1, Release);
            notify.notify_waiters();
            over.fetch_add(1, Release);
            task::yield_now().await;
        }
        for wait in waits {
            wait.await.unwrap();
        }
    });
}
