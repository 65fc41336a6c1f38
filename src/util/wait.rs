//! How a future waits in a [`WaitList`] behind a lock, and how it stops waiting.
//!
//! Both halves are hard to get right once and would be written wrong in the tenth primitive, so they
//! stand here and nowhere else. A primitive gives its lock, the way to its list, and what it does
//! under the lock; it never sees a waker while it holds the lock.
//!
//! # The two sides
//!
//! The waiting side, [`poll`]:
//!
//! 1. locks;
//! 2. asks what became of its waiter: if it is still queued, it makes sure that its newest waker is
//!    the one in the list, and returns `Pending`;
//! 3. else lets the primitive try; success ends the wait;
//! 4. else queues the waiter, with a clone of the waker that was made before step 1. The first time
//!    round there is none, unless the caller saw it coming (`early`): it unlocks, clones, and begins
//!    again at step 1.
//!
//! The waking side, in the primitive:
//!
//! 1. locks, and changes the state;
//! 2. writes into the note of the first waiter what it hands over, and takes it off the list;
//! 3. unlocks, and only then wakes.
//!
//! Since steps 2 to 4 are under one lock, the waking side comes before them, and the waiter sees the
//! changed state, or after them, and finds the waiter in the list. The clone between two rounds is
//! under no lock, but what was seen before it counts for nothing after it.
//!
//! A future that is dropped calls [`cancel`]. If its waiter is still queued it is unlinked, and no
//! wake-up was spent on it. If it was woken, what it was handed would be lost: the primitive gets the
//! note back, under the lock, and passes it on.
//!
//! # Invariants
//!
//! 1. No waker is cloned, dropped or woken under the lock: a waker is foreign code, which may panic or
//!    come back to the same primitive.
//! 2. A note is read once: by the `attempt` after the wake-up, or by `settle`.
//! 3. What `attempt` or `settle` returns reaches the primitive, even if a waker that is not needed any more panics when
//!    it is dropped: it may be a value, or what the next in the list waits for.
//!
//! # What was tried and failed
//!
//! Cloning the waker before every lock is one pass shorter, but costs two operations on the task's
//! reference count each time that there is no need to wait, which is nearly always.

use std::pin::Pin;
use std::task::{Poll, Waker};

use crate::util::contain::contain;
use crate::util::sync::Mutex;
use crate::util::wait_list::{Found, Left, WaitList, Waiter};

/// What a primitive found when it tried to end a wait.
#[derive(Debug)]
pub(crate) enum Attempt<R, N> {
    /// The wait is over.
    Done(R),
    /// The task has to wait, with this note.
    Wait(N),
}

/// A waker that is not needed any more: its panics go no further (3).
struct Spare(Option<Waker>);

impl Drop for Spare {
    #[inline]
    fn drop(&mut self) {
        if let Some(waker) = self.0.take() {
            contain(|| drop(waker));
        }
    }
}

/// Polls a wait: see the module's prose. `attempt` gets the note that the waiter was woken with.
///
/// `attempt` may be called twice, the second time without the note: what it was handed must end the
/// wait, or be of no value.
#[inline]
pub(crate) fn poll<S, N, R>(
    lock: &Mutex<S>,
    list: impl Fn(&mut S) -> &mut WaitList<N>,
    mut waiter: Pin<&mut Waiter<N>>,
    waker: &Waker,
    early: bool,
    mut attempt: impl FnMut(&mut S, Option<N>) -> Attempt<R, N>,
) -> Poll<R> {
    // Declared before the guard, and so dropped after it, on every way out.
    let mut spare = Spare(early.then(|| waker.clone()));
    loop {
        let mut state = lock.lock();
        let handed = match list(&mut state).find(waiter.as_mut()) {
            Found::Waiting => {
                if list(&mut state).set_waker(waiter.as_mut(), waker, &mut spare.0) {
                    return Poll::Pending;
                }
                drop(state);
                spare.0 = Some(waker.clone());
                continue;
            }
            Found::Woken(note) => Some(note),
            Found::Idle => None,
        };
        let note = match attempt(&mut state, handed) {
            Attempt::Done(result) => return Poll::Ready(result),
            Attempt::Wait(note) => note,
        };
        if let Some(waker) = spare.0.take() {
            list(&mut state).push_back(waiter, waker, note);
            return Poll::Pending;
        }
        drop(state);
        spare.0 = Some(waker.clone());
    }
}

/// Ends a wait whose future is dropped: see the module's prose.
///
/// `settle` gets the waiter's note, which tells what it was handed if it was; it is not called for a
/// waiter that was in no list. What it returns is for after the lock.
pub(crate) fn cancel<S, N, R>(
    lock: &Mutex<S>,
    list: impl Fn(&mut S) -> &mut WaitList<N>,
    waiter: Pin<&mut Waiter<N>>,
    settle: impl FnOnce(&mut S, N) -> R,
) -> Option<R> {
    if waiter.is_idle() {
        return None;
    }
    // Declared before the guard, and so dropped after it.
    let _waker;
    let mut state = lock.lock();
    match list(&mut state).remove(waiter) {
        Left::Idle => None,
        Left::Waiting(waker, note) => {
            _waker = Spare(Some(waker));
            Some(settle(&mut state, note))
        }
        Left::Woken(note) => Some(settle(&mut state, note)),
    }
}
