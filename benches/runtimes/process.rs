//! What the kernel says about this process; nothing where there is no `/proc`.

use std::fs;

/// Resident memory.
pub fn resident_bytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024.0)
}

/// CPU time of all threads that are alive, to the nanosecond (the process's own line counts ticks
/// of 10 ms).
pub fn cpu_millis() -> Option<f64> {
    let mut nanos = 0.0;
    for thread in fs::read_dir("/proc/self/task").ok()? {
        let Ok(line) = fs::read_to_string(thread.ok()?.path().join("schedstat")) else {
            continue; // it ended meanwhile
        };
        nanos += line.split(' ').next()?.parse::<f64>().ok()?;
    }
    Some(nanos / 1e6)
}
