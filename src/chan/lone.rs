//! A lone receiver, which takes all that is queued at once.
//!
//! A lone receiver does not lock for every value. When it finds several it takes them all, into an
//! inbox of its own, and the next ones come from there. But they still occupy their slots, or a channel
//! of capacity `n` would hold `2n`; and a sender that waits for room must be let in when the user gets
//! the next value, not when the inbox is empty. So their number stands in an atomic word beside the
//! lock, with a bit `WANTED` that says that senders wait:
//!
//! - The receiver, giving a value from the inbox, subtracts one. If that step saw `WANTED`, it takes
//!   the lock, brings the state's copy of the number up to date, and hands out the room there is. If
//!   nobody waits any more it clears the bit.
//! - A sender that finds no room, under the lock, sets `WANTED`, and learns the number in the same
//!   step. If that makes room it goes on, else it queues.
//!
//! Both are changes of one word, so one comes first: the subtraction, and the sender sees the room; or
//! the bit, and the receiver takes the lock, which the sender holds until it has queued. The state's
//! copy is only ever too high, since all but the receiver's subtraction happens under the lock.
//!
//! The subtraction releases and the sender's look acquires: as in Go, the k-th receive happens before
//! the send that it made room for completes. Nothing in here depends on that.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::Ordering::{Relaxed, Release};
use std::task::{Context, Poll, Waker, ready};

use super::core::{Core, ONE, UNBOUNDED, WANTED, wake};
use super::state::{Nothing, Promise, State};
use crate::coop::{self, WaitReason};
use crate::util::wait::{self, Attempt};
use crate::util::wait_list::Waiter;
use crate::util::wake_batch::wake_all;

/// An inbox with more room than this is given up when it is empty.
const KEEP: usize = 1024;

/// The values that a lone receiver has in hand.
pub(crate) type Inbox<T> = VecDeque<T>;

impl<T> Core<T> {
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
        waiter: Pin<&mut Waiter<Promise>>,
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
        waiter: Pin<&mut Waiter<Promise>>,
        waker: &Waker,
    ) -> Poll<Option<T>> {
        let empty = !self.occupied.load(Relaxed);
        if empty && inbox.capacity() > KEEP {
            *inbox = Inbox::new();
        }
        let attempt = |state: &mut State<T>, _| match self.take_queued(state, inbox) {
            Ok((value, waker)) => Attempt::Done((Some(value), waker)),
            Err(Nothing::Ever) => Attempt::Done((None, None)),
            Err(Nothing::Yet) => Attempt::Wait(Promise::default()),
        };
        let polled = wait::poll(&self.state, State::receivers, waiter, waker, empty, attempt);
        let (value, sender) = ready!(coop::waits(WaitReason::ChannelReceive, polled));
        wake(sender);
        Poll::Ready(value)
    }

    /// Takes a receiver's waiter out, before it is dropped.
    pub(crate) fn leave(&self, waiter: Pin<&mut Waiter<Promise>>) {
        wait::cancel(&self.state, State::receivers, waiter, |_, _| ());
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
        state.promised = 0; // all values are its own
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
}
