//! What the kernel says about a process.

use std::fmt::Display;
use std::fs;

use rustix::process::{Resource, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

/// Descriptors that are not for connections.
const OTHERS: u64 = 64;

/// Resident memory of this process; nothing where there is no `/proc`.
pub fn resident_bytes() -> Option<f64> {
    resident_bytes_of("self").map(|bytes| bytes as f64)
}

/// Resident memory of a process.
pub fn resident_bytes_of(process: impl Display) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// CPU time of all threads, those that have ended among them.
pub fn cpu_millis() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// Asks for so many descriptors, and some for other things. Returns how many of those wanted there are.
pub fn raise_descriptors(wanted: u64) -> u64 {
    let mut limit = getrlimit(Resource::Nofile);
    let all = wanted + OTHERS;
    let before = limit.current.unwrap_or(u64::MAX);
    let maximum = limit.maximum;
    limit.current = Some(all.max(before));
    limit.maximum = maximum.map(|maximum| maximum.max(all));
    // Beyond the maximum only who has the privilege gets anything.
    if setrlimit(Resource::Nofile, limit).is_err() {
        limit.maximum = maximum;
        limit.current = maximum.map_or(limit.current, |maximum| Some(maximum.min(all).max(before)));
        let _ = setrlimit(Resource::Nofile, limit);
    }
    let has = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    wanted.min(has.saturating_sub(OTHERS))
}
