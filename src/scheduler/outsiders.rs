//! What is counted of threads that do not work for the scheduler: the tasks that they spawn, and those that they wake.
//!
//! A worker counts in its diary, which it alone writes. Threads from outside come and go, so that none of them can have a
//! count to itself, and one count for all would be contended by them all. So there are some, on lines of their own, and
//! each thread keeps to one of them: it shares that with few others, and seldom at the same time. Who asks adds them up.
//!
//! The counts order nothing, so all accesses are relaxed.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// How many lines there are; a power of two.
const LINES: usize = 8;

/// See the module's prose.
#[derive(Debug, Default)]
pub(super) struct Outsiders {
    lines: [Line; LINES],
    /// How many tasks ended without a worker, as the runtime did.
    ended: AtomicU64,
}

/// Aligned so that two of them are on no common line, nor on two that processors fetch together.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Line {
    spawned: AtomicU64,
    woken: AtomicU64,
}

impl Outsiders {
    /// A task is spawned by this thread.
    pub(super) fn count_spawned(&self) {
        self.line().spawned.fetch_add(1, Relaxed);
    }

    /// A task was woken by this thread.
    pub(super) fn count_woken(&self) {
        self.line().woken.fetch_add(1, Relaxed);
    }

    /// A task is dropped as the runtime ends.
    pub(super) fn count_ended(&self) {
        self.ended.fetch_add(1, Relaxed);
    }

    pub(super) fn spawned(&self) -> u64 {
        self.sum(|line| &line.spawned)
    }

    /// How many were queued from outside, be it that they were woken or spawned.
    pub(super) fn scheduled(&self) -> u64 {
        self.sum(|line| &line.woken).wrapping_add(self.spawned())
    }

    pub(super) fn ended(&self) -> u64 {
        self.ended.load(Relaxed)
    }

    fn line(&self) -> &Line {
        &self.lines[own_line()]
    }

    fn sum(&self, count: impl Fn(&Line) -> &AtomicU64) -> u64 {
        self.lines.iter().map(|line| count(line).load(Relaxed)).fold(0, u64::wrapping_add)
    }
}

/// The number of the line that this thread keeps to, in every scheduler.
fn own_line() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        /// One more than that; 0 at first. Without a destructor, since tasks are woken by destructors of other locals.
        static OWN: Cell<usize> = const { Cell::new(0) };
    }
    if OWN.get() == 0 {
        OWN.set(THREADS.fetch_add(1, Relaxed) % LINES + 1);
    }
    OWN.get() - 1
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn what_many_threads_count_adds_up() {
        let outsiders = Outsiders::default();
        std::thread::scope(|scope| {
            for _ in 0..2 * LINES + 1 {
                scope.spawn(|| {
                    outsiders.count_spawned();
                    (0..2).for_each(|_| outsiders.count_woken());
                });
            }
        });
        let threads = 2 * LINES as u64 + 1;
        assert_eq!((outsiders.spawned(), outsiders.scheduled()), (threads, 3 * threads));
        let used = outsiders.lines.iter().filter(|line| line.spawned.load(Relaxed) > 0);
        assert!(used.count() > 1, "threads have lines of their own");
    }
}
