//! Several receivers, which take one value each.
//!
//! # Kept values
//!
//! A receiver that waits is woken when a value is queued, and takes it when it is polled. In between
//! another receiver may come by, or the woken one may be dropped. So the value is *kept* for the one that
//! was woken:
//!
//! | step, each under the lock | what it does |
//! |---|---|
//! | *push* | queues a value; takes the first receiver off the list and writes `kept` into its note |
//! | *take, with `kept`* | takes the front of the queue |
//! | *take, without* | the same, if more values are queued than are kept; else the receiver queues |
//! | *leave, with `kept`* | writes `kept` into the note of the next receiver; if none waits, the value is anybody's |
//! | *leave, without* | takes the receiver off the list |
//!
//! Values that are kept are counted, not marked: whoever is polled first takes the first, so they are
//! received in the order in which they were sent, and each receiver that was woken finds one. While a
//! receiver waits there is no value that is not kept (invariant 4 of the [core](super::core)): *push* and
//! *leave* keep it for that receiver, and one that comes queues only if all are kept. So nobody overtakes
//! a receiver that waits.
//!
//! The end of the channel is told when the queue is empty, not when the last value is kept: the receiver
//! that it is kept for may leave. Whoever takes that last value wakes the others.
//!
//! # Rendezvous
//!
//! A channel of capacity 0 has no slot of its own. A receiver that waits is one: the number of slots is
//! that of the receivers that are *asking*, which is from when they queue until they take a value or
//! leave.
//!
//! - The receiver comes first: it queues. The sender finds a free slot, pushes, and is ready in that poll.
//! - The sender comes first: it queues, with its value. The receiver queues, which hands a slot to the sender
//!   in the same step; the sender is woken, pushes, and is ready; the receiver is woken, and takes.
//!
//! Either way a value changes hands in the poll in which its `send` is ready, so a sender that is dropped
//! before takes its value away. What it had of a slot goes to the next sender, since the receiver still asks.
//!
//! A receiver that leaves takes its slot along if it is free. If it is reserved the sender was woken for it,
//! and keeps it; if it holds a value, that was sent. Neither can be taken back, since a sender may not wait
//! again after it was let in, nor fail after it was ready. So the slot stays until its value is taken, by the
//! next receiver that waits, or by the first that comes, which finds it there at once. In the meantime more slots may be in use
//! than receivers ask; then there is no room.
//!
//! `try_recv` asks for as long as it has the lock. The first sender gets a slot by that, and a later `try_recv` finds its
//! value. While such a slot is in use it gives no second one, or a loop of `try_recv` would let in all senders.
//!
//! # What was tried and failed
//!
//! - Waking a receiver without keeping the value: a receiver that comes by takes it, and the woken one goes to the end of
//!   the queue.
//! - Moving the value into the waiting receiver, as Go does: one that leaves has to put it back in front of values that
//!   others may have taken from already.
//! - A rendezvous in which the receiver takes the value out of the waiting sender, as Go does: the send is over while its
//!   future still waits, and a `select!` that drops it then has sent what it believes it kept.
//! - Taking the slot of a sender back when its receiver leaves: a `select!` that polls a `recv` beside a branch that is
//!   always ready would let the sender in and take its slot back for ever. And there would be no gain: the
//!   same receiver may leave just after the sender was ready.

use std::pin::Pin;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, Waker, ready};

use pin_project_lite::pin_project;

use super::core::{Core, RENDEZVOUS, wake};
use super::state::{Nothing, Promise, State};
use crate::coop::{self, WaitReason};
use crate::util::wait::{self, Attempt};
use crate::util::wait_list::Waiter;

impl<T> Core<T> {
    /// Receives the next value, as one of several; `None` if none will come.
    #[inline]
    pub(crate) fn recv(&self) -> Recv<'_, T> {
        Recv { core: self, waiter: Waiter::new() }
    }

    /// Receives without waiting, as one of several.
    pub(crate) fn try_take(&self) -> Result<T, Nothing> {
        let mut state = self.state.lock();
        let taken = self.take(&mut state, None);
        let (sender, is_drained) = match &taken {
            Ok(_) => (state.next_sender(), state.is_drained()),
            Err(_) => (self.ask_for_now(&mut state), false),
        };
        drop(state);
        self.after_take(sender, is_drained);
        taken
    }

    /// Polls a receiver, one of several.
    #[inline]
    pub(crate) fn poll_take(
        &self,
        waiter: Pin<&mut Waiter<Promise>>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<T>> {
        let unit = ready!(coop::poll_proceed(cx));
        // An idle waiter of a rendezvous must get into the list in the first attempt, since that counts it.
        let waits = self.limit == RENDEZVOUS || !self.occupied.load(Relaxed);
        let early = waits && waiter.is_idle();
        let (mut sender, mut is_drained) = (None, false);
        let attempt = |state: &mut State<T>, woken| match self.take(state, woken) {
            Ok(value) => {
                (sender, is_drained) = (state.next_sender(), state.is_drained());
                Attempt::Done(Some(value))
            }
            Err(Nothing::Ever) => Attempt::Done(None),
            Err(Nothing::Yet) => {
                sender = state.ask();
                Attempt::Wait(Promise::default())
            }
        };
        let polled = wait::poll(&self.state, State::receivers, waiter, cx.waker(), early, attempt);
        let polled = coop::waits(WaitReason::ChannelReceive, polled);
        self.after_take(sender, is_drained);
        if polled.is_ready() {
            unit.made_progress();
        }
        polled
    }

    /// Takes one of several receivers out, before it is dropped, and passes on what was kept for it.
    pub(crate) fn leave_several(&self, waiter: Pin<&mut Waiter<Promise>>) {
        let next = wait::cancel(&self.state, State::receivers, waiter, |state, promise| {
            state.stop_asking();
            state.renounce(&promise)
        });
        wake(next.flatten());
    }

    /// Takes a value under the lock, for a receiver that was woken with `woken` if it waited.
    #[inline]
    fn take(&self, state: &mut State<T>, woken: Option<Promise>) -> Result<T, Nothing> {
        if woken.is_some() {
            state.stop_asking();
        }
        let taken = state.take(&woken.unwrap_or_default());
        if taken.is_ok() && state.queue.is_empty() {
            self.occupied.store(false, Relaxed);
        }
        taken
    }

    /// Makes a slot of a rendezvous for the first sender, if there is no other that nobody asks for.
    #[cold]
    fn ask_for_now(&self, state: &mut State<T>) -> Option<Waker> {
        if self.limit != RENDEZVOUS {
            return None;
        }
        let sender = state.ask();
        state.stop_asking();
        sender
    }

    /// Wakes a sender that has room now, and the receivers that need not wait any longer.
    #[inline]
    fn after_take(&self, sender: Option<Waker>, is_drained: bool) {
        wake(sender);
        if is_drained {
            self.wake_others();
        }
    }
}

pin_project! {
    /// Future of [`Core::recv`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub(crate) struct Recv<'a, T> {
        core: &'a Core<T>,
        #[pin]
        waiter: Waiter<Promise>,
    }

    impl<T> PinnedDrop for Recv<'_, T> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.core.leave_several(this.waiter);
        }
    }
}

impl<T> Future for Recv<'_, T> {
    type Output = Option<T>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        this.core.poll_take(this.waiter, cx)
    }
}
