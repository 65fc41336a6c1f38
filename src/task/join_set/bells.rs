//! Which members have rung, and who is to be told.
//!
//! To find the member that has ended, a set must not ask all of them. So each member carries a *bell*, which rings when its
//! future is dropped: then its place in the set goes to the end of a queue, and whoever waits in `JoinSet::join_next` is
//! woken. To join takes the first place from that queue, however many members there are. The bell is part of the task's own
//! future, so a member costs no allocation beside its task, and what is dropped unpolled rings too.
//!
//! # A bell rings a moment too early
//!
//! A task drops its future, then publishes its outcome; the bell rings in between. So one that has rung may have no outcome
//! yet. Its place is then kept in a list of *late* ones, whose handles are polled by whoever waits, and so wake him; the
//! list holds as many as there are threads between those two steps, that is next to none. It is emptied before the queue.
//!
//! # No end is missed
//!
//! The queue of places and the waker of who waits are behind one lock. *Ringing*: 1. locks; 2. adds its place, and
//! takes the waker; 3. unlocks, and wakes. *Waiting*: 1. locks; 2. takes a place if there is one; 3. else leaves a waker that
//! was cloned before step 1, for which it may have to unlock and begin again. Steps 2 and 3 of the waiting side are under one
//! lock, so a bell rings before them, and its place is there, or after them, and finds the waker.
//!
//! # Numbers of places
//!
//! A place is given to another member when its last one was joined, which is after it has rung. Only where spawning panics,
//! for want of a thread or of a `LocalSet`, has a bell rung for a member that never was; its number is found vacant later, or taken by another that
//! is then looked at too early, as a late one. So a number in the queue is a hint: nothing depends on how often it is there.

use std::collections::VecDeque;
use std::fmt;
use std::task::{Context, Poll, Waker};

use crate::util::contain::contain;
use crate::util::sync::{Arc, Mutex};

/// What the members of one set share with it. See the module's prose for the steps.
pub(super) struct Bells(Mutex<State>);

struct State {
    /// The places of those that have rung.
    rung: VecDeque<usize>,
    /// Of who waits for one.
    waker: Option<Waker>,
}

impl Bells {
    pub(super) fn new() -> Self {
        Self(Mutex::new(State { rung: VecDeque::new(), waker: None }))
    }

    /// Makes room for so many places, so that ringing needs no memory.
    pub(super) fn reserve(&self, members: usize) {
        let mut state = self.0.lock();
        let more = members.saturating_sub(state.rung.len());
        state.rung.reserve(more);
    }

    /// The place of a member that has rung, if any has.
    pub(super) fn take(&self) -> Option<usize> {
        self.0.lock().rung.pop_front()
    }

    /// Waits for the place of a member that has rung. Only one task at a time may wait.
    pub(super) fn poll(&self, cx: &mut Context<'_>) -> Poll<usize> {
        let mut state = self.0.lock();
        if let Some(place) = state.rung.pop_front() {
            return Poll::Ready(place);
        }
        if state.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            return Poll::Pending;
        }
        drop(state);
        // Dropped after the lock, on every way out.
        let mut waker = Some(cx.waker().clone());
        let mut state = self.0.lock();
        if let Some(place) = state.rung.pop_front() {
            return Poll::Ready(place);
        }
        std::mem::swap(&mut state.waker, &mut waker);
        Poll::Pending
    }

    fn ring(&self, place: usize) {
        let mut state = self.0.lock();
        state.rung.push_back(place);
        let waker = state.waker.take();
        drop(state);
        contain(|| waker.into_iter().for_each(Waker::wake));
    }
}

impl fmt::Debug for Bells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bells").field("rung", &self.0.lock().rung.len()).finish_non_exhaustive()
    }
}

/// Rings when it is dropped.
#[derive(Debug)]
pub(super) struct Bell {
    bells: Arc<Bells>,
    place: usize,
}

impl Bell {
    pub(super) fn new(bells: Arc<Bells>, place: usize) -> Self {
        Self { bells, place }
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.bells.ring(self.place);
    }
}
