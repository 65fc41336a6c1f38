//! Tasks that share a value.

use std::hint::black_box;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use super::{Workload, nanos_each, warmed};
use crate::shim::Peer;

const TASKS: usize = 16;
const EACH: usize = 50_000;

pub fn list<P: Peer>() -> Vec<Workload> {
    vec![Workload {
        name: "mutex",
        title: "16 tasks x 50k lock and unlock of one mutex (fair, FIFO)",
        unit: "ns/lock",
        target: 30.0,
        run: |setup| warmed::<P, _>(setup, EACH, mutex::<P>),
        limit: Some(|_| Some(uncontended())),
    }]
}

async fn mutex<P: Peer>(each: usize) -> f64 {
    let count = Arc::new(P::mutex(0));
    let start = Instant::now();
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let count = Arc::clone(&count);
            P::spawn(async move {
                for _ in 0..each {
                    P::with_lock(&count, |count| *count += 1).await;
                }
            })
        })
        .collect();
    for task in tasks {
        P::join(task).await;
    }
    let took = nanos_each(start, TASKS * each);
    let counted = P::with_lock(&count, |count| *count).await;
    assert_eq!(counted, TASKS * each, "one at a time");
    took
}

/// What `std`'s mutex takes on one thread.
fn uncontended() -> f64 {
    let count = Mutex::new(0);
    let start = Instant::now();
    for _ in 0..TASKS * EACH {
        *black_box(&count).lock().expect("nobody panics with it") += 1;
    }
    nanos_each(start, TASKS * EACH)
}
