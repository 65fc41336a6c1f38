//! How a worker spaces its looks at the driver. The clock is made up.

use std::time::Duration;

use crate::driver::Tick;
use crate::scheduler::DEFAULT_EVENT_INTERVAL;
use crate::scheduler::beat::Beat;

/// Runs polls that take so long each, and returns the times between looks, in polls.
fn intervals(beat: &Beat, clock: &mut Tick, poll: Duration, polls: u32) -> Vec<u32> {
    let mut since = 0;
    let mut intervals = Vec::new();
    for _ in 0..polls {
        since += 1;
        if beat.is_due() {
            beat.looked(*clock);
            intervals.push(std::mem::take(&mut since));
        }
        *clock = clock.saturating_add(poll);
    }
    intervals
}

/// As if the program had run for a while.
fn start() -> (Beat, Tick) {
    (Beat::new(DEFAULT_EVENT_INTERVAL), Tick::from_nanos(1_000_000_000))
}

#[test]
fn the_first_poll_is_behind_a_look() {
    let (beat, mut clock) = start();
    assert_eq!(intervals(&beat, &mut clock, Duration::ZERO, 1), [1]);
}

#[test]
fn short_polls_are_seldom_interrupted() {
    let (beat, mut clock) = start();
    let intervals = intervals(&beat, &mut clock, Duration::from_nanos(50), 1_000);
    assert_eq!(intervals[..8], [1, 1, 2, 4, 8, 16, 32, 64]);
    assert!(intervals[8..].iter().all(|&polls| polls == 64));
}

#[test]
fn looks_are_as_far_apart_as_is_aimed_at() {
    for micros in 1..25 {
        let (beat, mut clock) = start();
        let poll = Duration::from_micros(micros);
        let intervals = intervals(&beat, &mut clock, poll, 1_000);
        for &polls in &intervals[8..] {
            let apart = poll * polls;
            let aim = Duration::from_micros(12)..=Duration::from_micros(50);
            assert!(aim.contains(&apart), "{apart:?} with polls of {micros} us");
        }
    }
}

#[test]
fn long_polls_have_a_look_before_each() {
    let (beat, mut clock) = start();
    let intervals = intervals(&beat, &mut clock, Duration::from_millis(1), 100);
    assert!(intervals.iter().all(|&polls| polls == 1));
}

#[test]
fn from_short_polls_to_long_ones_it_takes_seven_looks() {
    let (beat, mut clock) = start();
    intervals(&beat, &mut clock, Duration::from_nanos(50), 1_000 - 1_000 % 64);
    let intervals = intervals(&beat, &mut clock, Duration::from_millis(1), 200);
    let (first, rest) = intervals.split_first().unwrap();
    assert!(*first <= 64);
    assert_eq!(rest[..6], [32, 16, 8, 4, 2, 1]);
}

#[test]
fn time_in_the_driver_is_no_sign_of_long_polls() {
    let (beat, mut clock) = start();
    intervals(&beat, &mut clock, Duration::from_nanos(50), 1_000);
    for _ in 0..100 {
        clock = clock.saturating_add(Duration::from_millis(1));
        beat.restart(clock);
        let looks = intervals(&beat, &mut clock, Duration::from_nanos(500), 2);
        assert_eq!(looks, [], "a look right after the driver was waited in");
    }
}

#[test]
fn short_polls_of_woken_tasks_do_not_put_off_the_look_after_a_long_one_of_a_yielder() {
    let (beat, mut clock) = start();
    for _ in 0..100 {
        beat.count_yielded(false);
        intervals(&beat, &mut clock, Duration::from_nanos(50), 40);
        beat.count_yielded(true);
        clock = clock.saturating_add(Duration::from_micros(100));
        assert!(beat.is_due(), "a poll of 100 us has a look behind it");
        beat.looked(clock);
    }
}

#[test]
fn there_are_no_more_polls_between_two_looks_than_was_asked_for() {
    for longest in [1, 3, 64, 1_000] {
        let (beat, mut clock) = (Beat::new(longest), Tick::from_nanos(1_000_000_000));
        let intervals = intervals(&beat, &mut clock, Duration::from_nanos(1), 5_000);
        assert_eq!(intervals.iter().max(), Some(&longest));
    }
}
