//! Systems that do not tell one thread of another.

use std::time::Duration;

pub(super) fn current() -> Option<u32> {
    None
}

pub(super) fn threads() -> Option<Vec<u32>> {
    None
}

pub(super) fn thread_count() -> Option<usize> {
    None
}

pub(super) fn cpu_time(_thread: u32) -> Option<Duration> {
    None
}

pub(super) fn is_blocked(_thread: u32) -> Option<bool> {
    None
}
