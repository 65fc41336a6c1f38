//! When each generation of tasks began, so that a task's number tells its age.
//!
//! There are 512 numbers (`cell::generation`), and a process may run for a year. So the first generations last for [`SHORTEST`], and
//! later ones for a thirty-second of the time that the process has had runtimes: half a minute after the first quarter of an hour, three quarters of an hour
//! after a day. So they last for some eight months; the last one does not end.
//!
//! # Who begins one
//!
//! The monitor, at its looks; and whoever rouses it from its rest, before anything runs. While it rests nothing runs, or hardly: a
//! task that is spawned from outside just before is of the generation before the rest. So a generation may have begun long before its
//! tasks were spawned. When it *ended* is exact to the monitor's tick, and so that is what an age is told by: *at least* so old. That a
//! task is older than its generation's end is always true, as the clock is read behind the beginning of the next one, and not when it
//! was found to be due: whoever begins it may have stood still in between, while others spawned.
//!
//! In a child that was forked off the numbers go on, and the times begin anew.

use std::sync::atomic::{Ordering::SeqCst, fence};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::cell::generation::{self, LAST};

/// The shortest that a generation lasts.
const SHORTEST: Duration = Duration::from_millis(250);

/// It lasts for the time that has passed, divided by this.
const PART: u32 = 32;

/// See the module's prose.
#[derive(Debug)]
pub(super) struct Generations(Mutex<Inner>);

#[derive(Debug)]
struct Inner {
    /// The generation that was the newest when this was made.
    first: u16,
    /// When it began, as far as is known here, and each one after it.
    began: Vec<Instant>,
    /// When the next one does.
    due: Instant,
}

impl Generations {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self(Mutex::new(Inner {
            first: generation::newest(),
            began: vec![now],
            due: now + SHORTEST,
        }))
    }

    /// Begins the next generation, if it is time.
    pub(super) fn tick(&self, now: Instant) {
        self.tick_by(now, generation::begin);
    }

    /// The same, where `begin` has tasks get the new number.
    fn tick_by(&self, now: Instant, begin: impl FnOnce(u16)) {
        let mut inner = self.lock();
        let newest = inner.newest();
        if now < inner.due || newest == LAST {
            return;
        }
        begin(newest + 1);
        fence(SeqCst); // the number before the clock
        let began = Instant::now();
        inner.due = began + length(began.saturating_duration_since(inner.began[0]));
        inner.began.push(began);
    }

    /// How old a task of this generation is at least.
    pub(super) fn age(&self, generation: u16, now: Instant) -> Duration {
        let inner = self.lock();
        let next = generation.saturating_sub(inner.first) + 1;
        let ended = inner.began.get(usize::from(next));
        ended.map_or(Duration::ZERO, |ended| now.saturating_duration_since(*ended))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn newest(&self) -> u16 {
        self.first + (self.began.len() - 1) as u16
    }
}

/// How long the generation lasts that begins when so much time has passed.
fn length(passed: Duration) -> Duration {
    (passed / PART).max(SHORTEST)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_last_for_half_a_year_and_an_age_is_exact_to_a_thirtieth() {
        let day = Duration::from_secs(24 * 60 * 60);
        let mut passed = Duration::ZERO;
        for _ in 0..LAST {
            let next = passed + length(passed);
            assert!(passed < SHORTEST * PART || (next - passed) * 30 < next);
            passed = next;
        }
        assert!(passed > 180 * day && passed < 1_000 * day, "{passed:?}");
    }

    #[test]
    fn an_age_counts_from_the_end_of_its_generation() {
        // No `tick` that begins one: the numbers are those of the process.
        let began = Instant::now();
        let second = Duration::from_secs(1);
        let times = [0, 1, 5].map(|seconds| began + seconds * second).to_vec();
        let generations = Generations(Mutex::new(Inner { first: 7, began: times, due: began }));
        let ages = [7, 8, 9].map(|generation| generations.age(generation, began + 9 * second));
        assert_eq!(ages, [8 * second, 4 * second, Duration::ZERO]);
    }

    #[test]
    fn who_is_late_to_begin_one_makes_no_task_older_than_it_is() {
        let due = Instant::now();
        let generations = Generations(Mutex::new(Inner { first: 7, began: vec![due], due }));
        std::thread::sleep(Duration::from_millis(20));
        let mut last_spawn = None;
        generations.tick_by(due, |_| last_spawn = Some(Instant::now()));
        let now = Instant::now();
        let (told, real) = (generations.age(7, now), now - last_spawn.unwrap());
        assert!(told <= real, "{told:?} {real:?}");
    }
}
