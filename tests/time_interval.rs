//! What an interval promises: which moments it ticks for, and what becomes of those that were missed.

mod support;

use std::panic::catch_unwind;
use std::pin::pin;
use std::thread;

use runtime::task;
use runtime::time::{self, Duration, Instant, Interval, MissedTickBehavior};
use support::{Counts, all_kinds, poll_once, text_of, watch};

const PERIOD: Duration = Duration::from_millis(20);

#[test]
fn ticks_are_a_period_apart_and_never_early() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let period = Duration::from_micros(1_500);
            let start = Instant::now();
            let mut interval = time::interval(period);
            let first = interval.tick().await;
            assert!(first >= start);
            for n in 1..20 {
                assert_eq!(interval.tick().await, first + n * period);
                assert!(Instant::now() >= first + n * period, "a tick is early");
            }
        });
    }
}

#[test]
fn a_tick_that_is_to_come_at_once_comes_with_the_first_poll() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let mut interval = time::interval(Duration::MAX);
            let ticks_at_once = |interval: &mut Interval| {
                poll_once(&mut pin!(interval.tick()), &Counts::new()).is_ready()
            };
            assert!(ticks_at_once(&mut interval));
            assert!(!ticks_at_once(&mut interval));
            interval.reset_immediately();
            assert!(ticks_at_once(&mut interval));
            interval.reset_at(Instant::now());
            assert!(ticks_at_once(&mut interval));
        });
    }
}

#[test]
fn a_burst_lets_others_run() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            // All of its ticks are over, for longer than this test takes.
            let mut interval = time::interval(Duration::from_nanos(1));
            thread::sleep(Duration::from_millis(1));
            let other = task::spawn(async {});
            while !other.is_finished() {
                interval.tick().await;
            }
        });
    }
}

#[test]
fn a_start_can_be_chosen() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let start = Instant::now() + PERIOD;
            let mut interval = time::interval_at(start, PERIOD);
            assert_eq!((interval.tick().await, interval.tick().await), (start, start + PERIOD));
            assert_eq!(interval.period(), PERIOD);
        });
    }
}

/// An interval that has just had a tick two and a half periods too late, and the moment of that tick.
async fn late(behavior: MissedTickBehavior) -> (Interval, Instant) {
    let mut interval = time::interval(PERIOD);
    interval.set_missed_tick_behavior(behavior);
    assert_eq!(interval.missed_tick_behavior(), behavior);
    let first = interval.tick().await;
    thread::sleep(PERIOD * 7 / 2);
    let tick = interval.tick().await;
    assert_eq!(tick, first + PERIOD);
    (interval, tick)
}

#[test]
fn a_burst_makes_up_for_what_was_missed() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let (mut interval, tick) = late(MissedTickBehavior::Burst).await;
            for n in 1..5 {
                assert_eq!(interval.tick().await, tick + n * PERIOD);
            }
        });
    }
}

#[test]
fn a_delay_begins_anew_after_the_late_tick() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let (mut interval, tick) = late(MissedTickBehavior::Delay).await;
            let next = interval.tick().await;
            assert!(next >= tick + PERIOD * 7 / 2, "{:?} after the late tick", next - tick);
            assert_eq!(interval.tick().await, next + PERIOD);
        });
    }
}

#[test]
fn a_skip_leaves_out_what_was_missed() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let (mut interval, tick) = late(MissedTickBehavior::Skip).await;
            let next = interval.tick().await - tick;
            assert!(next >= 3 * PERIOD, "only {next:?} after the late tick");
            assert_eq!(next.as_nanos() % PERIOD.as_nanos(), 0, "not where ticks were before");
        });
    }
}

#[test]
fn a_reset_moves_the_next_tick() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let mut interval = time::interval(Duration::from_secs(3_600));
            let first = interval.tick().await;
            interval.reset_immediately();
            let second = interval.tick().await;
            assert!(second >= first);
            interval.reset_after(PERIOD);
            let third = interval.tick().await;
            assert!(third >= second + PERIOD);
            interval.reset_at(third);
            assert_eq!(interval.tick().await, third);
            interval.reset();
            assert!(poll_once(&mut pin!(interval.tick()), &Counts::new()).is_pending());
        });
    }
}

#[test]
fn a_tick_that_was_not_awaited_to_the_end_is_not_lost() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let mut interval = time::interval(PERIOD);
            let first = interval.tick().await;
            assert!(time::timeout(Duration::from_millis(1), interval.tick()).await.is_err());
            assert_eq!(interval.tick().await, first + PERIOD);
        });
    }
}

#[test]
fn a_period_can_be_huge_but_not_zero() {
    let _watch = watch();
    runtime::block_on(async {
        for behavior in
            [MissedTickBehavior::Burst, MissedTickBehavior::Delay, MissedTickBehavior::Skip]
        {
            let start = Instant::now();
            let mut interval = time::interval_at(start, Duration::MAX);
            interval.set_missed_tick_behavior(behavior);
            thread::sleep(Duration::from_millis(10));
            assert_eq!(interval.tick().await, start);
            interval.reset();
            interval.reset_after(Duration::MAX);
            assert!(poll_once(&mut pin!(interval.tick()), &Counts::new()).is_pending());
        }
    });
    let panic = catch_unwind(|| time::interval(Duration::ZERO)).unwrap_err();
    assert_eq!(text_of(&*panic), "the `period` of an interval must be non-zero");
}
