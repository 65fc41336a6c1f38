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
//! # Who looks at all of them
//!
//! A dump looks at each task of a set, which may be a million, while the worker goes on suspending and completing tasks under
//! the same lock. So a [`Walk`] looks at a slice at a time, and keeps its place in between by a *bookmark*: links in the list that are
//! no task's.
//!
//! 1. Under the lock, the bookmark is put before the newest task.
//! 2. Under the lock, those behind the bookmark are looked at, as many as a slice has, and the bookmark is moved behind them.
//! 3. If there are more, the lock is left for others, and then 2 again.
//! 4. Under the lock, the bookmark is taken out.
//!
//! *No task that is in the set from 1 to the end is missed, and none is seen twice.* Tasks never change places: one enters
//! at the front, and leaves. At 1 all are behind the bookmark, and the bookmark passes a task only in the step that looks at it. What
//! enters later stands before the bookmark, and is not seen. So a walk also ends, however many enter. One that leaves meanwhile was
//! seen or was not.
//!
//! *Rejected*: to keep the last task that was seen, by a reference: it may have left the set before the next slice. To look at all
//! under one hold of the lock: a million tasks take a tenth of a second, for which the worker would stand still.
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
//! 5. All links in the list are a task's, but for the sentinel and the bookmark, which are boxes of the set. The bookmark is linked
//!    while there is a walk, and there is one at a time: who walks has the lock `walker`.

use std::mem::offset_of;
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering::Relaxed;

use super::glimpse::Glimpse;
use super::poll::{Held, Runnable};
use super::raw::Header;
use crate::util::sync::{AtomicPtr, Mutex, MutexGuard};

/// A task's place in a set.
pub(super) struct Links {
    next: AtomicPtr<Links>,
    previous: AtomicPtr<Links>,
}

/// See the module's prose.
pub(crate) struct OwnedSet {
    inner: Mutex<Inner>,
    /// For who walks. Taken before `inner`, and kept from slice to slice.
    walker: Mutex<()>,
}

/// A look at all tasks of a set, slice by slice. Takes the bookmark out when it is dropped.
pub(crate) struct Walk<'a> {
    set: &'a OwnedSet,
    _alone: MutexGuard<'a, ()>,
}

struct Inner {
    /// Its `next` is the newest task, its `previous` the oldest; both itself if there is none.
    sentinel: NonNull<Links>,
    /// The place of a walk.
    bookmark: NonNull<Links>,
    len: usize,
    closed: bool,
}

// SAFETY: the sentinel and the bookmark are boxes of ours; the tasks' headers may be used from any thread.
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
        let [sentinel, bookmark] =
            [(); 2].map(|()| NonNull::from(Box::leak(Box::new(Links::new()))));
        // SAFETY: the box is alive and ours.
        let links = unsafe { sentinel.as_ref() };
        links.next.store(sentinel.as_ptr(), Relaxed);
        links.previous.store(sentinel.as_ptr(), Relaxed);
        let inner = Inner { sentinel, bookmark, len: 0, closed: false };
        Self { inner: Mutex::new(inner), walker: Mutex::new(()) }
    }

    /// Takes a suspending task in; false if the set is closed.
    pub(crate) fn insert(&self, task: Held<'_>) -> bool {
        let mut inner = self.inner.lock();
        if inner.closed {
            return false;
        }
        let newest = inner.next(inner.sentinel);
        inner.link(Links::of(task.as_ptr()), newest);
        inner.len += 1;
        true
    }

    /// Lets a task out that is in this set.
    pub(crate) fn remove(&self, task: Held<'_>) {
        debug_assert!(task.header().links.is_linked(), "removed a task that is in no set");
        let mut inner = self.inner.lock();
        inner.unlink(Links::of(task.as_ptr()));
        inner.len -= 1;
    }

    /// Closes the set and cancels what is in it.
    ///
    /// The tokens of the tasks that were idle come back; the other tasks are in the hands of somebody who will
    /// find them cancelled. The tasks stay linked until they are complete.
    pub(crate) fn close(&self) -> Vec<Runnable> {
        let mut inner = self.inner.lock();
        inner.closed = true;
        let mut idle = Vec::new();
        let mut at = inner.next(inner.sentinel);
        while at != inner.sentinel {
            let links = at;
            at = inner.next(at);
            if links == inner.bookmark {
                continue;
            }
            let header = Links::header(links);
            // SAFETY: invariant 1, as the lock keeps it linked.
            if unsafe { header.as_ref() }.state.abort() {
                // SAFETY: the transition gave us the token.
                idle.push(unsafe { Runnable::from_header(header) });
            }
        }
        idle
    }

    /// Begins to look at all tasks; waits for another who does.
    pub(crate) fn walk(&self) -> Walk<'_> {
        let _alone = self.walker.lock();
        let mut inner = self.inner.lock();
        let (bookmark, newest) = (inner.bookmark, inner.next(inner.sentinel));
        inner.link(bookmark, newest);
        drop(inner);
        Walk { set: self, _alone }
    }

    /// How many tasks are in the set.
    pub(crate) fn len(&self) -> usize {
        self.inner.lock().len
    }
}

