//! Many tasks at once, and what is left of them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::measure::{begin, run, settle};
use super::rt::sync::Notify;
use super::rt::time::sleep;
use crate::support::process::resident_bytes;
use crate::wait::Wait;

const TASKS: usize = 5_000_000;
const LATER: Duration = Duration::from_secs(10);

pub fn list() -> Vec<Wait> {
    vec![Wait { name: "burst of 5M", is_burst: true, run: || run(burst()) }]
}

async fn burst() -> Option<Vec<f64>> {
    settle().await;
    let before = resident_bytes()?;
    let held = move || Some((resident_bytes()? - before) / TASKS as f64);
    let left = Arc::new(AtomicUsize::new(TASKS));
    let (open, ended) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    begin(TASKS, |begun| {
        let (left, open, ended) = (left.clone(), open.clone(), ended.clone());
        async move {
            let opened = open.notified();
            begun.one();
            opened.await;
            if left.fetch_sub(1, Ordering::AcqRel) == 1 {
                ended.notify_one();
            }
        }
    })
    .await;
    let height = held()?;
    open.notify_waiters();
    ended.notified().await;
    let then = held()?;
    sleep(LATER).await;
    let later = held()?;
    trim();
    Some(vec![height, then, later, held()?])
}

/// Has glibc give back what is free. What is left after that is not free: somebody keeps it.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn trim() {
    // SAFETY: it may be called at any time, and by any thread.
    unsafe { libc::malloc_trim(0) };
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn trim() {}
