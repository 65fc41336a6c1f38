//! What the system says about this process. Other systems than Linux say nothing here.

use std::fs;

/// Bytes of memory that are resident, if there is a `/proc` that tells.
pub fn resident() -> Option<u64> {
    status("VmRSS:").map(|kilobytes| kilobytes * 1024)
}

/// Threads of this process, if there is a `/proc` that tells.
pub fn threads() -> Option<u64> {
    status("Threads:")
}

fn status(key: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}
