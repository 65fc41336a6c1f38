//! How often a busy worker looks at what others have queued, and at timers.
#![cfg(all(feature = "sync", feature = "time"))]

mod support;

use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use runtime::sync::mpsc;
use runtime::{Builder, Runtime, task, time};
use support::{Busy, text_of, watch};

/// A current-thread runtime with other intervals.
fn with_intervals(global_queue: u32, event: u32) -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.global_queue_interval(global_queue).event_interval(event).enable_all();
    builder.build().unwrap()
}

/// Two tasks that wake each other, so that the worker always has a task of its own. Each poll is shown to `see`, which ends
/// it all.
async fn ping_pong(see: impl Fn() -> bool + Clone + Send + 'static) {
    let (ping, pong) = (mpsc::channel(1), mpsc::channel(1));
    let (to_pong, to_ping) = (ping.0.clone(), pong.0.clone());
    let play =
        |to: mpsc::Sender<()>, mut from: mpsc::Receiver<()>, see: Box<dyn Fn() -> bool + Send>| {
            task::spawn(async move {
                while from.recv().await.is_some() && !see() && to.send(()).await.is_ok() {}
            })
        };
    let players =
        [play(to_ping, ping.1, Box::new(see.clone())), play(to_pong, pong.1, Box::new(see))];
    drop(pong.0);
    ping.0.send(()).await.unwrap();
    drop(ping.0);
    for player in players {
        player.await.unwrap();
    }
}

/// How many polls a busy worker makes before it takes a task that another thread has spawned.
fn polls_before_a_stranger(global_queue_interval: u32) -> usize {
    let runtime = with_intervals(global_queue_interval, 64);
    let handle = runtime.handle().clone();
    let (polls, ran_at) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    runtime.block_on(ping_pong({
        let (polls, ran_at) = (polls.clone(), ran_at.clone());
        move || {
            if polls.fetch_add(1, SeqCst) == 10 {
                let (handle, polls, ran_at) = (handle.clone(), polls.clone(), ran_at.clone());
                let spawn = move || {
                    drop(handle.spawn(async move { ran_at.store(polls.load(SeqCst), SeqCst) }))
                };
                thread::spawn(spawn).join().unwrap();
            }
            ran_at.load(SeqCst) > 0
        }
    }));
    ran_at.load(SeqCst) - 10
}

#[test]
fn a_task_of_another_thread_waits_for_as_many_tasks_as_was_asked_for() {
    let _watch = watch();
    for interval in [1, 5, 61, 2_000] {
        let polls = polls_before_a_stranger(interval);
        assert!(polls <= interval as usize + 2, "{polls} polls with an interval of {interval}");
    }
    // Where the machine lets the thread wait, the task may be called early by other means.
    let polls = (0..20).map(|_| polls_before_a_stranger(100_000)).find(|&polls| polls > 1_000);
    assert!(polls.is_some(), "the interval is not used");
}

/// With an interval of 1 the injector came first each time, and nothing of the worker's own had a turn: neither beside tasks
/// that yield to the injector, since others wait there, nor those that yield beside others that are woken.
#[test]
fn an_interval_of_one_starved_the_tasks_of_the_worker() {
    let _watch = watch();
    let runtime = with_intervals(1, 64);
    let busy = Busy::default();
    runtime.block_on(async {
        let (stop, handle) = (busy.clone(), runtime.handle().clone());
        let yielders = move || {
            (0..2).for_each(|_| {
                drop(handle.spawn({
                    let stop = stop.clone();
                    async move {
                        while !stop.is_stopped() {
                            task::yield_now().await;
                        }
                    }
                }))
            });
        };
        thread::spawn(yielders).join().unwrap();
        task::yield_now().await; // they run
        task::spawn(async {}).await.unwrap();
        busy.stop();

        let turns = Arc::new(AtomicUsize::new(0));
        let seen = turns.clone();
        let yields = task::spawn(async move {
            for _ in 0..3 {
                task::yield_now().await;
            }
            seen.store(usize::MAX, SeqCst);
        });
        ping_pong(move || turns.load(SeqCst) == usize::MAX).await;
        yields.await.unwrap();
    });
}

/// How many polls a busy worker makes after a timer is due, before the task runs that waits for it; the median of many.
fn polls_before_a_timer(event_interval: u32) -> usize {
    let mut counts: Vec<_> = (0..51)
        .map(|_| {
            let late = Arc::new(AtomicUsize::new(0));
            with_intervals(61, event_interval).block_on(async {
                let deadline = Instant::now() + Duration::from_millis(1);
                let timer = task::spawn(time::sleep_until(deadline.into()));
                let (counter, timer) = (late.clone(), Arc::new(timer));
                ping_pong(move || {
                    counter.fetch_add(usize::from(Instant::now() >= deadline), SeqCst);
                    timer.is_finished()
                })
                .await;
            });
            late.load(SeqCst)
        })
        .collect();
    counts.sort_unstable();
    counts[25]
}

/// The few more are tasks that are in the slot or in the queue already.
#[test]
fn a_timer_waits_for_as_many_polls_as_was_asked_for() {
    let _watch = watch();
    for interval in [1, 4] {
        let polls = polls_before_a_timer(interval);
        assert!(polls <= interval as usize + 5, "{polls} polls with an interval of {interval}");
    }
}

#[test]
fn intervals_of_zero_are_refused() {
    for (name, build) in [
        ("event_interval", (|| with_intervals(1, 0)) as fn() -> Runtime),
        ("global_queue_interval", || with_intervals(0, 1)),
    ] {
        let panic = catch_unwind(build).expect_err("it must panic");
        assert!(text_of(&*panic).contains(name));
    }
}

#[cfg(feature = "net")]
#[test]
#[should_panic(expected = "max_io_events_per_tick must be non-zero")]
fn a_tick_without_events_is_refused() {
    Builder::new_multi_thread().max_io_events_per_tick(0);
}

#[cfg(feature = "net")]
#[test]
#[should_panic(expected = "max_io_events_per_busy_tick must be non-zero")]
fn a_busy_tick_without_events_is_refused() {
    Builder::new_multi_thread().max_io_events_per_busy_tick(0);
}
