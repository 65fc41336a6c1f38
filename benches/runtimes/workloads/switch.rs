//! Tasks that let others run: what a turn through the run queue costs.

use std::time::Instant;

use super::{Workload, nanos_each, warmed};
use crate::shim::Peer;

const TASKS: usize = 200;
const YIELDS: usize = 10_000;

pub fn list<P: Peer>() -> Vec<Workload> {
    vec![Workload {
        name: "yield",
        title: "200 tasks x 10k yields",
        unit: "ns/yield",
        target: 16.0,
        run: |setup| warmed::<P, _>(setup, YIELDS, yields::<P>),
        limit: None,
    }]
}

async fn yields<P: Peer>(each: usize) -> f64 {
    let start = Instant::now();
    let tasks: Vec<_> = (0..TASKS).map(|_| P::spawn(yielder::<P>(each))).collect();
    for task in tasks {
        P::join(task).await;
    }
    nanos_each(start, TASKS * each)
}

async fn yielder<P: Peer>(times: usize) {
    for _ in 0..times {
        P::yield_now().await;
    }
}
