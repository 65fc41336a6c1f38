//! The set of a worker's suspended tasks.
//!
//! When a runtime ends, the future of every task must be dropped, also of those that nobody will ever wake
//! again. A task in a queue or in a poll is found there; an idle one is known to nobody but its wakers. So a
//! task enters the set of the worker that polls it when it suspends **for the first time**, and leaves it when it
//! completes. Most short tasks never suspend, and so never come here at all; and there is one set per worker,
//! so the lock is almost always free.
//!
//! A set is an intrusive circular list round a sentinel, with the links in the tasks' headers.
//!
//! # Invariants
//!
//! 1. A linked task is not complete, so its cell is alive: who completes it removes it first, by the token.
//! 2. Links are written under the set's lock alone.
//! 3. Links of a task in a set are never null, those of any other task always are; only the holder of the
//!    task's token changes that. So the holder may ask [`Links::is_linked`] without the lock, while neighbours
//!    come and go: for that alone the links are atomic.
//! 4. Once a set is closed nothing enters it any more: whoever is turned away ends the task itself. So after
//!    [`OwnedSet::close`] every task that ever entered is complete, or its token is in somebody's hands who
//!    will see that it was cancelled.

use std::mem::offset_of;
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering::Relaxed;

use super::poll::{Held, Runnable};
use super::raw::Header;
use crate::util::sync::{AtomicPtr, Mutex};

/// A task's place in a set.
pub(super) struct Links {
    next: AtomicPtr<Links>,
    previous: AtomicPtr<Links>,
}

/// See the module's prose.
pub(crate) struct OwnedSet(Mutex<Inner>);

struct Inner {
    /// Its `next` is the newest task, its `previous` the oldest; both itself if there is none.
    sentinel: NonNull<Links>,
    len: usize,
    closed: bool,
}

// SAFETY: the sentinel is a box of ours; the tasks' headers may be used from any thread.
unsafe impl Send for Inner {}

impl Links {
    pub(super) fn new() -> Self {
        Self { next: AtomicPtr::new(ptr::null_mut()), previous: AtomicPtr::new(ptr::null_mut()) }
    }

    /// Whether the task is in a set. For the holder of its token (invariant 3).
    #[inline]
    pub(super) fn is_linked(&self) -> bool {
        !self.next.load(Relaxed).is_null()
    }

    /// The links of a task, with the right to go back from them to the task.
    fn of(header: NonNull<Header>) -> NonNull<Links> {
        // SAFETY: the offset stays inside the header.
        unsafe { header.byte_add(offset_of!(Header, links)).cast() }
    }

    /// The task of links that are not a sentinel.
    fn header(links: NonNull<Links>) -> NonNull<Header> {
        // SAFETY: the pointer was made by `of`, from one to the whole cell.
        unsafe { links.byte_sub(offset_of!(Header, links)).cast() }
    }
}

impl OwnedSet {
    pub(crate) fn new() -> Self {
        let sentinel = NonNull::from(Box::leak(Box::new(Links::new())));
        // SAFETY: the box is alive and ours.
        let links = unsafe { sentinel.as_ref() };
        links.next.store(sentinel.as_ptr(), Relaxed);
        links.previous.store(sentinel.as_ptr(), Relaxed);
        Self(Mutex::new(Inner { sentinel, len: 0, closed: false }))
    }

    /// Takes a suspending task in; false if the set is closed.
    pub(crate) fn insert(&self, task: Held<'_>) -> bool {
        let mut inner = self.0.lock();
        if inner.closed {
            return false;
        }
        inner.link(Links::of(task.as_ptr()));
        true
    }

    /// Lets a task out that is in this set.
    pub(crate) fn remove(&self, task: Held<'_>) {
        debug_assert!(task.header().links.is_linked(), "removed a task that is in no set");
        self.0.lock().unlink(Links::of(task.as_ptr()));
    }

    /// Closes the set and cancels what is in it.
    ///
    /// The tokens of the tasks that were idle come back; the other tasks are in the hands of somebody who will
    /// find them cancelled. The tasks stay linked until they are complete.
    pub(crate) fn close(&self) -> Vec<Runnable> {
        let mut inner = self.0.lock();
        inner.closed = true;
        let mut idle = Vec::new();
        let mut at = inner.next(inner.sentinel);
        while at != inner.sentinel {
            let header = Links::header(at);
            // SAFETY: invariant 1, as the lock keeps it linked.
            if unsafe { header.as_ref() }.state.abort() {
                // SAFETY: the transition gave us the token.
                idle.push(unsafe { Runnable::from_header(header) });
            }
            at = inner.next(at);
        }
        idle
    }

    /// How many tasks are in the set.
    pub(crate) fn len(&self) -> usize {
        self.0.lock().len
    }
}

impl Inner {
    fn next(&self, links: NonNull<Links>) -> NonNull<Links> {
        // SAFETY: the sentinel and linked tasks are alive (invariant 1) and their links not null (invariant 3).
        unsafe { NonNull::new_unchecked(links.as_ref().next.load(Relaxed)) }
    }

    fn link(&mut self, new: NonNull<Links>) {
        let (previous, next) = (self.sentinel, self.next(self.sentinel));
        // SAFETY: all three are alive (invariant 1), and we have the lock (invariant 2).
        unsafe {
            new.as_ref().previous.store(previous.as_ptr(), Relaxed);
            new.as_ref().next.store(next.as_ptr(), Relaxed);
            previous.as_ref().next.store(new.as_ptr(), Relaxed);
            next.as_ref().previous.store(new.as_ptr(), Relaxed);
        }
        self.len += 1;
    }

    fn unlink(&mut self, old: NonNull<Links>) {
        // SAFETY: the task and its neighbours are alive (invariant 1), and we have the lock (invariant 2).
        unsafe {
            let previous = old.as_ref().previous.load(Relaxed);
            let next = old.as_ref().next.load(Relaxed);
            (*previous).next.store(next, Relaxed);
            (*next).previous.store(previous, Relaxed);
            old.as_ref().next.store(ptr::null_mut(), Relaxed);
            old.as_ref().previous.store(ptr::null_mut(), Relaxed);
        }
        self.len -= 1;
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        debug_assert_eq!(self.len, 0, "a set of suspended tasks was dropped with tasks in it");
        // SAFETY: the sentinel came from a box, and no task refers to it any more.
        drop(unsafe { Box::from_raw(self.sentinel.as_ptr()) });
    }
}
