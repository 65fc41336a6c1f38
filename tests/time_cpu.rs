//! Waiting costs no CPU time, however short the wait: the test is alone in its process, and so can measure it.
#![cfg(target_os = "linux")]

mod support;

use std::fs;

use runtime::time::{self, Duration, Instant};
use support::{all_kinds, watch};

const SLEEPS: u32 = 2_000;
const EACH: Duration = Duration::from_micros(300);

/// CPU time of all threads.
fn cpu_time() -> Duration {
    let nanos_of = |stat: String| stat.split(' ').next()?.parse::<u64>().ok();
    let threads = fs::read_dir("/proc/self/task").expect("/proc is mounted").flatten();
    let stats = threads.filter_map(|task| fs::read_to_string(task.path().join("schedstat")).ok());
    Duration::from_nanos(stats.filter_map(nanos_of).sum())
}

/// Waits that the system's poll could not express were rounded to nothing, and the thread spun until they
/// were over, or rounded up: smol-rs/polling#109, DataDog/glommio#326.
#[test]
fn sleeps_shorter_than_a_millisecond_do_not_spin() {
    let _watch = watch();
    for runtime in all_kinds() {
        let before = cpu_time();
        runtime.block_on(async {
            for _ in 0..SLEEPS {
                let deadline = Instant::now() + EACH;
                time::sleep_until(deadline).await;
                assert!(Instant::now() >= deadline, "a sleep is early");
            }
        });
        let spent = cpu_time().saturating_sub(before) / SLEEPS;
        assert!(spent < EACH / 2, "{spent:?} of CPU time for each sleep of {EACH:?}");
        eprintln!("{spent:?}");
    }
}
