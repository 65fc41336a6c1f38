//! A broadcast channel's lock, and who is woken when.
//!
//! Two things can go wrong here besides those of any channel. All receivers are woken for each value, and a
//! receiver that runs at once may wait again, for the next value, while others are still being woken: whoever wakes
//! "all that wait" may never come to an end. And a slow receiver loses values, which it must learn of exactly. The
//! second is arithmetic under the lock ([`state`](super::state)); the first is what this file is about.
//!
//! # The two sides
//!
//! A receiver, in `recv`:
//!
//! 1. locks;
//! 2. takes the value at its cursor, or the news that it lagged or that no value will come: unlocks, and is ready;
//! 3. else queues, with its cursor as note, and unlocks.
//!
//! A sender:
//!
//! 1. locks, queues the value with the next number, unlocks;
//! 2. locks, takes waiters off the front of the list while their notes are not above its number, unlocks, and wakes
//!    them; as often as there are more than one batch of wakers holds.
//!
//! The last sender does the same with "closed" for the value, and any number for its number.
//!
//! All is under one lock. If the sender's first step comes before the receiver's second, the receiver finds the
//! value. If it comes after the receiver's third, the sender finds the waiter, whose note is not above its number:
//! the note was the next number when it was queued, and numbers only grow. A receiver that got this value and waits
//! again notes a higher number, and so does any that comes later, so the sender's second step comes to an end, and
//! wakes nobody for nothing. Of two senders in their second steps each may wake those that the other came for; none
//! is left, since the one with the higher number takes all that both came for. After the last sender nobody queues
//! any more.
//!
//! All that waited for a value are woken for it, so one that is dropped then has nothing to hand on; and it has
//! received nothing, since its cursor moves only in the poll that is ready.
//!
//! Those who wait for the last receiver to go look at the number of receivers and queue under the lock, too, and who
//! drops the last one locks to say so. When they are polled there may be a new receiver: then they wait again.
//!
//! # Orderings
//!
//! All orderings are those of the lock and, for a value that is cloned outside of it, of its
//! [`place`](super::value). `next` is a hint that orders nothing: a receiver that is misled by an old number clones
//! its waker in vain, or only after a look under the lock.
//!
//! # What was rejected
//!
//! - A lock for each value, under which it is cloned, without one for all: then a sender that wants to take a value
//!   away waits for a clone, and a clone that sends to the channel waits for itself.
//! - A count, at each value, of the receivers that have yet to receive it: then a receiver that is dropped has to go
//!   through all the values that it has not received. That each is counted at one place says the same.

use std::pin::Pin;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Poll, Waker};

use super::state::{Nothing, State};
use super::value::Taken;
use crate::sync::senders;
use crate::util::sync::{AtomicU64, Mutex};
use crate::util::wait::{self, Attempt};
use crate::util::wait_list::Waiter;
use crate::util::wake_batch::wake_all;

/// | field | who reads and writes it |
/// |---|---|
/// | `next` | a hint: the state's, written under the lock, read by receivers before they take it |
/// | `state` | who has the lock |
pub(super) struct Channel<T> {
    next: AtomicU64,
    state: Mutex<State<T>>,
}

impl<T> Channel<T> {
    pub(super) fn new(capacity: usize) -> Self {
        Self { next: AtomicU64::new(0), state: Mutex::new(State::new(capacity)) }
    }

    /// Counts a new receiver, and returns its cursor.
    pub(super) fn subscribe(&self) -> u64 {
        self.state.lock().subscribe()
    }

    /// Forgets the receiver with this cursor, and drops what nobody else has yet to receive.
    pub(super) fn unsubscribe(&self, cursor: u64) {
        let mut state = self.state.lock();
        let released = state.leave(cursor);
        let is_last = state.receivers() == 0;
        drop(state);
        if is_last {
            wake_all(&self.state, State::next_closing);
        }
        drop(released);
    }

    /// Sends to all receivers, and returns their number; or the value, if there is none.
    pub(super) fn send(&self, value: T) -> Result<usize, T> {
        let mut state = self.state.lock();
        let result = state.send(value);
        if let Ok(sent) = &result {
            self.next.store(sent.number + 1, Relaxed);
        }
        drop(state);
        let sent = result?;
        if sent.is_awaited {
            self.wake_waiting(sent.number);
        }
        drop(sent.oldest);
        Ok(sent.receivers)
    }

    /// Wakes all who wait for this value or for one before it.
    fn wake_waiting(&self, number: u64) {
        wake_all(&self.state, |state| state.next_waiting(number));
    }

    /// Receives without waiting.
    pub(super) fn try_recv(&self, cursor: &mut u64) -> Result<Taken<T>, Nothing> {
        self.state.lock().receive(cursor)
    }

    /// Receives, or waits for a value; the error is never that there is none yet.
    pub(super) fn poll_recv(
        &self,
        cursor: &mut u64,
        waiter: Pin<&mut Waiter<u64>>,
        waker: &Waker,
    ) -> Poll<Result<Taken<T>, Nothing>> {
        let will_wait = self.next.load(Relaxed) == *cursor;
        let attempt = |state: &mut State<T>, _| match state.receive(cursor) {
            Err(Nothing::Yet) => Attempt::Wait(state.next()),
            received => Attempt::Done(received),
        };
        wait::poll(&self.state, State::waiting, waiter, waker, will_wait, attempt)
    }

    /// Takes a receiver's waiter out, before it is dropped.
    pub(super) fn cancel_recv(&self, waiter: Pin<&mut Waiter<u64>>) {
        wait::cancel(&self.state, State::waiting, waiter, |_, _| ());
    }

    /// Waits until there is no receiver.
    pub(super) fn poll_closed(&self, waiter: Pin<&mut Waiter<()>>, waker: &Waker) -> Poll<()> {
        let attempt = |state: &mut State<T>, _| match state.receivers() {
            0 => Attempt::Done(()),
            _ => Attempt::Wait(()),
        };
        wait::poll(&self.state, State::closing, waiter, waker, true, attempt)
    }

    /// Takes the waiter of [`poll_closed`](Self::poll_closed) out, before it is dropped.
    pub(super) fn cancel_closed(&self, waiter: Pin<&mut Waiter<()>>) {
        wait::cancel(&self.state, State::closing, waiter, |_, ()| ());
    }

    /// Values in the channel.
    pub(super) fn len(&self) -> usize {
        self.state.lock().len()
    }

    /// The number of the value that is sent next.
    pub(super) fn next(&self) -> u64 {
        self.state.lock().next()
    }

    pub(super) fn receivers(&self) -> usize {
        self.state.lock().receivers()
    }
}

impl<T> senders::Channel for Channel<T> {
    fn senders_gone(&self) {
        self.state.lock().set_closed();
        self.wake_waiting(u64::MAX);
    }
}
