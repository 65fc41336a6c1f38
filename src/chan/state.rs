//! What stands behind a channel's lock: values, slots, and queues of those who wait.
//!
//! One method per transition. None locks, wakes or waits: each returns the waker that the caller has
//! to wake when it has unlocked. The places of a slot are those of the [core](super::core).

use std::collections::VecDeque;
use std::task::Waker;

use super::core::RENDEZVOUS;
use crate::util::wait_list::WaitList;

/// Slots that a waiting sender still lacks.
///
/// One that was woken lacks none, or the channel was closed.
#[derive(Debug)]
pub(crate) struct Want {
    pub(crate) missing: usize,
}

/// What a receiver was woken for: a value that is kept for it, or else the end of the channel.
#[derive(Debug, Default)]
pub(crate) struct Promise {
    kept: bool,
}

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nothing {
    Yet,
    /// None will come.
    Ever,
}

/// Why there is no slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Full,
    Closed,
}

#[derive(Debug)]
pub(crate) struct State<T> {
    limit: usize,
    /// Slots that a sender has and has not used.
    reserved: usize,
    /// At least as many as are in hand: the number when this was last brought up to date.
    pub(super) in_hand: usize,
    pub(super) queue: VecDeque<T>,
    /// Queued values that are kept for receivers. A lone receiver takes them anyhow.
    pub(super) promised: usize,
    /// Receivers of a rendezvous channel that wait, or that a value is kept for: each is a slot.
    asking: usize,
    /// Nobody gets a new slot.
    closed: bool,
    /// No sender is left that could reserve.
    senders_gone: bool,
    /// No receiver is left that could take a value.
    receivers_gone: bool,
    senders: WaitList<Want>,
    receivers: WaitList<Promise>,
    /// Those who wait for the channel to be closed.
    closing: WaitList<()>,
}

