//! How many threads stand in for those that are stuck: as many as it takes, no more than may be, and not for ever.
//!
//! Threads are counted by their name, as the system sees them.
#![cfg(all(target_os = "linux", feature = "net", feature = "rt-multi-thread", feature = "time"))]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use futures::executor;
use futures::future::join_all;
use runtime::{Builder, Runtime, task, time};
use support::{
    Captor, KINDS, Kind, LONG, eventually, median, threads_named, ticks, watch, watch_for,
};

/// The machine may make a thread look stuck that is not: so many mistakes are none.
const MISTAKES: usize = 4;

fn runtime(name: &str, permits: usize, configure: impl FnOnce(&mut Builder)) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(permits).thread_name(name).enable_all();
    configure(&mut builder);
    builder.build().unwrap()
}

/// Many times what a tick may be late.
const LATE: Duration = Duration::from_millis(150);

/// Tasks that block keep a ticker from nothing, though there are many more of them than there may be threads.
#[test]
fn ten_thousand_tasks_that_block_take_no_more_threads_than_may_be() {
    const TASKS: usize = 10_000;
    const BOUND: usize = 64;
    // Ten seconds where nothing else runs.
    let _watch = watch_for(Duration::from_secs(240));
    let runtime = runtime("stall-bound", 2, |builder| {
        builder.max_blocking_threads(BOUND);
    });
    let (begin, over) = (Instant::now(), Arc::new(AtomicBool::new(false)));
    let ticker = runtime.spawn({
        let over = over.clone();
        async move {
            let mut late = Vec::new();
            while !over.load(SeqCst) {
                late.extend(ticks(1).await);
            }
            late
        }
    });
    let blocks = || runtime.spawn(async { thread::sleep(Duration::from_millis(20)) });
    let all: Vec<_> = (0..TASKS).map(|_| blocks()).collect();
    let counter = thread::spawn({
        let over = over.clone();
        move || {
            let mut most = 0;
            while !over.load(SeqCst) {
                most = most.max(threads_named("stall-bound"));
                thread::sleep(Duration::from_millis(10));
            }
            most
        }
    });
    executor::block_on(join_all(all)).into_iter().for_each(|ended| ended.unwrap());
    let took = begin.elapsed();
    over.store(true, SeqCst);
    let late = executor::block_on(ticker).unwrap();
    let most = counter.join().unwrap();
    let (count, worst, late) = (late.len(), late.iter().max().copied(), median(late));
    println!("{most} threads; {count} ticks, late by {late:?} in the middle, {worst:?} at worst");
    assert!(most <= 2 + BOUND, "{most} threads");
    assert!(late < LATE, "half of the ticks are late by {late:?} or more");
    // One tick that has to wait for all that was there before makes their number small.
    assert!(took / (count as u32) < LATE, "{count} ticks in {took:?}");
}

#[test]
fn short_blocking_calls_take_no_more_threads() {
    let _watch = watch();
    let runtime = runtime("stall-short", 2, |_| ());
    let calls = || {
        runtime.spawn(async {
            for _ in 0..2_000 {
                thread::sleep(Duration::from_micros(50));
                task::yield_now().await;
            }
        })
    };
    let all: Vec<_> = (0..6).map(|_| calls()).collect();
    executor::block_on(join_all(all)).into_iter().for_each(|ended| ended.unwrap());
    let threads = threads_named("stall-short");
    assert!(threads <= 2 + MISTAKES, "{threads} threads");
}

/// Threads that wait for a processor are not stuck, however long they wait.
#[test]
fn an_overloaded_machine_takes_no_more_threads() {
    let _watch = watch();
    let over = AtomicBool::new(false);
    let runtime = runtime("stall-overload", 2, |_| ());
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, |cores| cores.get());
        for _ in 0..4 * cores {
            scope.spawn(|| {
                while !over.load(SeqCst) {
                    std::hint::spin_loop();
                }
            });
        }
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(2) {
            let works = || {
                runtime.spawn(async {
                    for _ in 0..20 {
                        (0..20_000).for_each(|_| std::hint::spin_loop());
                        task::yield_now().await;
                    }
                    ticks(1).await;
                })
            };
            let all: Vec<_> = (0..8).map(|_| works()).collect();
            executor::block_on(join_all(all)).into_iter().for_each(|ended| ended.unwrap());
        }
        over.store(true, SeqCst);
    });
    let threads = threads_named("stall-overload");
    assert!(threads <= 2 + MISTAKES, "{threads} threads");
}

/// Makes a runtime start threads for as many stuck tasks, and lets these go.
fn stand_in(runtime: &Runtime, kind: Kind, stuck: usize) {
    let captor = Captor::new();
    let captives = captor.take(runtime.handle(), kind, stuck);
    captor.free();
    executor::block_on(join_all(captives)).into_iter().for_each(|ended| ended.unwrap());
}

fn whose_threads_end_soon(name: &str, permits: usize) -> Runtime {
    runtime(name, permits, |builder| {
        builder.thread_keep_alive(Duration::from_millis(50));
    })
}

#[test]
fn threads_end_when_they_are_needed_no_more() {
    let _watch = watch();
    let runtime = whose_threads_end_soon("stall-keep", 2);
    for kind in KINDS {
        stand_in(&runtime, kind, 10);
        eventually("the spare threads end", || threads_named("stall-keep") <= 2);
    }
    executor::block_on(runtime.spawn(ticks(3))).unwrap();
}

/// The thread of `block_on` is the one worker that is needed. A spare thread that had become the attendant stayed for ever.
#[test]
fn threads_end_beside_one_that_is_in_block_on() {
    let _watch = watch();
    let runtime = whose_threads_end_soon("stall-beside", 1);
    runtime.block_on(async {
        for kind in KINDS {
            stand_in(&runtime, kind, 10);
            let begin = Instant::now();
            while threads_named("stall-beside") > 0 {
                assert!(begin.elapsed() < LONG, "a spare thread stays");
                time::sleep(Duration::from_millis(200)).await;
            }
        }
    });
}

/// Threads that are kept are used again before new ones start.
#[test]
fn threads_are_used_again() {
    let _watch = watch();
    let runtime = runtime("stall-again", 1, |_| ());
    for _ in 0..5 {
        stand_in(&runtime, Kind::Blocks, 10);
        let threads = threads_named("stall-again");
        assert!(threads <= 10 + 1 + MISTAKES, "{threads} threads");
    }
}
