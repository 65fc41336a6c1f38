//! The channel: one core under every channel that queues values.
//!
//! [`sync::mpsc`](crate::sync::mpsc) is a face of it, with one receiver, and [`chan`](crate::chan) another,
//! with several. The core keeps values, counts room, and queues whoever waits for either; a face decides
//! which handles exist, when the last of them is gone, and what the errors are called.
//!
//! # The parts
//!
//! [`State`] is everything that stands behind the lock, with one method per transition and no locking,
//! waking or waiting. [`Core`] locks it, runs a transition, unlocks, and wakes whom the transition
//! returned. The futures in [`claim`](super::claim) wait for room; [`lone`](super::lone) and
//! [`several`](super::several) are two ways to receive, and a channel uses one of them only.
//!
//! # Room
//!
//! A channel of capacity `n` has `n` slots, and each is in one of these places:
//!
//! | place | since | until |
//! |---|---|---|
//! | free | | a sender takes it, or it is handed to the first that waits |
//! | reserved | a sender took it without sending yet | it sends, or gives it back |
//! | queued | a value was sent | a receiver takes the value |
//! | in hand | a lone receiver took all queued values at once | it gives that value to its user |
//!
//! A slot is never free while a sender waits: whoever frees one hands it on, in order. So a `send` that
//! comes later cannot overtake one that waits, and needs to look only at the queue of waiters.
//!
//! The slots of a rendezvous channel are its receivers: [`several`](super::several) tells how.
//!
//! # Invariants
//!
//! 1. Values, wakers and user code are never touched under the lock, save for moving a value.
//! 2. free + reserved + queued + in hand = capacity.
//! 3. While a sender waits, no slot is free, and `WANTED` is set if anything is in hand.
//! 4. While a receiver waits, every queued value is kept for a receiver that was woken.
//! 5. A slot that was handed to a sender which is then dropped goes to the next; and so does a value that
//!    was kept for a receiver.
//!
//! # What was tried and failed
//!
//! Moving the value of a waiting sender into the queue when there is room, as Go does, saves it a pass
//! through the lock; but then a `send` that was dropped while it waited may have sent, and `select!`
//! over a `send` would lose count of what it sent.
//!
//! # What it does not know
//!
//! Tasks, the scheduler, and how many handles there are on either side.

use std::fmt;
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use std::task::Waker;

use super::state::{Refused, State};
use crate::util::sync::{AtomicBool, AtomicUsize, Mutex};
use crate::util::wake_batch::wake_all;

/// A capacity without a limit.
pub(crate) const UNBOUNDED: usize = usize::MAX;

/// The capacity of a channel that holds nothing.
pub(super) const RENDEZVOUS: usize = 0;

/// In `Core::in_hand`: senders wait for room.
pub(super) const WANTED: usize = 1;
/// In `Core::in_hand`: one value.
pub(super) const ONE: usize = 2;

/// | field | who reads and writes it |
/// |---|---|
/// | `limit` | constant |
/// | `in_hand` | the receiver subtracts; everything else happens under the lock |
/// | `occupied` | a hint: written under the lock, read by receivers before they take it |
/// | `state` | who has the lock |
pub(crate) struct Core<T> {
    pub(super) limit: usize,
    /// Twice the number of values in hand, plus [`WANTED`]. Unused without a limit.
    pub(super) in_hand: AtomicUsize,
    /// Whether values are queued.
    pub(super) occupied: AtomicBool,
    pub(super) state: Mutex<State<T>>,
}

impl<T> Core<T> {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit,
            in_hand: AtomicUsize::new(0),
            occupied: AtomicBool::new(false),
            state: Mutex::new(State::new(limit)),
        }
    }

    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state.lock().is_closed()
    }

    /// Free slots.
    pub(crate) fn room(&self) -> usize {
        let mut state = self.state.lock();
        self.refresh(&mut state);
        state.room()
    }

    /// Values that are queued; those in hand are the receiver's to count.
    pub(crate) fn queued(&self) -> usize {
        self.state.lock().queue.len()
    }

    /// Reserves `n` slots without waiting.
    pub(crate) fn try_reserve(&self, n: usize) -> Result<(), Refused> {
        self.reserve(&mut self.state.lock(), n)
    }

    /// Sends without waiting.
    #[inline]
    pub(crate) fn try_send(&self, value: T) -> Result<(), (Refused, T)> {
        let mut state = self.state.lock();
        if let Err(why) = self.reserve(&mut state, 1) {
            drop(state);
            return Err((why, value));
        }
        let pushed = self.push(&mut state, value);
        drop(state);
        wake(pushed.map_err(|value| (Refused::Closed, value))?);
        Ok(())
    }

    /// Sends in a slot that was reserved. The value is dropped if nobody can receive it.
    pub(crate) fn send_reserved(&self, value: T) {
        let mut state = self.state.lock();
        let pushed = self.push(&mut state, value);
        drop(state);
        if let Ok(waker) = pushed {
            wake(waker);
        }
    }

    /// Gives `n` reserved slots back.
    pub(crate) fn give_back(&self, n: usize) {
        if n == 0 {
            return;
        }
        self.state.lock().give_back(n);
        self.wake_others();
    }

    /// Refuses all that is not sent or reserved yet; says whether this call did it.
    pub(crate) fn close(&self) -> bool {
        let closed = self.state.lock().close();
        self.wake_others();
        closed
    }

    /// Says that no sender is left.
    pub(crate) fn senders_gone(&self) {
        self.state.lock().set_senders_gone();
        self.wake_others();
    }

    /// Says that no receiver is left, and drops the values that are queued.
    pub(crate) fn receivers_gone(&self) {
        let values = self.state.lock().set_receivers_gone();
        self.wake_others();
        drop(values);
    }

    /// Reserves `n` slots under the lock.
    #[inline]
    pub(super) fn reserve(&self, state: &mut State<T>, n: usize) -> Result<(), Refused> {
        match state.reserve(n) {
            Err(Refused::Full) if state.in_hand > 0 => {
                self.refresh(state);
                state.reserve(n)
            }
            result => result,
        }
    }

    /// Reserves `n` slots under the lock for one who queues if there are not as many.
    #[inline]
    pub(super) fn reserve_or_want(&self, state: &mut State<T>, n: usize) -> Result<(), Refused> {
        match state.reserve(n) {
            Err(Refused::Full) if state.in_hand > 0 => {
                state.in_hand = self.in_hand.fetch_or(WANTED, Acquire) / ONE;
                state.reserve(n)
            }
            result => result,
        }
    }

    /// Queues a value in a reserved slot, under the lock.
    #[inline]
    pub(super) fn push(&self, state: &mut State<T>, value: T) -> Result<Option<Waker>, T> {
        let pushed = state.push(value);
        if state.queue.len() == 1 {
            self.occupied.store(true, Relaxed);
        }
        pushed
    }

    /// Brings the state's number of values in hand up to date.
    pub(super) fn refresh(&self, state: &mut State<T>) {
        state.in_hand = self.in_hand.load(Acquire) / ONE;
    }

    /// Wakes all who have something to do because of a transition that concerns several.
    pub(super) fn wake_others(&self) {
        wake_all(&self.state, State::next);
    }
}

/// Wakes, outside of the lock.
#[inline]
pub(super) fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

impl<T> fmt::Debug for Core<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("limit", &self.limit)
            .field("queued", &self.queued())
            .field("is_closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}
