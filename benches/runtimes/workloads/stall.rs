//! Tasks that keep their thread, by computing or by blocking: how long others wait meanwhile.
//!
//! There are twice as many of them as workers, so a runtime that cannot run others beside them has no
//! worker left for a second or two.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{SteadyWork, Workload, millis, work};
use crate::shim::{Peer, Setup, run_main};

const PERIOD: Duration = Duration::from_millis(5);
const HELD: Duration = Duration::from_secs(1);
/// How long the ticker runs before the others come: alone, or beside steady work.
const ALONE: Duration = Duration::from_millis(100);
const STEADY: Duration = Duration::from_secs(2);

pub fn list<P: Peer>() -> Vec<Workload> {
    vec![
        Workload {
            name: "stall-spin",
            title: "worst delay of a 5 ms ticker while 2 x cores tasks spin 1 s",
            unit: "ms",
            target: 15.0,
            run: |setup| Some(run_main::<P, _>(setup, alone::<P>(setup.workers, work)).worst),
            limit: None,
        },
        Workload {
            name: "stall-block",
            title: "the same while 2 x cores tasks block in the kernel 1 s",
            unit: "ms",
            target: 2.0,
            run: |setup| {
                Some(run_main::<P, _>(setup, alone::<P>(setup.workers, thread::sleep)).worst)
            },
            limit: None,
        },
        Workload {
            name: "stall-late",
            title: "the same when they arrive after 2 s of steady work",
            unit: "ms",
            target: 5.0,
            run: |setup| Some(run_main::<P, _>(setup, after_work::<P>(setup.workers)).worst),
            limit: None,
        },
        Workload {
            name: "stall-done",
            title: "all of those blocked tasks done after",
            unit: "ms",
            target: 1_010.0,
            run: |setup| {
                Some(run_main::<P, _>(setup, alone::<P>(setup.workers, thread::sleep)).done)
            },
            limit: Some(|setup| Some(on_own_threads(setup))),
        },
    ]
}

/// What was seen, in milliseconds.
struct Seen {
    /// How late the latest tick was, of those that came after the tasks that keep their threads.
    worst: f64,
    /// When the last of these tasks was done.
    done: f64,
}

/// When a tick was due, and when it came.
struct Tick {
    due: Instant,
    came: Instant,
}

async fn alone<P: Peer>(workers: usize, hold: fn(Duration)) -> Seen {
    stall::<P>(workers, P::sleep(ALONE), hold).await
}

/// A monitor that has seen nothing wrong for a while may look less often. The work ends before the others come, so
/// that none of them is kept from starting by it.
async fn after_work<P: Peer>(workers: usize) -> Seen {
    let before = async {
        let steady = SteadyWork::<P>::start();
        P::sleep(STEADY).await;
        steady.stop().await;
    };
    stall::<P>(workers, before, thread::sleep).await
}

/// Starts a ticker, and after `before` the tasks that keep their threads.
async fn stall<P: Peer>(
    workers: usize,
    before: impl Future<Output = ()> + Send,
    hold: fn(Duration),
) -> Seen {
    let stop = Arc::new(AtomicBool::new(false));
    let ticker = P::spawn(ticker::<P>(stop.clone()));
    before.await;
    let start = Instant::now();
    let holding: Vec<_> = (0..2 * workers).map(|_| P::spawn(async move { hold(HELD) })).collect();
    for task in holding {
        P::join(task).await;
    }
    let done = millis(start);
    stop.store(true, Ordering::Relaxed);
    let ticks = P::join(ticker).await;
    let late = ticks.iter().filter(|tick| tick.came > start).map(|tick| tick.came - tick.due);
    let worst = late.max().expect("the ticker ends after a tick");
    Seen { worst: worst.as_secs_f64() * 1e3, done }
}

/// Each tick is due a period after the last one came, so that a delay is counted once.
async fn ticker<P: Peer>(stop: Arc<AtomicBool>) -> Vec<Tick> {
    let mut ticks = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let due = Instant::now() + PERIOD;
        P::sleep(PERIOD).await;
        ticks.push(Tick { due, came: Instant::now() });
    }
    ticks
}

fn on_own_threads(setup: &Setup) -> f64 {
    let start = Instant::now();
    thread::scope(|threads| {
        for _ in 0..2 * setup.workers {
            threads.spawn(|| thread::sleep(HELD));
        }
    });
    millis(start)
}
