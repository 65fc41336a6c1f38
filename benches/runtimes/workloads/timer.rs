//! Tasks that wait for moments: what it costs, and how late they are woken beside tasks that work.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::{Countdown, SteadyWork, Workload, nanos_each, warmed};
use crate::shim::{Peer, Setup, run_main};
use crate::support::process;

const SLEEPS: usize = 500_000;
/// The longest of the sleeps; the shortest is one, and all lengths are as frequent.
const LONGEST_MILLIS: usize = 1_000;
const TIMEOUTS: usize = 1_000_000;
const TIMING_OUT: usize = 100;
/// Much longer than the measurement takes.
const NEVER: Duration = Duration::from_secs(60);
const TICKERS: u32 = 200;
const PERIOD: Duration = Duration::from_millis(5);
const TICKS: u32 = 400;

pub fn list<P: Peer>() -> Vec<Workload> {
    vec![
        Workload {
            name: "sleeps",
            title: "500k sleeps of 1 ms to 1 s",
            unit: "cpu ns/sleep",
            target: 1_500.0,
            run: |setup| warmed::<P, _>(setup, SLEEPS, sleeps::<P>),
            limit: None,
        },
        Workload {
            name: "timeouts",
            title: "1M timeouts that do not fire, around a yield",
            unit: "ns/timeout",
            target: 90.0,
            run: |setup| warmed::<P, _>(setup, TIMEOUTS, timeouts::<P>),
            limit: None,
        },
        Workload {
            name: "tickers-median",
            title: "200 tickers of 5 ms beside 4 tasks that work 100 us and yield: lateness, median",
            unit: "us",
            target: 95.0,
            run: |setup| Some(lateness::<P>(setup, 0.5)),
            limit: None,
        },
        Workload {
            name: "tickers-tail",
            title: "the same, 99.9th percentile",
            unit: "us",
            target: 400.0,
            run: |setup| Some(lateness::<P>(setup, 0.999)),
            limit: None,
        },
    ]
}

/// One task a sleep, all at the same time. The CPU time of the spawns counts as well.
async fn sleeps<P: Peer>(sleeps: usize) -> f64 {
    let (countdown, mut zero) = Countdown::<P>::new(sleeps);
    let before = process::cpu_millis();
    for n in 0..sleeps {
        let countdown = Arc::clone(&countdown);
        let millis = n % LONGEST_MILLIS + 1;
        P::spawn_detached(async move {
            P::sleep(Duration::from_millis(millis as u64)).await;
            countdown.done();
        });
    }
    P::recv(&mut zero).await;
    (process::cpu_millis() - before) * 1e6 / sleeps as f64
}

async fn timeouts<P: Peer>(timeouts: usize) -> f64 {
    let start = Instant::now();
    let each = timeouts / TIMING_OUT;
    let tasks: Vec<_> = (0..TIMING_OUT).map(|_| P::spawn(timing_out::<P>(each))).collect();
    for task in tasks {
        P::join(task).await;
    }
    nanos_each(start, timeouts)
}

async fn timing_out<P: Peer>(times: usize) {
    for _ in 0..times {
        assert!(P::timeout(NEVER, P::yield_now()).await.is_some(), "no timeout fires");
    }
}

/// A quantile of how much later than its moment a tick came, in microseconds. The tickers begin one after
/// the other, so that their ticks spread over the period.
fn lateness<P: Peer>(setup: &Setup, quantile: f64) -> f64 {
    let mut late = run_main::<P, _>(setup, async {
        tick_beside_work::<P>(TICKS / 10).await;
        tick_beside_work::<P>(TICKS).await
    });
    late.sort_unstable();
    let place = (quantile * (late.len() - 1) as f64).round() as usize;
    late[place].as_nanos() as f64 / 1e3
}

async fn tick_beside_work<P: Peer>(ticks: u32) -> Vec<Duration> {
    let steady = SteadyWork::<P>::start();
    let start = Instant::now();
    let tickers: Vec<_> =
        (0..TICKERS).map(|n| P::spawn(ticker::<P>(start + PERIOD * n / TICKERS, ticks))).collect();
    let mut late = Vec::new();
    for ticker in tickers {
        late.extend(P::join(ticker).await);
    }
    steady.stop().await;
    late
}

async fn ticker<P: Peer>(start: Instant, ticks: u32) -> Vec<Duration> {
    let mut late = Vec::with_capacity(ticks as usize);
    for n in 1..=ticks {
        let moment = start + n * PERIOD;
        P::sleep(moment.saturating_duration_since(Instant::now())).await;
        late.push(moment.elapsed());
    }
    late
}
