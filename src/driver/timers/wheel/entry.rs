//! What stands inside a waiting future and is linked into a wheel.
//!
//! | field | read by | written by |
//! |---|---|---|
//! | `deadline` | the owner; the wheel while linked | the owner, while not linked |
//! | `wheel` | the owner | the owner, as it is linked |
//! | `state` | anyone | the owner while not linked; the wheel while linked |
//! | `links` | the wheel while linked, else the owner | the same |
//!
//! The owner is whoever has the `Pin<&mut Entry>`. Both sides at once are needed to link an entry, to unlink it, and to
//! change its waker.
//!
//! # Orderings
//!
//! The wheel leaves `LINKED` by a Release store that meets the Acquire load of [`Entry::phase`]: what the wheel
//! did to the links happened before the owner frees or reuses them, without the lock. All other stores are
//! made by the owner with the wheel in hand, or while nobody else has a pointer: Relaxed.

use std::fmt;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::process;
use std::ptr::NonNull;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::task::Waker;

use super::place::Place;
use crate::driver::clock::Tick;
use crate::util::sync::{AtomicU8, UnsafeCell};

const IDLE: u8 = 0;
const LINKED: u8 = 1;
const ELAPSED: u8 = 2;
const CLOSED: u8 = 3;

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::driver) enum Phase {
    /// It has not been linked since it got its deadline.
    Idle,
    /// It waits in a wheel.
    Linked,
    /// Its deadline is over.
    Elapsed,
    /// Its wheel was closed before its deadline.
    Closed,
}

pub(super) type Link = Option<NonNull<Entry>>;

/// The place of one waiting future in a wheel.
pub(in crate::driver) struct Entry {
    deadline: Tick,
    links: UnsafeCell<Links>,
    /// Number of the wheel that it was linked into last.
    wheel: u32,
    state: AtomicU8,
    _pinned: PhantomPinned,
}

/// What the wheel alone may touch.
#[derive(Default)]
pub(super) struct Links {
    pub(super) prev: Link,
    pub(super) next: Link,
    pub(super) waker: Option<Waker>,
    pub(super) place: Place,
}

// SAFETY: what another thread reaches in an entry is what its wheel may touch (2), and a waker is `Send`.
unsafe impl Send for Entry {}
// SAFETY: a shared reference reads the deadline, which nobody writes meanwhile, and an atomic.
unsafe impl Sync for Entry {}

impl Entry {
    pub(in crate::driver) fn new(deadline: Tick) -> Self {
        Self {
            deadline,
            links: UnsafeCell::new(Links::default()),
            wheel: 0,
            state: AtomicU8::new(IDLE),
            _pinned: PhantomPinned,
        }
    }

    #[inline]
    pub(in crate::driver) fn deadline(&self) -> Tick {
        self.deadline
    }

    #[inline]
    pub(in crate::driver) fn phase(&self) -> Phase {
        match self.state.load(Acquire) {
            IDLE => Phase::Idle,
            LINKED => Phase::Linked,
            ELAPSED => Phase::Elapsed,
            CLOSED => Phase::Closed,
            other => unreachable!("a timer's entry has the state {other}"),
        }
    }

    /// Gives an entry that is not linked another deadline, and makes it idle.
    ///
    /// # Panics
    ///
    /// Panics if the entry is linked.
    pub(in crate::driver) fn set_deadline(self: Pin<&mut Self>, deadline: Tick) {
        assert!(self.phase() != Phase::Linked, "a linked timer got another deadline");
        self.state.store(IDLE, Relaxed);
        // SAFETY: an integer is written, nothing is moved out of the pin (1); nobody else has a pointer (3).
        unsafe { self.get_unchecked_mut() }.deadline = deadline;
    }

    /// Makes an entry that is not linked a member of a wheel, and returns the pointer for its ring.
    pub(super) fn enter(mut self: Pin<&mut Self>, wheel: u32) -> NonNull<Self> {
        assert!(self.phase() != Phase::Linked, "a timer was linked twice");
        // SAFETY: an integer is written, nothing is moved out of the pin (1); nobody else has a pointer (3).
        unsafe { self.as_mut().get_unchecked_mut() }.wheel = wheel;
        self.state.store(LINKED, Relaxed);
        NonNull::from(self.as_ref().get_ref())
    }

    /// The pointer to an entry that is linked into the wheel of this number, if it still is.
    ///
    /// # Panics
    ///
    /// Panics if it is linked into another.
    #[inline]
    pub(super) fn member(self: Pin<&mut Self>, wheel: u32) -> Option<NonNull<Self>> {
        if self.phase() != Phase::Linked {
            return None;
        }
        assert_eq!(self.wheel, wheel, "a timer was looked for in a wheel it is not in");
        Some(NonNull::from(self.as_ref().get_ref()))
    }

    /// An entry that is not linked learns that its deadline had been over already.
    pub(super) fn mark_elapsed(self: Pin<&mut Self>) {
        assert!(self.phase() != Phase::Linked, "a timer was linked twice");
        self.state.store(ELAPSED, Relaxed);
    }

    /// An entry that is not linked learns that it will not be.
    ///
    /// # Panics
    ///
    /// Panics if the entry is linked.
    pub(in crate::driver) fn mark_closed(self: Pin<&mut Self>) {
        assert!(self.phase() != Phase::Linked, "a linked timer learns it from its wheel");
        self.state.store(CLOSED, Relaxed);
    }
}

/// Why an entry leaves its wheel.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub(super) enum Leave {
    /// Its owner took it out.
    Idle = IDLE,
    Elapsed = ELAPSED,
    Closed = CLOSED,
}

/// The deadline of a linked entry.
///
/// # Safety
///
/// The entry is linked, and the caller has its wheel (1, 2).
#[inline(always)]
pub(super) unsafe fn deadline(entry: NonNull<Entry>) -> Tick {
    // SAFETY: the entry is valid (1), and its deadline constant (2).
    unsafe { (*entry.as_ptr()).deadline }
}

/// Runs `f` on the links of an entry.
///
/// # Safety
///
/// The entry is linked, and the caller has its wheel (1, 2). `f` does not reach another entry's links.
#[inline(always)]
pub(super) unsafe fn with<R>(entry: NonNull<Entry>, f: impl FnOnce(&mut Links) -> R) -> R {
    // SAFETY: the entry is valid (1).
    let links = unsafe { &(*entry.as_ptr()).links };
    // SAFETY: the caller has the right to the links (2), and `f` borrows them once.
    links.with_mut(|links| f(unsafe { &mut *links }))
}

/// Leaves the state `LINKED`. The memory may vanish with it, so this comes last.
///
/// # Safety
///
/// The entry was linked and stands in no ring any more, and the caller has its wheel (1, 2).
#[inline(always)]
pub(super) unsafe fn leave(entry: NonNull<Entry>, why: Leave) {
    // SAFETY: the entry is valid until the store (1, 3); only the atomic itself is borrowed.
    unsafe { (*entry.as_ptr()).state.store(why as u8, Release) };
}

impl Drop for Entry {
    #[inline]
    fn drop(&mut self) {
        if self.phase() == Phase::Linked {
            abandoned();
        }
    }
}

/// Unwinding would free an entry that a ring still points to (1).
#[cold]
fn abandoned() -> ! {
    eprintln!("gosched: a timer was dropped without leaving the wheel that it was linked into");
    process::abort()
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("deadline", &self.deadline)
            .field("phase", &self.phase())
            .finish_non_exhaustive()
    }
}
