//! Timers: those that fire, and those that are dropped before, as most are.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
use std::time::{Duration, Instant};

use super::rt::{self, time};
use super::{Countdown, nanos_each, run, times};
use crate::curve::Curve;
use crate::support::process::cpu_millis;

const SIZES: &[usize] = &[1_000, 10_000, 100_000, 1_000_000];
/// Timers of a sample in all.
const MOST: usize = 1_000_000;

pub fn list() -> Vec<Curve> {
    vec![
        Curve {
            name: "timers-fired",
            title: "N tasks sleep, and a timer fires each microsecond",
            counted: "timers at a time",
            unit: "cpu ns/timer",
            sizes: SIZES,
            descriptors: 0,
            run: |size| Some(run(fired(size))),
        },
        Curve {
            name: "timers-dropped",
            title: "N sleeps are begun, and dropped before their time",
            counted: "timers at a time",
            unit: "ns/timer",
            sizes: SIZES,
            descriptors: 0,
            run: |size| Some(run(dropped(size))),
        },
    ]
}

/// As dense at each size, since a timer that fires alone costs a thread's sleep besides. All are begun before the first is due.
async fn fired(size: usize) -> f64 {
    let times = times(size, MOST / 2);
    let length = Duration::from_micros(size as u64);
    let before = cpu_millis();
    for _ in 0..times {
        let countdown = Countdown::new(size);
        let first = time::Instant::now() + length;
        for n in 0..size {
            let countdown = Arc::clone(&countdown);
            let due = first + Duration::from_micros(n as u64);
            rt::spawn(async move {
                time::sleep_until(due).await;
                countdown.done();
            });
        }
        countdown.wait().await;
    }
    (cpu_millis() - before) * 1e6 / (times * size) as f64
}

/// By one task, which holds all of them. Their moments are spread over an hour, a minute from now.
async fn dropped(size: usize) -> f64 {
    let times = times(size, MOST);
    let start = Instant::now();
    for _ in 0..times {
        let moment = |n: usize| Duration::from_millis(60_000 + (n * 7_919 % 3_600_000) as u64);
        let mut sleeps: Vec<_> = (0..size).map(|n| Box::pin(time::sleep(moment(n)))).collect();
        poll_fn(|context| {
            for sleep in &mut sleeps {
                assert!(sleep.as_mut().poll(context).is_pending(), "no sleep is over");
            }
            Poll::Ready(())
        })
        .await;
    }
    nanos_each(start, times * size)
}
