//! A paused clock that is put forward by hand or resumed, and what is said where that makes no sense.
#![cfg(feature = "test-util")]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Instant as StdInstant;

use runtime::time::{self, Duration, Instant};
use runtime::{Builder, Runtime, task};
use support::{Counts, current_thread, multi_thread, poll_once, text_of, watch};

const HOUR: Duration = Duration::from_secs(3_600);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A runtime whose clock is paused.
fn paused() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// What is said by `f`, which panics.
fn panic_of(f: impl FnOnce()) -> String {
    text_of(&*catch_unwind(AssertUnwindSafe(f)).expect_err("it panics")).into()
}

#[test]
fn an_advance_wakes_all_until_then_and_returns_when_they_have_run() {
    let _watch = watch();
    paused().block_on(async {
        let start = Instant::now();
        let ran = Arc::new(AtomicUsize::new(0));
        for n in 1..=40 {
            let ran = ran.clone();
            task::spawn(async move {
                time::sleep(n * Duration::from_secs(1)).await;
                // What it wakes in turn counts too.
                task::spawn(async move { ran.fetch_add(1, SeqCst) }).await.unwrap();
            });
        }
        time::advance(Duration::ZERO).await; // they are waiting
        assert_eq!(ran.load(SeqCst), 0);
        time::advance(millis(9_999)).await;
        assert_eq!((ran.load(SeqCst), start.elapsed()), (9, millis(9_999)));
        time::advance(millis(1)).await;
        assert_eq!((ran.load(SeqCst), start.elapsed()), (10, millis(10_000)));
        time::advance(HOUR).await;
        assert_eq!((ran.load(SeqCst), start.elapsed()), (40, millis(10_000) + HOUR));
    });
}

#[test]
fn an_advance_inside_a_task_is_like_one_outside() {
    let _watch = watch();
    let runtime = paused();
    for _ in 0..100 {
        let task = runtime.spawn(async {
            let sleeps = task::spawn(time::sleep(HOUR));
            task::yield_now().await;
            time::advance(HOUR).await;
            assert!(sleeps.is_finished());
        });
        runtime.block_on(task).unwrap();
    }
}

#[test]
fn an_advance_returns_beside_a_task_that_never_rests() {
    let _watch = watch();
    paused().block_on(async {
        let done = Arc::new(AtomicBool::new(false));
        let restless = task::spawn({
            let done = done.clone();
            async move {
                while !done.load(SeqCst) {
                    task::yield_now().await;
                }
            }
        });
        time::advance(HOUR).await;
        done.store(true, SeqCst);
        restless.await.unwrap();
    });
}

#[test]
fn an_advance_that_is_dropped_has_put_the_clock_forward() {
    let _watch = watch();
    paused().block_on(async {
        let start = Instant::now();
        {
            let mut advance = pin!(time::advance(HOUR));
            assert!(poll_once(&mut advance, &Counts::new()).is_pending());
            assert!(poll_once(&mut advance, &Counts::new()).is_pending(), "a poll is no wake");
        }
        assert_eq!(start.elapsed(), HOUR);
        drop(time::advance(HOUR));
        assert_eq!(start.elapsed(), HOUR, "it was not polled");
        time::advance(HOUR).await;
        assert_eq!(start.elapsed(), 2 * HOUR);
    });
}

#[test]
fn who_sleeps_is_woken_by_an_advance_on_another_thread() {
    let _watch = watch();
    let runtime = paused();
    let (sender, receiver) = mpsc::channel();
    let other = thread::spawn({
        let handle = runtime.handle().clone();
        move || {
            let _entered = handle.enter();
            receiver.recv().unwrap();
            futures::executor::block_on(time::advance(HOUR));
        }
    });
    runtime.block_on(async {
        let start = Instant::now();
        let closure = task::spawn_blocking(move || {
            // As long as this runs, nobody else puts the clock forward.
            sender.send(()).unwrap();
            while start.elapsed() < HOUR {
                thread::yield_now();
            }
        });
        time::sleep(HOUR).await;
        assert_eq!(start.elapsed(), HOUR);
        closure.await.unwrap();
    });
    other.join().unwrap();
}

#[test]
fn a_resumed_clock_runs_from_what_it_shows() {
    let _watch = watch();
    paused().block_on(async {
        let start = Instant::now();
        time::advance(HOUR).await;
        let (shown, real) = (Instant::now(), StdInstant::now());
        time::resume();
        assert!(Instant::now() >= shown);
        time::sleep(millis(3)).await;
        assert!(real.elapsed() >= millis(3), "a sleep was early");
        let shown_later = Instant::now();
        assert!(shown_later - shown >= millis(3));
        assert!(shown_later - start < HOUR + real.elapsed());
        time::pause();
        let again = Instant::now();
        thread::sleep(millis(1));
        assert_eq!(Instant::now(), again);
        time::sleep(HOUR).await;
        assert_eq!(again.elapsed(), HOUR);
    });
}

#[test]
fn misuse_panics_and_says_what_is_wrong() {
    let _watch = watch();
    assert!(panic_of(time::pause).contains("outside of a runtime"));
    assert!(panic_of(time::resume).contains("outside of a runtime"));
    let advance = || futures::executor::block_on(time::advance(HOUR));
    assert!(panic_of(advance).contains("outside of a runtime"));

    current_thread().block_on(async {
        assert!(panic_of(time::resume).contains("not paused"));
        time::pause();
        assert!(panic_of(time::pause).contains("paused already"));
        let start = Instant::now();
        let too_far = task::spawn(time::advance(Duration::MAX)).await.unwrap_err();
        assert!(text_of(&*too_far.into_panic()).contains("more time than"));
        assert_eq!(Instant::now(), start);
        time::resume();
        let runs = task::spawn(time::advance(HOUR)).await.unwrap_err();
        assert!(text_of(&*runs.into_panic()).contains("not paused"));
    });

    multi_thread(1).block_on(async {
        assert!(panic_of(time::pause).contains("current-thread"));
    });
    let build = || drop(Builder::new_multi_thread().start_paused(true).build());
    assert!(panic_of(build).contains("current-thread"));
}
