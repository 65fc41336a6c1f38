//! Which members have rung, and who is to be told.

use std::collections::VecDeque;
use std::fmt;
use std::task::{Context, Poll, Waker};

use crate::util::contain::contain;
use crate::util::sync::{Arc, Mutex};

/// What the members of one set share with it. The steps are in the module's prose.
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
