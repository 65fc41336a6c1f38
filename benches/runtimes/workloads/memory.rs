//! What waits: memory that a parked or a sleeping task holds.

use std::future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::Workload;
use crate::shim::{Peer, run_main};
use crate::support::process;

const PARKED: usize = 1_000_000;
/// Longer than the measurement takes.
const LONG: Duration = Duration::from_secs(3_600);

pub fn list<P: Peer>() -> Vec<Workload> {
    vec![
        Workload {
            name: "parked-memory",
            title: "1M parked tasks (an Arc captured), resident",
            unit: "bytes/task",
            target: 100.0,
            run: |setup| run_main::<P, _>(setup, parked::<P>()),
            limit: None,
        },
        Workload {
            name: "sleeping-memory",
            title: "1M sleeping tasks, resident",
            unit: "bytes/task",
            target: 190.0,
            run: |setup| run_main::<P, _>(setup, sleeping::<P>()),
            limit: None,
        },
    ]
}

/// Resident bytes per task, after each has been polled. Queues that grew on the way count as well.
async fn parked<P: Peer>() -> Option<f64> {
    let polled = Arc::new(AtomicUsize::new(0));
    let before = process::resident_bytes()?;
    for _ in 0..PARKED {
        let polled = Arc::clone(&polled);
        P::spawn_detached(async move {
            polled.fetch_add(1, Ordering::Relaxed);
            future::pending::<()>().await;
            drop(polled);
        });
    }
    while polled.load(Ordering::Relaxed) < PARKED {
        P::yield_now().await;
    }
    Some((process::resident_bytes()? - before) / PARKED as f64)
}

/// As [`parked`], for tasks that sleep and capture nothing.
async fn sleeping<P: Peer>() -> Option<f64> {
    static POLLED: AtomicUsize = AtomicUsize::new(0);
    let before = process::resident_bytes()?;
    for _ in 0..PARKED {
        P::spawn_detached(async {
            POLLED.fetch_add(1, Ordering::Relaxed);
            P::sleep(LONG).await;
        });
    }
    while POLLED.load(Ordering::Relaxed) < PARKED {
        P::yield_now().await;
    }
    Some((process::resident_bytes()? - before) / PARKED as f64)
}
