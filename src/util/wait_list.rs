//! The wait list: tasks in a queue, without an allocation for any of them.
//!
//! A task that waits has to be found by the one that ends its waiting. A queue of boxed entries would
//! allocate for every wait, and would keep entries of futures that were dropped long ago. Here the
//! entry, a [`Waiter`], stands inside the waiting future itself and is linked to its neighbours by
//! pointers. The list is a plain value: its owner keeps it behind the same lock as the state that the
//! tasks wait for, so that "look, then wait" is one step. How futures use it is told in
//! [`wait`](super::wait); this file is only about the links.
//!
//! A waiter is *idle*, then *waiting* (linked, with a waker and a note), then *woken* (unlinked by
//! whoever woke it, with the note as it was then), then idle again when its owner has read the note.
//! The note says what the waiter wants, and later what it was handed: the number of permits it still
//! lacks, the round it waits for, or nothing at all.
//!
//! # Invariants
//!
//! 1. **A linked waiter stays where it is.** It is linked only through a `Pin`, and dropping one that
//!    its owner has not settled aborts the process. So a pointer in a list is valid while it is there;
//!    for a waiter that was leaked, which pinning allows, for ever.
//! 2. **Links belong to the list.** From `push_back` until the waiter is settled, `Waiter::entry` is
//!    touched only by methods that hold `&mut` to the list whose number the waiter carries. Numbers
//!    are never used twice, so an equal number means the same list, wherever that has been moved to.
//! 3. **A settled waiter belongs to its owner.** With `Waiter::list` at zero no pointer to it exists
//!    in any list. Only the owner writes that field, through its `Pin<&mut Waiter>`.
//!
//! | field | read by | written by |
//! |---|---|---|
//! | `Waiter::list` | the owner | the owner |
//! | `Waiter::entry` | who has the list (2), or the owner of a settled waiter (3) | the same |
//! | `WaitList::*` | who has `&mut` to the list | the same |

use std::fmt;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::process;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::Waker;

use crate::util::sync::UnsafeCell;

type Link<N> = Option<NonNull<Waiter<N>>>;

/// The place of one waiting future in a list.
///
/// The order of the fields counts for speed. A new waiter is moved a few times before it is polled, in pieces of 16 bytes, and
/// a piece of which only half was just written makes the processor wait until that is in the cache. So the words that
/// [`new`](Self::new) sets stand together at the beginning, and behind them those that it leaves as they are.
#[repr(C)]
pub(crate) struct Waiter<N> {
    /// Number of the list that this waiter was queued in; 0 once it is settled.
    list: u64,
    entry: UnsafeCell<Entry<N>>,
    _pinned: PhantomPinned,
}

/// In the order of its fields, for the sake of [`Waiter`].
#[repr(C)]
struct Entry<N> {
    prev: Link<N>,
    next: Link<N>,
    phase: Phase<N>,
}

enum Phase<N> {
    Idle,
    Waiting(Waker, N),
    Woken(N),
}

/// What became of a waiter since its owner looked last.
#[derive(Debug)]
#[must_use = "a woken waiter may have been handed something"]
pub(crate) enum Found<N> {
    /// It is in no list.
    Idle,
    /// It is still queued.
    Waiting,
    /// It was woken with this note, and is idle from now on.
    Woken(N),
}

/// What a waiter had when its owner gave up.
#[derive(Debug)]
#[must_use = "what a woken waiter was handed has to be passed on"]
pub(crate) enum Left<N> {
    /// It was in no list.
    Idle,
    /// It left the queue before it was woken; its waker is to be dropped outside of the lock.
    Waiting(Waker, N),
    /// It had been woken already.
    Woken(N),
}

// SAFETY: what another thread reaches in a waiter is its entry, through a list that is `Send` only
// if the notes are (2); wakers are `Send`.
unsafe impl<N: Send> Send for Waiter<N> {}
// SAFETY: nothing can be done through a shared reference to a waiter.
unsafe impl<N: Send> Sync for Waiter<N> {}

impl<N> Waiter<N> {
    pub(crate) fn new() -> Self {
        let entry = Entry { prev: None, next: None, phase: Phase::Idle };
        Self { list: 0, entry: UnsafeCell::new(entry), _pinned: PhantomPinned }
    }

    /// Whether this waiter is in no list and has nothing to be settled.
    #[inline]
    pub(crate) fn is_idle(&self) -> bool {
        self.list == 0
    }

    /// Writes the field that only the owner writes.
    fn set_list(self: Pin<&mut Self>, list: u64) {
        // SAFETY: an integer is written, nothing is moved out of the pin (1).
        unsafe { self.get_unchecked_mut() }.list = list;
    }
}

impl<N> Drop for Waiter<N> {
    #[inline]
    fn drop(&mut self) {
        if self.list != 0 {
            abandoned();
        }
    }
}

