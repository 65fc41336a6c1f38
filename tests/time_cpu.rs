//! Waiting costs no CPU time, however short or long the wait: the test is alone in its process, and so can measure it.
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::pin::pin;
use std::thread;

use runtime::time::{self, Duration, Instant};
use support::{Counts, Gate, all_kinds, poll_once, wait_in_the_reactor, watch};

/// CPU time of all threads.
fn cpu_time() -> Duration {
    let nanos_of = |stat: String| stat.split(' ').next()?.parse::<u64>().ok();
    let threads = fs::read_dir("/proc/self/task").expect("/proc is mounted").flatten();
    let stats = threads.filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok());
    Duration::from_nanos(stats.filter_map(nanos_of).sum())
}

/// What all threads computed while `wait` lasted.
async fn spent(wait: impl Future<Output = ()>) -> Duration {
    let before = cpu_time();
    wait.await;
    cpu_time().saturating_sub(before)
}

async fn nap(times: u32, length: Duration) {
    for _ in 0..times {
        let deadline = Instant::now() + length;
        time::sleep_until(deadline).await;
        assert!(Instant::now() >= deadline, "a sleep is early");
    }
}

/// Waits for `actual`, and as far as the runtime knows for `length`.
async fn linger(length: Duration, actual: Duration) {
    let mut sleep = pin!(time::sleep(length));
    assert!(poll_once(&mut sleep, &Counts::new()).is_pending());
    let over = Gate::new("a long sleep is interrupted");
    let opener = over.clone();
    let thread = thread::spawn(move || {
        thread::sleep(actual);
        opener.open();
    });
    over.passed().await;
    thread.join().unwrap();
}

/// Waits that the system's poll could not express were rounded to nothing, and the thread spun until they
/// were over: smol-rs/smol#109. Or they were never over: DataDog/glommio#326.
///
/// A wait too long for it, which takes milliseconds in 32 bits, may end early, but it must not be none at all.
#[test]
fn waits_that_the_system_cannot_express_do_not_spin() {
    let _watch = watch();
    let millis = Duration::from_millis;
    for runtime in all_kinds() {
        runtime.block_on(async {
            for in_reactor in [false, true] {
                if in_reactor {
                    wait_in_the_reactor().await;
                }
                for (times, length) in [(500, 300), (100, 1_300)] {
                    let length = Duration::from_micros(length);
                    let spent = spent(nap(times, length)).await / times;
                    assert!(
                        spent < length / 2,
                        "{spent:?} of CPU time for each sleep of {length:?}"
                    );
                }
                for length in [1 << 31, 1 << 32].map(millis) {
                    let spent = spent(linger(length, millis(50))).await;
                    assert!(spent < millis(25), "{spent:?} of CPU time in 50 ms of {length:?}");
                }
            }
        });
    }
}