impl Walk<'_> {
    /// Looks at the next tasks, at most so many, which `into` has room for. Whether there may be more.
    pub(crate) fn look_at(&mut self, most: usize, into: &mut Vec<Glimpse>) -> bool {
        let mut inner = self.set.inner.lock();
        let bookmark = inner.bookmark;
        let mut at = inner.next(bookmark);
        for _ in 0..most {
            if at == inner.sentinel {
                break;
            }
            // SAFETY: invariant 1, as the lock keeps it linked, and invariant 5: it is not the bookmark, which is before it.
            into.push(unsafe { Glimpse::of(Links::header(at)) });
            at = inner.next(at);
        }
        inner.unlink(bookmark);
        inner.link(bookmark, at);
        at != inner.sentinel
    }
}

impl Drop for Walk<'_> {
    fn drop(&mut self) {
        let mut inner = self.set.inner.lock();
        let bookmark = inner.bookmark;
        inner.unlink(bookmark);
    }
}

impl Inner {
    fn next(&self, links: NonNull<Links>) -> NonNull<Links> {
        // SAFETY: the sentinel and linked tasks are alive (invariant 1) and their links not null (invariant 3).
        unsafe { NonNull::new_unchecked(links.as_ref().next.load(Relaxed)) }
    }

    /// Puts links into the list, before those of a task or the sentinel.
    fn link(&mut self, new: NonNull<Links>, next: NonNull<Links>) {
        // SAFETY: all three are alive (invariants 1 and 5), links in the list are not null, and we have the lock (invariant 2).
        unsafe {
            let previous = NonNull::new_unchecked(next.as_ref().previous.load(Relaxed));
            new.as_ref().previous.store(previous.as_ptr(), Relaxed);
            new.as_ref().next.store(next.as_ptr(), Relaxed);
            previous.as_ref().next.store(new.as_ptr(), Relaxed);
            next.as_ref().previous.store(new.as_ptr(), Relaxed);
        }
    }

    fn unlink(&mut self, old: NonNull<Links>) {
        // SAFETY: it and its neighbours are alive (invariants 1 and 5), and we have the lock (invariant 2).
        unsafe {
            let previous = old.as_ref().previous.load(Relaxed);
            let next = old.as_ref().next.load(Relaxed);
            (*previous).next.store(next, Relaxed);
            (*next).previous.store(previous, Relaxed);
            old.as_ref().next.store(ptr::null_mut(), Relaxed);
            old.as_ref().previous.store(ptr::null_mut(), Relaxed);
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        debug_assert_eq!(self.len, 0, "a set of suspended tasks was dropped with tasks in it");
        for links in [self.sentinel, self.bookmark] {
            // SAFETY: it came from a box; no task refers to it any more, and no walk, which borrows the set.
            drop(unsafe { Box::from_raw(links.as_ptr()) });
        }
    }
}
