//! What belongs to one process, and not to the children that are forked off it.
//!
//! `fork` copies the memory of a process and one of its threads. A static says in the child what was true in the parent:
//! that a thread runs which is not there, or that a lock is held by it. It must not be used there, nor even
//! locked to find that out. So such a static is a [`PerProcess`], of which the child gets a new one; and what was made
//! by the parent remembers its [`Process`].
//!
//! # How a fork is noticed
//!
//! The system calls a function in the child before `fork` returns there, which counts a number up. To see whether something is
//! the parent's is then to compare two numbers in memory. Where the system does not tell, which is where there is no
//! `fork`, the number stands still. A child that was made by the bare system call is not noticed.
//!
//! # Invariants
//!
//! 1. What `PerProcess::newest` ever pointed to is a node from `Box::into_raw`, which is never freed nor changed.
//! 2. The function that is called in the child touches one atomic, and nothing else.
//!
//! # Rejected
//!
//! - *To ask for the number of the process each time*: a system call, in every spawn from outside of a runtime.
//! - *A lock or a `OnceLock` around the present value*: another thread of the parent could have been inside it.
//! - *To hold all locks while a fork is under way*: every fork would wait for them, and whoever forks while it has one
//!   would wait for itself.

#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as system;

#[cfg(not(unix))]
mod other;
#[cfg(not(unix))]
use other as system;

pub(crate) use system::at_exit;

use std::ptr;
use std::sync::atomic::{
    AtomicPtr,
    Ordering::{Acquire, Release},
};

/// A process among those that were forked off one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Process(u32);

impl Process {
    /// The one that runs this.
    #[inline]
    pub(crate) fn current() -> Self {
        Self(system::generation())
    }

    /// Whether it was forked off another one, in which a [`PerProcess`] was made.
    pub(crate) fn is_forked(self) -> bool {
        self.0 > 0
    }
}

/// A static of which each process has its own. Those of its parents stay where they are, unused.
#[derive(Debug)]
pub(crate) struct PerProcess<T: 'static> {
    newest: AtomicPtr<Node<T>>,
}

struct Node<T> {
    process: Process,
    value: T,
    /// The parent's, which shows that it is not lost to whoever looks for leaks.
    _parent: *mut Node<T>,
}

impl<T: Send + Sync + 'static> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self { newest: AtomicPtr::new(ptr::null_mut()) }
    }

    /// The value of this process, which `make` makes if there is none. It may be called although another thread does the
    /// same; then one of the two values is dropped.
    #[inline]
    pub(crate) fn get(&'static self, make: impl FnOnce() -> T) -> &'static T {
        // Acquire: meets the release in `renew`, so that the node is seen whole.
        let newest = self.newest.load(Acquire);
        // SAFETY: it is null or points to a node that stays (invariant 1).
        match unsafe { newest.as_ref() } {
            Some(own) if own.process == Process::current() => &own.value,
            _ => self.renew(newest, make()),
        }
    }

    /// The value of this process, if it was made.
    pub(crate) fn peek(&'static self) -> Option<&'static T> {
        // Acquire: as in `get`.
        // SAFETY: it is null or points to a node that stays (invariant 1).
        let newest = unsafe { self.newest.load(Acquire).as_ref() };
        newest.filter(|own| own.process == Process::current()).map(|own| &own.value)
    }

    #[cold]
    fn renew(&'static self, parent: *mut Node<T>, value: T) -> &'static T {
        if parent.is_null() {
            // Nothing was made yet that a child could mistake for its own. If another thread does this too, forks are
            // counted twice, which does no harm.
            system::count_forks();
        }
        let node = Node { process: Process::current(), value, _parent: parent };
        let node = Box::into_raw(Box::new(node));
        // Release: meets the acquire loads, here and in `get`.
        match self.newest.compare_exchange(parent, node, Release, Acquire) {
            // SAFETY: it is the newest node now, and stays (invariant 1).
            Ok(_) => unsafe { &(*node).value },
            Err(other) => {
                // SAFETY: the node was boxed above, and nobody has seen it.
                drop(unsafe { Box::from_raw(node) });
                // SAFETY: another thread of this process put it there since the load, and it stays (invariant 1).
                unsafe { &(*other).value }
            }
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use std::thread;

    use super::*;

    #[test]
    fn all_threads_get_the_same_value() {
        static VALUE: PerProcess<usize> = PerProcess::new();
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let get = || *VALUE.get(|| MADE.fetch_add(1, SeqCst));
        let values: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(get)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(values.iter().all(|&value| value == get()), "{values:?}");
    }
}
