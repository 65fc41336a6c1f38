//! How many connections there may be.

/// Descriptors that are not for connections: the standard streams, the listener, the runtime's own, and a few to spare.
const OTHERS: u64 = 32;

/// As many of those that are `wanted` as the system has descriptors for.
///
/// So the one who comes when all are taken can be told so. Without a descriptor for it, it could not even be accepted, and
/// would wait for an answer that does not come.
pub fn connections(wanted: u32) -> u32 {
    let descriptors = allow(u64::from(wanted) + OTHERS);
    let possible = u32::try_from(descriptors.saturating_sub(OTHERS)).unwrap_or(u32::MAX);
    if possible < wanted {
        eprintln!("kv: the system allows {descriptors} descriptors: {possible} connections");
    }
    wanted.min(possible)
}

/// Asks that this process may have so many descriptors open. Returns how many it may have then.
#[cfg(unix)]
fn allow(wanted: u64) -> u64 {
    use rustix::process::{Resource, getrlimit, setrlimit};

    let mut limit = getrlimit(Resource::Nofile);
    let allowed = limit.current.unwrap_or(u64::MAX);
    let raised = limit.maximum.map_or(wanted, |maximum| wanted.min(maximum));
    limit.current = Some(raised);
    if raised > allowed && setrlimit(Resource::Nofile, limit).is_ok() { raised } else { allowed }
}

#[cfg(not(unix))]
fn allow(_wanted: u64) -> u64 {
    u64::MAX
}
