//! What a sleep promises to the one task that waits for it.

mod support;

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::Poll;
use std::thread;

use futures::executor;
use runtime::time::{self, Duration, Instant, Sleep};
use runtime::{Builder, Runtime};
use support::{Counts, all_kinds, current_thread, multi_thread, poll_once, text_of, watch};

const HOUR: Duration = Duration::from_secs(3_600);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Polls a sleep once, so that it waits in the timers of this runtime.
fn bind(runtime: &Runtime, sleep: &mut Pin<Box<Sleep>>) {
    runtime.block_on(poll_fn(|cx| {
        assert!(sleep.as_mut().poll(cx).is_pending());
        Poll::Ready(())
    }));
}

#[test]
fn a_sleep_is_never_early() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            for micros in [0, 1, 15, 16, 17, 100, 999, 1_000, 1_001, 5_000, 70_000] {
                let start = Instant::now();
                let sleep = pin!(time::sleep(Duration::from_micros(micros)));
                let deadline = sleep.deadline();
                assert!(deadline >= start + Duration::from_micros(micros));
                sleep.await;
                assert!(Instant::now() >= deadline, "a sleep of {micros} us was early");
            }
        });
    }
}

#[test]
fn a_deadline_that_is_over_is_not_waited_for() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            time::sleep_until(Instant::now()).await;
            if let Some(past) = Instant::now().checked_sub(millis(50)) {
                time::sleep_until(past).await;
            }
        });
    }
}

/// Tokio panicked on some long durations, and fired at once on others: tokio-rs/tokio#5183, #6634.
#[test]
fn huge_durations_neither_panic_nor_fire() {
    let _watch = watch();
    let years = |years: u64| Duration::from_secs(years * 365 * 86_400);
    let huge = [years(1), years(2), years(50), years(583), years(585), years(1 << 20)];
    // What a counter of so many bits in some unit would take for nothing, or for little.
    let units = [1, 1_000, 1_000_000, 1_000_000_000];
    let wraps = [31, 32, 63, 64].into_iter().flat_map(|bits| units.map(|unit| unit << bits));
    let wraps = wraps.map(|nanos: u128| {
        let seconds = u64::try_from(nanos / 1_000_000_000).unwrap_or(u64::MAX);
        Duration::new(seconds, (nanos % 1_000_000_000) as u32)
    });
    let huge: Vec<_> = huge.into_iter().chain(wraps).chain([Duration::MAX - millis(1)]).collect();
    for runtime in all_kinds() {
        runtime.block_on(async {
            for &duration in huge.iter().chain([&Duration::MAX]) {
                let mut sleep = pin!(time::sleep(duration));
                assert!(time::timeout(millis(1), sleep.as_mut()).await.is_err(), "{duration:?}");
                assert!(!sleep.is_elapsed());
                sleep.as_mut().reset(Instant::now());
                sleep.await;
            }
        });
    }
}

#[test]
fn a_task_that_only_sleeps_is_small() {
    let task = async { time::sleep(millis(1)).await };
    assert!(size_of_val(&task) <= 96, "{} bytes: a cell takes 72 more", size_of_val(&task));
}

#[test]
fn a_reset_sleep_wakes_at_the_new_deadline_alone() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let mut sleep = Box::pin(time::sleep(millis(1)));
            let later = Instant::now() + millis(30);
            assert!(poll_once(&mut sleep, &Counts::new()).is_pending());
            sleep.as_mut().reset(later);
            assert_eq!(sleep.deadline(), later);
            sleep.as_mut().await;
            assert!(Instant::now() >= later, "it woke for its first deadline");
            assert!(sleep.is_elapsed());

            sleep.as_mut().reset(later + HOUR);
            assert!(!sleep.is_elapsed());
            assert!(poll_once(&mut sleep, &Counts::new()).is_pending());
            sleep.as_mut().reset(later + millis(1));
            sleep.as_mut().await; // not for an hour
            sleep.await; // it is ready still
        });
    }
}

