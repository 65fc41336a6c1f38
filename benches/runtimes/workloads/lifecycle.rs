//! A runtime as a whole: starting, stopping, and doing nothing.

use std::thread;
use std::time::{Duration, Instant};

use super::{Workload, nanos_each};
use crate::shim::{Peer, run_main};
use crate::support::process;

const STARTS: usize = 500;
const IDLE: Duration = Duration::from_secs(2);
const HOUR: Duration = Duration::from_secs(3_600);
/// Time for workers to go to sleep before idleness is measured.
const SETTLE: Duration = Duration::from_millis(200);

pub fn list<P: Peer>() -> Vec<Workload> {
    vec![
        Workload {
            name: "start-stop",
            title: "build a runtime, run an empty task, drop it",
            unit: "us",
            target: 15.0,
            run: |setup| {
                start_and_stop::<P>(setup.workers, STARTS / 10);
                Some(start_and_stop::<P>(setup.workers, STARTS))
            },
            limit: None,
        },
        Workload {
            name: "idle",
            title: "idle for 2 s",
            unit: "cpu ms",
            target: 0.0,
            run: |setup| Some(run_main::<P, _>(setup, idle::<P>())),
            limit: None,
        },
        Workload {
            name: "idle-waiting",
            title: "idle for 2 s with an open listener and a timer of an hour",
            unit: "cpu ms",
            target: 0.0,
            run: |setup| Some(run_main::<P, _>(setup, idle_waiting::<P>())),
            limit: None,
        },
    ]
}

fn start_and_stop<P: Peer>(workers: usize, times: usize) -> f64 {
    let start = Instant::now();
    for _ in 0..times {
        P::start_and_stop(workers);
    }
    nanos_each(start, times) / 1e3
}

/// The process's CPU time while the body waits for a channel, after all workers have run tasks.
async fn idle<P: Peer>() -> f64 {
    let tasks: Vec<_> = (0..1_000).map(|_| P::spawn(P::yield_now())).collect();
    for task in tasks {
        P::join(task).await;
    }
    let (report, mut reported) = P::channel(1);
    thread::spawn(move || P::try_send(&report, cpu_over(IDLE)));
    P::recv(&mut reported).await.expect("the thread reports")
}

/// As [`idle`], while tasks wait for a connection and for a moment, neither of which comes.
async fn idle_waiting<P: Peer>() -> f64 {
    let (listener, _) = P::listen().await;
    P::spawn_detached(async move { drop(P::accept(&listener).await) });
    P::spawn_detached(P::sleep(HOUR));
    idle::<P>().await
}

fn cpu_over(time: Duration) -> f64 {
    thread::sleep(SETTLE);
    let before = process::cpu_millis();
    thread::sleep(time);
    process::cpu_millis() - before
}
