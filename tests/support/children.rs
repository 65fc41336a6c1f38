//! What the system says of children.

use std::fs;

/// The state of a process, as one letter; none if it is not there. A child that nobody asked how it ended is a `Z`.
pub fn state_of(process: u32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name before it may have anything in it.
    stat.rsplit_once(')')?.1.trim_start().chars().next()
}

/// Children of this process that have ended and were not asked.
pub fn zombies() -> usize {
    let this = std::process::id();
    let stats = fs::read_dir("/proc")
        .expect("/proc is mounted")
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok());
    let is_ours = |stat: String| {
        let (_, rest) = stat.rsplit_once(')')?;
        let mut fields = rest.split_whitespace();
        Some(fields.next()? == "Z" && fields.next()?.parse() == Ok(this))
    };
    stats.filter(|stat| is_ours(stat.clone()) == Some(true)).count()
}
