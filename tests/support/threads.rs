//! The threads of this process, as the system sees them.

use std::time::{Duration, Instant};

/// How many threads have this name, of which the system keeps 15 bytes.
#[cfg(target_os = "linux")]
pub fn threads_named(name: &str) -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").expect("/proc is mounted");
    tasks
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .filter(|comm| comm.trim_end() == name)
        .count()
}

/// Waits until something is so that nobody announces, and panics if it never is.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < super::LONG, "never came true: {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}
