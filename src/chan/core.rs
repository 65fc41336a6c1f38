//! A channel's lock, and the word beside it; see the [module](super) for the protocol.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::task::{Context, Poll, Waker, ready};

use super::state::{Refused, State};
use crate::coop;
use crate::util::sync::{AtomicBool, AtomicUsize, Mutex};
use crate::util::wait::{self, Attempt};
use crate::util::wait_list::Waiter;
use crate::util::wake_batch::wake_all;

/// A capacity without a limit.
pub(crate) const UNBOUNDED: usize = usize::MAX;

/// An inbox with more room than this is given up when it is empty.
const KEEP: usize = 1024;

/// In `Core::in_hand`: senders wait for room.
const WANTED: usize = 1;
/// In `Core::in_hand`: one value.
const ONE: usize = 2;

/// The values that a lone receiver has in hand.
pub(crate) type Inbox<T> = VecDeque<T>;

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nothing {
    Yet,
    /// None will come.
    Ever,
}

/// | field | who reads and writes it |
/// |---|---|
/// | `limit` | constant |
/// | `in_hand` | the receiver subtracts; everything else happens under the lock |
/// | `occupied` | a hint: written under the lock, read by receivers before they take it |
/// | `state` | who has the lock |
pub(crate) struct Core<T> {
    limit: usize,
    /// Twice the number of values in hand, plus [`WANTED`]. Unused without a limit.
    in_hand: AtomicUsize,
    /// Whether values are queued.
    occupied: AtomicBool,
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

    /// Refuses all that is not sent or reserved yet.
    pub(crate) fn close(&self) {
        self.state.lock().close();
        self.wake_others();
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

    /// Receives without waiting, for a lone receiver.
    pub(crate) fn try_recv(&self, inbox: &mut Inbox<T>) -> Result<T, Nothing> {
        if let Some(value) = self.take_in_hand(inbox) {
            return Ok(value);
        }
        let mut state = self.state.lock();
        let taken = self.take_queued(&mut state, inbox);
        drop(state);
        let (value, waker) = taken?;
        wake(waker);
        Ok(value)
    }

    /// Receives, for a lone receiver; `None` if no value will come.
    #[inline]
    pub(crate) fn poll_recv(
        &self,
        inbox: &mut Inbox<T>,
        waiter: Pin<&mut Waiter<()>>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<T>> {
        let unit = ready!(coop::poll_proceed(cx));
        let value = match self.take_in_hand(inbox) {
            Some(value) => Some(value),
            None => ready!(self.poll_queued(inbox, waiter, cx.waker())),
        };
        unit.made_progress();
        Poll::Ready(value)
    }

    fn poll_queued(
        &self,
        inbox: &mut Inbox<T>,
        waiter: Pin<&mut Waiter<()>>,
        waker: &Waker,
    ) -> Poll<Option<T>> {
        let empty = !self.occupied.load(Relaxed);
        if empty && inbox.capacity() > KEEP {
            *inbox = Inbox::new();
        }
        let attempt = |state: &mut State<T>, _| match self.take_queued(state, inbox) {
            Ok((value, waker)) => Attempt::Done((Some(value), waker)),
            Err(Nothing::Ever) => Attempt::Done((None, None)),
            Err(Nothing::Yet) => Attempt::Wait(()),
        };
        let (value, sender) =
            ready!(wait::poll(&self.state, State::receivers, waiter, waker, empty, attempt));
        wake(sender);
        Poll::Ready(value)
    }

    /// Takes a receiver's waiter out, before it is dropped.
    pub(crate) fn leave(&self, waiter: Pin<&mut Waiter<()>>) {
        wait::cancel(&self.state, State::receivers, waiter, |_, ()| ());
    }

    /// Receives up to `limit` values that are there, for a lone receiver.
    pub(crate) fn try_recv_many(
        &self,
        inbox: &mut Inbox<T>,
        buffer: &mut Vec<T>,
        limit: usize,
    ) -> usize {
        let mut taken = self.take_many_in_hand(inbox, buffer, limit);
        if taken < limit
            && self.occupied.load(Relaxed)
            && let Ok(value) = self.try_recv(inbox)
        {
            buffer.push(value);
            taken += 1 + self.take_many_in_hand(inbox, buffer, limit - taken - 1);
        }
        taken
    }

    fn take_many_in_hand(&self, inbox: &mut Inbox<T>, buffer: &mut Vec<T>, limit: usize) -> usize {
        let n = inbox.len().min(limit);
        buffer.extend(inbox.drain(..n));
        if n > 0 && self.limit != UNBOUNDED {
            let before = self.in_hand.fetch_sub(n * ONE, Release);
            if before & WANTED != 0 {
                self.hand_out_all();
            }
        }
        n
    }

    /// The next value in hand.
    #[inline]
    fn take_in_hand(&self, inbox: &mut Inbox<T>) -> Option<T> {
        let value = inbox.pop_front()?;
        if self.limit != UNBOUNDED && self.in_hand.fetch_sub(ONE, Release) & WANTED != 0 {
            self.hand_out();
        }
        Some(value)
    }

    /// Hands on the slot of a value that was in hand, and brings `WANTED` up to date.
    #[cold]
    fn hand_out(&self) {
        let mut state = self.state.lock();
        self.refresh(&mut state);
        let waker = state.next_sender();
        if !state.is_wanted() {
            self.in_hand.fetch_and(!WANTED, Relaxed);
        }
        drop(state);
        wake(waker);
    }

    /// As [`hand_out`](Self::hand_out), for several slots.
    pub(super) fn hand_out_all(&self) {
        wake_all(&self.state, |state| {
            self.refresh(state);
            state.next_sender()
        });
    }

    /// Takes the next value, and if there are more, all of them in hand.
    #[inline]
    fn take_queued(
        &self,
        state: &mut State<T>,
        inbox: &mut Inbox<T>,
    ) -> Result<(T, Option<Waker>), Nothing> {
        debug_assert!(inbox.is_empty(), "values were taken while others are in hand");
        let Some(value) = state.queue.pop_front() else {
            return Err(if state.is_finished() { Nothing::Ever } else { Nothing::Yet });
        };
        state.in_hand = 0;
        if !state.queue.is_empty() {
            std::mem::swap(&mut state.queue, inbox);
        }
        self.occupied.store(false, Relaxed);
        if self.limit == UNBOUNDED {
            return Ok((value, None));
        }
        state.in_hand = inbox.len();
        let waker = state.next_sender();
        let wanted = if state.is_wanted() { WANTED } else { 0 };
        self.in_hand.store(inbox.len() * ONE + wanted, Relaxed);
        Ok((value, waker))
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
    fn refresh(&self, state: &mut State<T>) {
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