#[test]
fn a_sleep_that_waits_is_woken_for_its_new_deadline_without_a_poll() {
    let _watch = watch();
    let (runtime, wakes) = (multi_thread(2), Counts::new());
    let mut sleep = Box::pin(time::sleep(HOUR));
    {
        let _entered = runtime.enter();
        assert!(poll_once(&mut sleep, &wakes).is_pending());
    }
    sleep.as_mut().reset(Instant::now() + millis(5));
    support::eventually("the waker of the only poll is woken", || wakes.wakes() == 1);
    assert!(sleep.is_elapsed() && Instant::now() >= sleep.deadline());
    assert!(poll_once(&mut sleep, &wakes).is_ready());
}

/// Each runtime once counted from its own beginning, and what one counted was told to another.
#[test]
fn a_sleep_of_one_runtime_is_reset_in_another_that_is_younger() {
    let _watch = watch();
    let older = multi_thread(2);
    thread::sleep(millis(40));
    let younger = multi_thread(2);
    for (binding, resetting) in [(&older, &younger), (&younger, &older)] {
        let mut sleep = Box::pin(time::sleep(HOUR));
        bind(binding, &mut sleep);
        resetting.block_on(async {
            let deadline = Instant::now() + millis(30);
            sleep.as_mut().reset(deadline);
            sleep.await;
            assert!(Instant::now() >= deadline);
        });
    }
}

#[test]
fn a_foreign_executor_can_sleep_where_no_worker_exists_yet() {
    let _watch = watch();
    for permits in [1, 2, 4] {
        let runtime = multi_thread(permits);
        let _entered = runtime.enter();
        for _ in 0..3 {
            let deadline = Instant::now() + millis(3);
            executor::block_on(time::sleep_until(deadline));
            assert!(Instant::now() >= deadline);
        }
    }
}

#[test]
fn a_thread_in_no_runtime_sleeps_in_the_global_one() {
    let _watch = watch();
    executor::block_on(time::sleep(millis(3)));
    runtime::block_on(time::sleep(millis(3)));
}

#[test]
fn a_runtime_without_timers_says_how_to_get_them() {
    let bare = Builder::new_current_thread().build().unwrap();
    let poll = AssertUnwindSafe(|| bare.block_on(time::sleep(millis(1))));
    let panic = catch_unwind(poll).unwrap_err();
    assert!(text_of(&*panic).contains("`enable_time`"), "{}", text_of(&*panic));
}

#[test]
fn a_sleep_whose_runtime_ended_wakes_and_says_so() {
    let _watch = watch();
    for runtime in [current_thread(), multi_thread(2)] {
        let wakes = Counts::new();
        let mut sleep = Box::pin(time::sleep(HOUR));
        {
            let _entered = runtime.enter();
            assert!(poll_once(&mut sleep, &wakes).is_pending());
        }
        drop(runtime);
        assert_eq!(wakes.wakes(), 1, "whoever waits must not hang");
        let poll = AssertUnwindSafe(|| poll_once(&mut sleep, &wakes));
        let panic = catch_unwind(poll).unwrap_err();
        assert!(text_of(&*panic).contains("had ended"), "{}", text_of(&*panic));
    }
}

#[test]
fn a_sleep_shows_its_deadline() {
    let sleep = time::sleep(HOUR);
    let shown = format!("{sleep:?}");
    assert!(shown.starts_with("Sleep { deadline: Instant {"), "{shown}");
    assert!(shown.ends_with(", is_elapsed: false }"), "{shown}");
}

#[test]
fn instants_compute_as_those_of_the_standard_library() {
    let std = std::time::Instant::now();
    let now = Instant::from_std(std);
    let then = now + HOUR;
    assert_eq!(then.into_std(), std + HOUR);
    assert_eq!((then - now, now - then), (HOUR, Duration::ZERO));
    assert_eq!((then.duration_since(now), now.duration_since(then)), (HOUR, Duration::ZERO));
    assert_eq!(now.checked_duration_since(then), None);
    assert_eq!(then.checked_sub(HOUR), Some(now));
    assert_eq!(now.checked_add(Duration::MAX), None);
    let mut moved = now;
    moved += HOUR;
    assert_eq!((moved, moved - HOUR), (then, now));
    moved -= HOUR;
    assert_eq!((std::time::Instant::from(moved), then.elapsed()), (std, Duration::ZERO));
}