impl<T> State<T> {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            reserved: 0,
            in_hand: 0,
            queue: VecDeque::new(),
            promised: 0,
            asking: 0,
            closed: false,
            senders_gone: false,
            receivers_gone: false,
            senders: WaitList::new(),
            receivers: WaitList::new(),
            closing: WaitList::new(),
        }
    }

    /// Where futures wait for a slot.
    pub(super) fn senders(&mut self) -> &mut WaitList<Want> {
        &mut self.senders
    }

    /// Where receivers wait for a value.
    pub(super) fn receivers(&mut self) -> &mut WaitList<Promise> {
        &mut self.receivers
    }

    /// Where futures wait for the channel to be closed.
    pub(super) fn closing(&mut self) -> &mut WaitList<()> {
        &mut self.closing
    }

    /// Whether anyone waits for a slot.
    pub(super) fn is_wanted(&self) -> bool {
        !self.senders.is_empty()
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Free slots, or fewer if `in_hand` is out of date.
    #[inline]
    pub(super) fn room(&self) -> usize {
        let taken = self.queue.len() + self.reserved + self.in_hand;
        match self.limit {
            // A slot that is in use outlives the receiver that it was.
            RENDEZVOUS => self.asking.saturating_sub(taken),
            limit => limit - taken,
        }
    }

    /// Whether no value will be queued any more.
    pub(crate) fn is_finished(&self) -> bool {
        (self.closed || self.senders_gone) && self.reserved == 0
    }

    /// Whether no value will be received any more.
    pub(super) fn is_drained(&self) -> bool {
        self.queue.is_empty() && self.is_finished()
    }

    /// Reserves `n` slots, if there are as many and nobody waits.
    #[inline]
    pub(super) fn reserve(&mut self, n: usize) -> Result<(), Refused> {
        if self.closed {
            return Err(Refused::Closed);
        }
        if n > 0 && (self.is_wanted() || n > self.room()) {
            return Err(Refused::Full);
        }
        self.reserved += n;
        Ok(())
    }

    /// Queues a value in a reserved slot, or returns it if nobody can receive it.
    #[inline]
    pub(super) fn push(&mut self, value: T) -> Result<Option<Waker>, T> {
        debug_assert!(self.reserved > 0, "a value was sent without a slot");
        self.reserved -= 1;
        if self.receivers_gone {
            return Err(value);
        }
        self.queue.push_back(value);
        Ok(self.next_receiver())
    }

    /// Keeps a queued value for the first receiver that waits, if there is one to be kept.
    #[inline]
    pub(super) fn next_receiver(&mut self) -> Option<Waker> {
        if self.queue.len() == self.promised {
            return None;
        }
        self.receivers.front_mut()?.kept = true;
        self.promised += 1;
        self.receivers.pop_front()
    }

    /// Takes a value for one of several receivers: the one that is kept for it, or one that is kept for
    /// nobody.
    pub(super) fn take(&mut self, promise: &Promise) -> Result<T, Nothing> {
        if promise.kept {
            self.promised -= 1;
        } else if self.queue.len() == self.promised {
            return Err(if self.is_drained() { Nothing::Ever } else { Nothing::Yet });
        }
        Ok(self.queue.pop_front().expect("a value that is kept is queued"))
    }

    /// Gives up what was kept for a receiver, for the next.
    pub(super) fn renounce(&mut self, promise: &Promise) -> Option<Waker> {
        if promise.kept {
            self.promised -= 1;
        }
        self.next_receiver()
    }

    /// Counts a receiver that begins to wait. In a rendezvous channel that is a slot, for a sender.
    pub(super) fn ask(&mut self) -> Option<Waker> {
        if self.limit != RENDEZVOUS {
            return None;
        }
        self.asking += 1;
        self.next_sender()
    }

    /// Counts a receiver that waits no longer.
    pub(super) fn stop_asking(&mut self) {
        if self.limit == RENDEZVOUS {
            debug_assert!(self.asking > 0, "a receiver stopped waiting that never began");
            self.asking -= 1;
        }
    }

    /// Gives `n` reserved slots back; what they make possible, [`next_sender`](Self::next_sender) and
    /// [`next_finished`](Self::next_finished) tell.
    pub(super) fn give_back(&mut self, n: usize) {
        debug_assert!(self.reserved >= n, "more slots were given back than were reserved");
        self.reserved -= n;
    }

    /// Hands free slots to those who wait, until one of them lacks none; if the channel is closed,
    /// sends the first of them away.
    #[inline]
    pub(super) fn next_sender(&mut self) -> Option<Waker> {
        loop {
            let room = if self.closed { 0 } else { self.room() };
            let want = self.senders.front_mut()?;
            let some = want.missing.min(room);
            want.missing -= some;
            let missing = want.missing;
            self.reserved += some;
            if missing == 0 || self.closed {
                return self.senders.pop_front();
            }
            if some == 0 {
                return None;
            }
        }
    }

    /// A receiver that waits although no value will come.
    pub(super) fn next_finished(&mut self) -> Option<Waker> {
        if self.is_drained() { self.receivers.pop_front() } else { None }
    }

    /// One who waits for the channel to be closed, if it is.
    pub(super) fn next_closing(&mut self) -> Option<Waker> {
        if self.closed { self.closing.pop_front() } else { None }
    }

    /// Anyone who has something to do because of the last transition.
    pub(super) fn next(&mut self) -> Option<Waker> {
        self.next_sender().or_else(|| self.next_finished()).or_else(|| self.next_closing())
    }

    /// Says whether it was open.
    pub(super) fn close(&mut self) -> bool {
        !std::mem::replace(&mut self.closed, true)
    }

    pub(super) fn set_senders_gone(&mut self) {
        self.senders_gone = true;
    }

    /// Says that nobody receives any more, and returns the values that nobody will get.
    pub(super) fn set_receivers_gone(&mut self) -> VecDeque<T> {
        self.closed = true;
        self.receivers_gone = true;
        self.promised = 0;
        std::mem::take(&mut self.queue)
    }
}