/// Unwinding would free a waiter that a list still points to (1).
#[cold]
fn abandoned() -> ! {
    eprintln!("runtime: a future was dropped without leaving the wait list it was queued in");
    process::abort()
}

impl<N> fmt::Debug for Waiter<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiter").field("list", &self.list).finish_non_exhaustive()
    }
}

/// Waiting tasks, first come, first served.
pub(crate) struct WaitList<N> {
    /// Given on first use, since most lists are never waited in; 0 before that.
    number: u64,
    first: Link<N>,
    last: Link<N>,
}

// SAFETY: a list hands out notes and wakers of its waiters and nothing else of them; whoever has the
// list has the right to their entries (2).
unsafe impl<N: Send> Send for WaitList<N> {}
// SAFETY: through a shared reference one can only ask whether the list is empty.
unsafe impl<N: Send> Sync for WaitList<N> {}

impl<N> WaitList<N> {
    pub(crate) const fn new() -> Self {
        Self { number: 0, first: None, last: None }
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Queues an idle waiter behind all others.
    ///
    /// # Panics
    ///
    /// Panics if the waiter is not idle.
    pub(crate) fn push_back(&mut self, mut waiter: Pin<&mut Waiter<N>>, waker: Waker, note: N) {
        assert!(waiter.is_idle(), "a waiter was queued again before it was settled");
        let number = self.number();
        waiter.as_mut().set_list(number);
        let this = NonNull::from(waiter.as_ref().get_ref());
        let entry = Entry { prev: self.last, next: None, phase: Phase::Waiting(waker, note) };
        // SAFETY: `this` was settled, so that nobody else had access (3), and from now on belongs to
        // this list (2).
        unsafe { with(this, |slot| *slot = entry) };
        match self.last.replace(this) {
            // SAFETY: a linked waiter of this list (1, 2).
            Some(last) => unsafe { with(last, |entry| entry.next = Some(this)) },
            None => self.first = Some(this),
        }
    }

    /// The note of the waiter that is served next.
    #[cfg(feature = "sync")]
    pub(crate) fn front_mut(&mut self) -> Option<&mut N> {
        self.note_mut(self.first?)
    }

    /// The note of the waiter that came last.
    #[cfg(feature = "sync")]
    pub(crate) fn back_mut(&mut self) -> Option<&mut N> {
        self.note_mut(self.last?)
    }

    /// The note of a linked waiter of this list.
    #[cfg(feature = "sync")]
    #[inline]
    fn note_mut(&mut self, waiter: NonNull<Waiter<N>>) -> Option<&mut N> {
        // SAFETY: a linked waiter of this list (1, 2); the reference lives as long as the borrow of
        // the list, without which nobody may touch the entry.
        let note = unsafe {
            with(waiter, |entry| match &mut entry.phase {
                Phase::Waiting(_, note) => NonNull::from(note),
                _ => unreachable!("a linked waiter is not waiting"),
            })
        };
        // SAFETY: as above.
        Some(unsafe { &mut *note.as_ptr() })
    }

    /// Unlinks the first waiter and returns its waker, to be woken outside of the lock. The waiter
    /// keeps its note, as it stands, for its owner.
    #[cfg(feature = "sync")]
    #[inline]
    pub(crate) fn pop_front(&mut self) -> Option<Waker> {
        let first = self.first?;
        Some(self.take(first))
    }

    /// As [`pop_front`](Self::pop_front), of the waiter that came last.
    #[cfg(feature = "sync")]
    pub(crate) fn pop_back(&mut self) -> Option<Waker> {
        let last = self.last?;
        Some(self.take(last))
    }

    /// Unlinks the first waiter with such a note, which its owner gets, and returns its waker, to be woken outside
    /// of the lock.
    #[cfg(feature = "net")]
    pub(crate) fn pop_where(&mut self, wanted: impl Fn(&N) -> bool) -> Option<Waker> {
        let mut at = self.first;
        while let Some(waiter) = at {
            // SAFETY: a linked waiter of this list (1, 2).
            let (found, next) = unsafe {
                with(waiter, |entry| match &entry.phase {
                    Phase::Waiting(_, note) => (wanted(note), entry.next),
                    _ => unreachable!("a linked waiter is not waiting"),
                })
            };
            if found {
                return Some(self.take(waiter));
            }
            at = next;
        }
        None
    }

    /// Unlinks a linked waiter of this list, which is woken by this.
    #[inline]
    fn take(&mut self, waiter: NonNull<Waiter<N>>) -> Waker {
        self.unlink(waiter);
        // SAFETY: it was linked, so it is valid (1), and it is not settled yet, so it belongs to
        // this list (2).
        unsafe {
            with(waiter, |entry| match std::mem::replace(&mut entry.phase, Phase::Idle) {
                Phase::Waiting(waker, note) => {
                    entry.phase = Phase::Woken(note);
                    waker
                }
                _ => unreachable!("a linked waiter is not waiting"),
            })
        }
    }

    /// What became of `waiter`; one that was woken is settled by this.
    ///
    /// # Panics
    ///
    /// Panics if the waiter is queued in another list.
    #[inline]
    pub(crate) fn find(&mut self, waiter: Pin<&mut Waiter<N>>) -> Found<N> {
        if waiter.is_idle() {
            return Found::Idle;
        }
        let this = self.member(&waiter);
        // SAFETY: `waiter` is alive, and it belongs to this list (2).
        let woken = unsafe { with(this, Entry::take_woken) };
        match woken {
            Some(note) => {
                waiter.set_list(0);
                Found::Woken(note)
            }
            None => Found::Waiting,
        }
    }

    /// Makes a queued waiter wake the task of `waker`; says no if that takes a clone and `spare` holds
    /// none. The waker that it replaces ends up in `spare`, to be dropped outside of the lock.
    pub(crate) fn set_waker(
        &mut self,
        waiter: Pin<&mut Waiter<N>>,
        waker: &Waker,
        spare: &mut Option<Waker>,
    ) -> bool {
        let this = self.member(&waiter);
        // SAFETY: `waiter` is alive, and it belongs to this list (2).
        unsafe {
            with(this, |entry| match &mut entry.phase {
                Phase::Waiting(current, _) if current.will_wake(waker) => true,
                Phase::Waiting(current, _) => match spare {
                    Some(new) => {
                        std::mem::swap(current, new);
                        true
                    }
                    None => false,
                },
                _ => unreachable!("only a waiting waiter gets a new waker"),
            })
        }
    }

    /// Settles `waiter`, wherever it stands.
    ///
    /// # Panics
    ///
    /// Panics if the waiter is queued in another list.
    pub(crate) fn remove(&mut self, waiter: Pin<&mut Waiter<N>>) -> Left<N> {
        if waiter.is_idle() {
            return Left::Idle;
        }
        let this = self.member(&waiter);
        // SAFETY: `waiter` is alive, and it belongs to this list (2).
        let phase = unsafe { with(this, |entry| std::mem::replace(&mut entry.phase, Phase::Idle)) };
        let left = match phase {
            Phase::Waiting(waker, note) => {
                self.unlink(this);
                Left::Waiting(waker, note)
            }
            Phase::Woken(note) => Left::Woken(note),
            Phase::Idle => unreachable!("an idle waiter carries the number of a list"),
        };
        waiter.set_list(0);
        left
    }

    /// The pointer to a waiter of this list.
    #[inline]
    fn member(&self, waiter: &Pin<&mut Waiter<N>>) -> NonNull<Waiter<N>> {
        assert_eq!(waiter.list, self.number, "a waiter was looked for in a list it is not in");
        NonNull::from(waiter.as_ref().get_ref())
    }

    /// Takes a linked waiter of this list out of the chain.
    #[inline]
    fn unlink(&mut self, waiter: NonNull<Waiter<N>>) {
        // SAFETY: all three are linked waiters of this list (1, 2).
        unsafe {
            let (prev, next) = with(waiter, |entry| (entry.prev.take(), entry.next.take()));
            match prev {
                Some(prev) => with(prev, |entry| entry.next = next),
                None => self.first = next,
            }
            match next {
                Some(next) => with(next, |entry| entry.prev = prev),
                None => self.last = prev,
            }
        }
    }

    /// This list's number.
    fn number(&mut self) -> u64 {
        static LAST: AtomicU64 = AtomicU64::new(0);
        if self.number == 0 {
            self.number = LAST.fetch_add(1, Relaxed) + 1;
        }
        self.number
    }
}

impl<N> Entry<N> {
    fn take_woken(&mut self) -> Option<N> {
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Woken(note) => Some(note),
            other => {
                self.phase = other;
                None
            }
        }
    }
}

impl<N> fmt::Debug for WaitList<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitList").field("is_empty", &self.is_empty()).finish_non_exhaustive()
    }
}

/// Runs `f` on the entry of a waiter.
///
/// # Safety
///
/// The waiter is valid, and the caller has the right to its entry (2, 3).
#[inline(always)]
unsafe fn with<N, R>(waiter: NonNull<Waiter<N>>, f: impl FnOnce(&mut Entry<N>) -> R) -> R {
    // SAFETY: the caller vouches for the pointer.
    let waiter = unsafe { waiter.as_ref() };
    // SAFETY: the caller has the right to the entry, and no `f` in this file reaches another one.
    waiter.entry.with_mut(|entry| f(unsafe { &mut *entry }))
}
