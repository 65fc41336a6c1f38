//! What is measured. These files are compiled over this crate and over Tokio, which are spelled alike: `rt` is one of them.

mod connections;
mod tasks;
mod timers;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::rt;
use crate::curve::Curve;
use rt::sync::Notify;

pub fn list() -> Vec<Curve> {
    [tasks::list(), timers::list(), connections::list()].concat()
}

/// Runs a body as a task, as this crate's users do.
fn run<F>(body: F) -> F::Output
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let runtime = rt::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.expect("the runtime starts");
    runtime.block_on(async { rt::spawn(body).await.expect("no body panics") })
}

/// How often a body is to be run, so that what is few is measured as long as what is many.
fn times(size: usize, most: usize) -> usize {
    (most / size).max(1)
}

fn nanos_each(start: Instant, operations: usize) -> f64 {
    start.elapsed().as_nanos() as f64 / operations as f64
}

/// Tells one waiter when the last of many tasks is done.
struct Countdown {
    left: AtomicUsize,
    zero: Notify,
}

impl Countdown {
    fn new(tasks: usize) -> Arc<Self> {
        Arc::new(Self { left: AtomicUsize::new(tasks), zero: Notify::new() })
    }

    fn done(&self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.zero.notify_one();
        }
    }

    async fn wait(&self) {
        self.zero.notified().await;
    }
}
