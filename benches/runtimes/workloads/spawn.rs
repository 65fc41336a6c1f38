//! Tasks that begin and end: what a spawn costs, who runs it, and when another core is worth waking.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{Countdown, Workload, millis, nanos_each, on_threads, warmed, work};
use crate::shim::Peer;

const MILLION: usize = 1_000_000;
/// Tasks alive at a time in `spawn-join`.
const BATCH: usize = 1_000;
const SHORT_TASKS: usize = 10_000;
const SHORT: Duration = Duration::from_micros(20);
const FAN_OUT: usize = 10;

pub fn list<P: Peer>() -> Vec<Workload> {
    vec![
        Workload {
            name: "spawn-join",
            title: "spawn 1000, join them, 1000 times",
            unit: "ns/task",
            target: 100.0,
            run: |setup| warmed::<P, _>(setup, MILLION / BATCH, join_batches::<P>),
            limit: None,
        },
        Workload {
            name: "spawn-detached",
            title: "spawn 1M detached, wait for all",
            unit: "ns/task",
            target: 110.0,
            run: |setup| warmed::<P, _>(setup, MILLION, detached::<P>),
            limit: Some(|setup| {
                let left = AtomicUsize::new(MILLION);
                let start = on_threads(setup, MILLION, || {
                    left.fetch_sub(1, Ordering::AcqRel);
                });
                Some(nanos_each(start, MILLION))
            }),
        },
        Workload {
            name: "spawn-chain",
            title: "each task spawns the next, 1M deep",
            unit: "ns/task",
            target: 60.0,
            run: |setup| warmed::<P, _>(setup, MILLION, chain::<P>),
            limit: None,
        },
        Workload {
            name: "skynet",
            title: "skynet: a tree of 1M leaf tasks, fan-out 10",
            unit: "ms",
            target: 250.0,
            run: |setup| warmed::<P, _>(setup, MILLION, skynet::<P>),
            limit: None,
        },
        Workload {
            name: "short-tasks",
            title: "10k tasks of 20 us spawned by one task",
            unit: "ms",
            target: 103.0,
            run: |setup| warmed::<P, _>(setup, SHORT_TASKS, short_tasks::<P>),
            limit: Some(|setup| Some(millis(on_threads(setup, SHORT_TASKS, || work(SHORT))))),
        },
    ]
}

async fn join_batches<P: Peer>(rounds: usize) -> f64 {
    let start = Instant::now();
    let mut handles = Vec::with_capacity(BATCH);
    for _ in 0..rounds {
        handles.extend((0..BATCH).map(|n| P::spawn(async move { n })));
        for handle in handles.drain(..) {
            black_box(P::join(handle).await);
        }
    }
    nanos_each(start, rounds * BATCH)
}

async fn detached<P: Peer>(tasks: usize) -> f64 {
    let start = Instant::now();
    let (countdown, mut zero) = Countdown::<P>::new(tasks);
    for _ in 0..tasks {
        let countdown = Arc::clone(&countdown);
        P::spawn_detached(async move { countdown.done() });
    }
    P::recv(&mut zero).await;
    nanos_each(start, tasks)
}

async fn chain<P: Peer>(depth: usize) -> f64 {
    let start = Instant::now();
    let (end, mut reached) = P::channel(1);
    P::spawn_detached(link::<P>(depth, end));
    P::recv(&mut reached).await;
    nanos_each(start, depth)
}

#[expect(clippy::manual_async_fn, reason = "a future that spawns itself has to say it is `Send`")]
fn link<P: Peer>(depth: usize, end: P::Sender<()>) -> impl Future<Output = ()> + Send {
    async move {
        if depth > 1 {
            P::spawn_detached(link::<P>(depth - 1, end));
        } else {
            P::try_send(&end, ());
        }
    }
}

async fn skynet<P: Peer>(leaves: usize) -> f64 {
    let start = Instant::now();
    let sum = P::join(P::spawn(node::<P>(0, leaves))).await;
    assert_eq!(sum, leaves * (leaves - 1) / 2, "every leaf is counted once");
    millis(start)
}

/// The sum of the numbers of the leaves from `first` on.
#[expect(clippy::manual_async_fn, reason = "a future that spawns itself has to say it is `Send`")]
fn node<P: Peer>(first: usize, leaves: usize) -> impl Future<Output = usize> + Send {
    async move {
        if leaves == 1 {
            return first;
        }
        let each = leaves / FAN_OUT;
        let children: [_; FAN_OUT] =
            std::array::from_fn(|n| P::spawn(node::<P>(first + n * each, each)));
        let mut sum = 0;
        for child in children {
            sum += P::join(child).await;
        }
        sum
    }
}

async fn short_tasks<P: Peer>(tasks: usize) -> f64 {
    let start = Instant::now();
    let (countdown, mut zero) = Countdown::<P>::new(tasks);
    for _ in 0..tasks {
        let countdown = Arc::clone(&countdown);
        P::spawn_detached(async move {
            work(SHORT);
            countdown.done();
        });
    }
    P::recv(&mut zero).await;
    millis(start)
}
