//! Whether a thread computes or is blocked in the kernel, as another thread sees it.
//!
//! A worker that is long in one poll may be computing, and then its core is in use; or it sleeps in the kernel, and then
//! its core is free for others at once. The two are told apart by the time that the thread has used of a processor, and
//! by its state. Where the system does not tell, everything here is `None`, and the monitor goes by the clock on the wall.
//!
//! Both files offer the same: `current`, `threads`, `cpu_time` and `is_blocked`.

#[cfg(any(target_os = "android", target_os = "linux"))]
mod linux;
#[cfg(any(target_os = "android", target_os = "linux"))]
use linux as system;

#[cfg(not(any(target_os = "android", target_os = "linux")))]
mod other;
#[cfg(not(any(target_os = "android", target_os = "linux")))]
use other as system;

// Compiled for its tests alone.
#[cfg(all(test, any(target_os = "android", target_os = "linux")))]
mod other;

use std::cell::Cell;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

use crate::util::process::Process;

/// Nobody works there.
const NOBODY: u32 = 0;

/// Somebody does, and the system gives threads no numbers.
const SOMEBODY: u32 = u32::MAX;

/// The number of the calling thread, if the system gives threads numbers. It is asked once a thread, and again where that was forked off.
pub(super) fn current_thread() -> Option<u32> {
    thread_local! {
        static NUMBER: Cell<Option<(Process, Option<u32>)>> = const { Cell::new(None) };
    }
    let process = Process::current();
    match NUMBER.get() {
        Some((of, number)) if of == process => number,
        _ => {
            let number = system::current();
            NUMBER.set(Some((process, number)));
            number
        }
    }
}

/// The numbers of all threads of this process, if the system tells.
pub(super) fn threads() -> Option<Vec<u32>> {
    system::threads()
}

/// How many threads this process has, if the system tells, or fewer: asked in a fraction of the time that it takes to list them.
pub(super) fn thread_count() -> Option<usize> {
    system::thread_count()
}

/// The thread that works at some place, to be looked at by others.
///
/// The number of a thread that has ended may be given to another one; what is said then is about that one. Whoever asks
/// must be able to bear a wrong answer.
#[derive(Debug)]
pub(super) struct ThreadClock(AtomicU32);

impl ThreadClock {
    pub(super) fn new() -> Self {
        Self(AtomicU32::new(NOBODY))
    }

    /// The calling thread is the one from now on.
    pub(super) fn set_to_current(&self) {
        self.0.store(current_thread().unwrap_or(SOMEBODY), Relaxed);
    }

    /// No thread is, from now on.
    pub(super) fn set_to_nobody(&self) {
        self.0.store(NOBODY, Relaxed);
    }

    pub(super) fn is_nobody(&self) -> bool {
        self.0.load(Relaxed) == NOBODY
    }

    /// How long the thread has run on a processor.
    pub(super) fn cpu_time(&self) -> Option<Duration> {
        self.thread().and_then(system::cpu_time)
    }

    /// Whether the thread waits for something in the kernel, rather than running or waiting for a processor.
    pub(super) fn is_blocked(&self) -> Option<bool> {
        self.thread().and_then(system::is_blocked)
    }

    fn thread(&self) -> Option<u32> {
        Some(self.0.load(Relaxed)).filter(|&thread| thread != NOBODY && thread != SOMEBODY)
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::mpsc;
    use std::time::Instant;

    use super::*;

    fn eventually(mut holds: impl FnMut() -> bool) {
        let began = Instant::now();
        while !holds() {
            assert!(began.elapsed() < Duration::from_secs(10), "never came true");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn a_blocked_thread_stands_still_and_a_computing_one_does_not() {
        if other_is_all_there_is() {
            return;
        }
        let clock = ThreadClock::new();
        assert_eq!((clock.cpu_time(), clock.is_blocked()), (None, None));
        let (told, tells) = mpsc::channel::<()>();
        std::thread::scope(|scope| {
            let clock = &clock;
            let computing = std::sync::atomic::AtomicBool::new(true);
            let computing = &*Box::leak(Box::new(computing));
            scope.spawn(move || {
                clock.set_to_current();
                while computing.load(Relaxed) {
                    std::hint::spin_loop();
                }
                let _ = tells.recv();
            });
            eventually(|| clock.cpu_time() > Some(Duration::from_millis(5)));
            assert_eq!(clock.is_blocked(), Some(false));
            computing.store(false, Relaxed);
            eventually(|| clock.is_blocked() == Some(true));
            let before = clock.cpu_time();
            std::thread::sleep(Duration::from_millis(5));
            assert_eq!(clock.cpu_time(), before);
            drop(told);
        });
        // The thread is gone, unless its number was given away again.
        assert!(clock.cpu_time().is_none() || clock.cpu_time() < Some(Duration::from_secs(1)));
    }

    #[test]
    fn as_many_threads_are_counted_as_are_listed() {
        // Other tests begin and end threads meanwhile.
        eventually(|| thread_count() == threads().map(|threads| threads.len()));
    }

    #[test]
    fn elsewhere_nothing_is_known() {
        assert_eq!(
            (other::current(), other::threads(), other::cpu_time(1), other::is_blocked(1)),
            (None, None, None, None)
        );
        assert_eq!(other::thread_count(), None);
    }

    fn other_is_all_there_is() -> bool {
        system::current().is_none()
    }
}
