//! The tasks that wait, and those that keep the workers busy.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;
use std::{io, thread};

use runtime::dump::{Dump, WaitReason};
use runtime::sync::Semaphore;
use runtime::{Builder, Runtime, task};

use crate::pulse::{beat, skip};

/// Chains of short tasks for each worker, so that none goes to sleep for want of them.
const CHAINS: usize = 8;

pub struct Load {
    runtime: Runtime,
    waiting: usize,
}

impl Load {
    /// Returns when all wait.
    pub fn begin(waiting: usize) -> io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        // A worker that slept has not been kept from its work.
        let runtime = builder.on_thread_park(skip).on_thread_unpark(skip).build()?;
        let (never, begun) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
        let begins = begun.clone();
        runtime.spawn(async move {
            for _ in 0..waiting {
                let (never, begins) = (never.clone(), begins.clone());
                task::spawn(async move {
                    begins.fetch_add(1, Relaxed);
                    let _ = never.acquire().await;
                });
            }
        });
        while begun.load(Relaxed) < waiting {
            thread::sleep(Duration::from_millis(10));
        }
        for _ in 0..CHAINS * runtime.metrics().num_workers() {
            runtime.spawn(chain());
        }
        Ok(Self { runtime, waiting })
    }

    pub fn dump(&self) -> Dump {
        self.runtime.handle().dump()
    }

    pub fn assert_complete(&self, dump: &Dump) {
        let waits = dump.tasks().filter(|task| task.reason() == Some(WaitReason::Semaphore));
        assert_eq!(waits.count(), self.waiting, "a task that waits is not in the dump");
    }
}

async fn chain() {
    loop {
        beat();
        // It may be cancelled, when the runtime ends.
        let _ = task::spawn(one()).await;
    }
}

async fn one() {
    beat();
    task::yield_now().await;
    beat();
}
