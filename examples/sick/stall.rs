//! The stalls: a bill is computed in one poll, and a mail is sent by a call that blocks.
//!
//! Right would be `spawn_blocking` for either, or, for what computes, a `yield_now` now and then.

use std::hint::black_box;
use std::thread;
use std::time::Instant;

use runtime::time::{Duration, interval};

/// How long either holds its thread.
const LENGTH: Duration = Duration::from_millis(100);

/// How often either happens.
const EVERY: Duration = Duration::from_millis(400);

/// Does both again and again. Each time it is a task of its own, so that the one that keeps the time is not taken for the one that
/// stalls.
pub fn begin() {
    runtime::spawn(bills());
    runtime::spawn(mails());
}

async fn bills() {
    let mut time = interval(EVERY);
    loop {
        time.tick().await;
        let _ = runtime::spawn(async { compute_bill() }).await;
    }
}

async fn mails() {
    let mut time = interval(EVERY);
    loop {
        time.tick().await;
        let _ = runtime::spawn(async { send_mail() }).await;
    }
}

fn compute_bill() {
    let begin = Instant::now();
    let mut sum = 0_u64;
    while begin.elapsed() < LENGTH {
        sum = black_box(sum.wrapping_mul(31).wrapping_add(7));
    }
}

fn send_mail() {
    thread::sleep(LENGTH);
}
