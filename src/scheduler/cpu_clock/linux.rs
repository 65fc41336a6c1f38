//! Linux: the clock of a thread by its number, and its state in `/proc`.
//!
//! # Invariants
//!
//! 1. The calls below read nothing of ours but their plain arguments, and write at most one `timespec`, to which they are
//!    given an exclusive reference.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

/// The number of the calling thread.
pub(super) fn current() -> Option<u32> {
    // SAFETY: invariant 1; it takes no argument and cannot fail.
    let thread = unsafe { libc::gettid() };
    u32::try_from(thread).ok()
}

/// The numbers of all threads of this process. None where `/proc` is not to be had, or is that of other processes.
pub(super) fn threads() -> Option<Vec<u32>> {
    let number = |entry: io::Result<fs::DirEntry>| entry.ok()?.file_name().to_str()?.parse().ok();
    let threads: Vec<_> =
        fs::read_dir("/proc/self/task").ok()?.map(number).collect::<Option<_>>()?;
    threads.contains(&current()?).then_some(threads)
}

/// How many threads this process has: a folder in `/proc` has a link for each folder in it, and two of its own. Where it does
/// not, they seem to be none.
pub(super) fn thread_count() -> Option<usize> {
    let links = fs::metadata("/proc/self/task").ok()?.nlink();
    usize::try_from(links).ok()?.checked_sub(2)
}

/// What a thread of this process has used of a processor, to the nanosecond.
pub(super) fn cpu_time(thread: u32) -> Option<Duration> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: invariant 1; a number that is no thread's is refused.
    let result = unsafe { libc::clock_gettime(clock_of(thread), &mut time) };
    let seconds = u64::try_from(time.tv_sec).ok()?;
    let nanos = u32::try_from(time.tv_nsec).ok()?;
    (result == 0).then(|| Duration::new(seconds, nanos))
}

/// The clock that `pthread_getcpuclockid` gives for the thread, which the kernel's interface fixes: all bits of the number
/// turned over, then the mark of a thread's clock, then the kind of clock.
fn clock_of(thread: u32) -> libc::clockid_t {
    const PER_THREAD: u32 = 0b100;
    const SCHEDULED: u32 = 0b10;
    ((!thread << 3) | PER_THREAD | SCHEDULED).cast_signed()
}

/// Whether the thread sleeps in the kernel. Where `/proc` is not to be had, nothing is known.
pub(super) fn is_blocked(thread: u32) -> Option<bool> {
    let line = fs::read_to_string(format!("/proc/self/task/{thread}/stat")).ok()?;
    // The name stands in parentheses, and may hold some itself.
    let state = line.rsplit_once(')')?.1.trim_start().chars().next()?;
    Some(matches!(state, 'S' | 'D'))
}
