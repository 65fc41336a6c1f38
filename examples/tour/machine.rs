//! What the system says about this process, and allows it. Of memory and threads, other systems than Linux say
//! nothing here.

use std::fs;

/// What is written where the system does not tell.
pub const UNKNOWN: &str = "not measured: no /proc here";

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

/// Asks that this process may have so many descriptors open. Returns how many it may have then.
#[cfg(unix)]
pub fn allow_descriptors(wanted: u64) -> u64 {
    use rustix::process::{Resource, getrlimit, setrlimit};

    let mut limit = getrlimit(Resource::Nofile);
    let allowed = limit.current.unwrap_or(u64::MAX);
    let raised = limit.maximum.map_or(wanted, |maximum| wanted.min(maximum));
    limit.current = Some(raised);
    if raised > allowed && setrlimit(Resource::Nofile, limit).is_ok() { raised } else { allowed }
}

/// Where descriptors are not what sockets are counted by, there is no limit to raise.
#[cfg(not(unix))]
pub fn allow_descriptors(_wanted: u64) -> u64 {
    u64::MAX
}
