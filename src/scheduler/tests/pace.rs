//! How a worker measures that its queue has had a surplus for long.
//!
//! The clock is the real one, so each test sleeps for much longer than what is measured, and none expects that
//! little time passes.

use std::thread;
use std::time::{Duration, Instant};

use crate::scheduler::search::{Pace, Surplus, pays};

/// A task waits, of which nothing is known.
const ONE: Surplus = Surplus { tasks: 1, mean_poll: Duration::ZERO };

/// How many polls it takes until a surplus that is old is noticed; at most `most`.
fn polls_until_slow(pace: &Pace, most: usize) -> Option<usize> {
    (1..=most).find(|_| pace.is_slow(|| ONE))
}

#[test]
fn a_surplus_is_not_old_when_it_is_first_seen() {
    let pace = Pace::new();
    assert!(!pace.is_slow(|| ONE));
    pace.reset();
    thread::sleep(Duration::from_millis(1));
    assert!(!pace.is_slow(|| ONE), "the time before the reset does not count");
}

#[test]
fn long_polls_are_noticed_at_once() {
    let pace = Pace::new();
    assert!(!pace.is_slow(|| ONE));
    thread::sleep(Duration::from_millis(1));
    assert_eq!(polls_until_slow(&pace, 2), Some(2), "the clock is read after one poll");
}

#[test]
fn after_any_number_of_short_polls_the_clock_is_read_every_64() {
    let pace = Pace::new();
    for _ in 0..10_000 {
        pace.is_slow(|| ONE);
    }
    thread::sleep(Duration::from_millis(1));
    // One reading is at most 64 polls away. If a call for help had just reset the measure, another two are needed.
    assert!(polls_until_slow(&pace, 65 + 3).is_some());
}

#[test]
fn after_a_call_for_help_the_measure_starts_over() {
    let pace = Pace::new();
    pace.is_slow(|| ONE);
    thread::sleep(Duration::from_millis(1));
    assert!(polls_until_slow(&pace, 2).is_some());
    assert!(!pace.is_slow(|| ONE), "help has just been called");
}

#[test]
fn a_handful_of_short_tasks_is_not_worth_a_call_and_many_are() {
    let elapsed = Duration::from_micros(30);
    assert!(!pays(elapsed, 3, 7), "ten of 10 us");
    assert!(pays(elapsed, 3, 17), "twenty");
    assert!(pays(elapsed, 3, usize::MAX));
}

#[test]
fn one_task_behind_a_long_poll_is_worth_a_call() {
    assert!(pays(Duration::from_micros(200), 2, 1));
    assert!(pays(Duration::from_micros(100), 1, 1));
}

#[test]
fn a_surplus_that_stays_is_worth_a_call_however_small_it_is() {
    let (pace, began) = (Pace::new(), Instant::now());
    while !pace.is_slow(|| ONE) {
        assert!(began.elapsed() < Duration::from_secs(10), "nobody is ever called");
    }
}

#[test]
fn where_polls_were_long_lately_the_first_look_calls() {
    let mean_poll = Duration::from_micros(70);
    let (pace, three) = (Pace::new(), Surplus { tasks: 3, mean_poll });
    assert!(pace.is_slow(|| three));
    assert!(!pace.is_slow(|| three), "who was called may not come, and is not called at each poll");
    assert!(!Pace::new().is_slow(|| Surplus { tasks: 2, mean_poll }), "they are over soon");
}
