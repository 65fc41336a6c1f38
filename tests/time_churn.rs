//! Sleeps that are made, polled, moved to other deadlines and dropped at random, on all workers at once: none is
//! early, and none is lost.

mod support;

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use runtime::task;
use runtime::time::{self, Duration, Instant, Sleep};
use support::{all_kinds, rounds, watch};

const SLEEPS: usize = 100_000;
const TASKS: usize = 200;

/// Numbers that look random: xorshift.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    /// Mostly in the next two milliseconds, rarely in the past or so far away that it must be reset to be reached.
    fn deadline(&mut self) -> Instant {
        let now = Instant::now();
        match self.below(20) {
            0 => now.checked_sub(Duration::from_micros(50)).unwrap_or(now),
            1 => now + Duration::from_secs(self.below(1 << 40)),
            _ => now + Duration::from_micros(self.below(2_000)),
        }
    }

    fn near_deadline(&mut self) -> Instant {
        Instant::now() + Duration::from_micros(self.below(2_000))
    }
}

async fn poll(sleep: &mut Pin<Box<Sleep>>) {
    let is_over = poll_fn(|cx| Poll::Ready(sleep.as_mut().poll(cx).is_ready())).await;
    assert!(!is_over || Instant::now() >= sleep.deadline(), "a sleep is early");
}

async fn churn(seed: u64, sleeps: usize) {
    let mut dice = Dice(seed);
    for _ in 0..sleeps {
        let mut sleep = Box::pin(time::sleep_until(dice.deadline()));
        for _ in 0..dice.below(4) {
            match dice.below(4) {
                0 => sleep.as_mut().reset(dice.deadline()),
                1 => task::yield_now().await,
                _ => poll(&mut sleep).await,
            }
        }
        if dice.below(3) == 0 {
            continue; // it is dropped, whatever it waits for
        }
        if sleep.deadline() > Instant::now() + Duration::from_secs(1) {
            sleep.as_mut().reset(dice.near_deadline());
        }
        // Another task polls it from now on.
        let sleeper = task::spawn(async move {
            sleep.as_mut().await;
            assert!(Instant::now() >= sleep.deadline(), "a sleep is early");
        });
        sleeper.await.unwrap();
    }
}

#[test]
fn sleeps_at_random_are_neither_early_nor_lost() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let each = rounds(SLEEPS) / TASKS;
            let tasks: Vec<_> =
                (1..=TASKS).map(|n| task::spawn(churn(n as u64 * 0x9e37_79b9, each))).collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
    }
}
