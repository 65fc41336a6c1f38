//! Tasks: beginning and ending, waiting and being woken, and the memory of those that wait.

use std::future;
use std::sync::Arc;
use std::time::Instant;

use super::rt::sync::Notify;
use super::rt::{self, task};
use super::{Countdown, nanos_each, run, times};
use crate::curve::Curve;
use crate::support::process::resident_bytes;

const SIZES: &[usize] = &[1_000, 10_000, 100_000, 1_000_000, 10_000_000];
/// Below that, what a task takes is lost among the pages that come and go otherwise.
const SIZES_IN_MEMORY: &[usize] = &[10_000, 100_000, 1_000_000, 10_000_000];
/// Tasks of a sample in all.
const MOST: usize = 1_000_000;

pub fn list() -> Vec<Curve> {
    vec![
        Curve {
            name: "spawn",
            title: "Spawn N tasks and join them",
            counted: "tasks alive at a time",
            unit: "ns/task",
            sizes: SIZES,
            descriptors: 0,
            run: |size| Some(run(warmed(size, spawn))),
        },
        Curve {
            name: "wake",
            title: "N tasks begin, wait, are woken and end",
            counted: "tasks that wait at a time",
            unit: "ns/task",
            sizes: SIZES,
            descriptors: 0,
            run: |size| Some(run(warmed(size, wake))),
        },
        Curve {
            name: "memory",
            title: "Resident memory of N parked tasks",
            counted: "tasks",
            unit: "bytes/task",
            sizes: SIZES_IN_MEMORY,
            descriptors: 0,
            run: |size| run(memory(size)),
        },
    ]
}

/// Runs a body as often as there is time for, after a tenth of that to warm up.
async fn warmed<F: Future<Output = ()> + Send>(size: usize, body: fn(usize) -> F) -> f64 {
    let times = times(size, MOST);
    for _ in 0..times.div_ceil(10) {
        body(size.min(MOST / 10)).await;
    }
    let start = Instant::now();
    for _ in 0..times {
        body(size).await;
    }
    nanos_each(start, times * size)
}

async fn spawn(size: usize) {
    let tasks: Vec<_> = (0..size).map(|n| rt::spawn(async move { n })).collect();
    for (n, task) in tasks.into_iter().enumerate() {
        assert_eq!(task.await.ok(), Some(n), "each task has its own output");
    }
}

/// All wait for one [`Notify`], and are woken at once when the last of them has begun to.
async fn wake(size: usize) {
    let (begun, done) = (Countdown::new(size), Countdown::new(size));
    let open = Arc::new(Notify::new());
    for _ in 0..size {
        let (begun, done, open) = (begun.clone(), done.clone(), open.clone());
        rt::spawn(async move {
            let opened = open.notified();
            begun.done();
            opened.await;
            done.done();
        });
    }
    begun.wait().await;
    open.notify_waiters();
    done.wait().await;
}

/// After the workers have threads and stacks of their own.
async fn memory(size: usize) -> Option<f64> {
    wake(1_000).await;
    let before = resident_bytes()?;
    let polled = Countdown::new(size);
    for _ in 0..size {
        let polled = polled.clone();
        rt::spawn(async move {
            polled.done();
            future::pending::<()>().await;
            drop(polled);
        });
    }
    polled.wait().await;
    task::yield_now().await;
    Some((resident_bytes()? - before) / size as f64)
}
