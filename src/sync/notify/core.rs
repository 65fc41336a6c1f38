//! Who waits for a notification, and who gets it; see the [module](super) for the protocol.

use std::fmt;
use std::pin::Pin;
use std::task::{Poll, Waker};

use super::word::{End, Store, Word};
use crate::util::sync::Mutex;
use crate::util::wait::{self, Attempt};
use crate::util::wait_list::{Found, WaitList, Waiter};
use crate::util::wake_batch::wake_all;

/// | field | who reads and writes it |
/// |---|---|
/// | `word` | anyone, in one atomic step; some of them only under the lock |
/// | `waiters` | who has the lock |
pub(super) struct Core {
    word: Word,
    waiters: Mutex<WaitList<Note>>,
}

/// What stands in the list of one who waits.
#[derive(Debug)]
pub(super) struct Note {
    /// The round in which its future was made.
    round: u64,
    /// The notification that it was handed, and whom else that is meant for.
    handed: Option<Order>,
}

/// Who of those that wait gets a notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    First,
    Last,
}

impl Core {
    #[cfg(loom)]
    pub(super) fn new() -> Self {
        Self { word: Word::new(), waiters: Mutex::new(WaitList::new()) }
    }

    #[cfg(not(loom))]
    pub(super) const fn new() -> Self {
        Self { word: Word::new(), waiters: Mutex::new(WaitList::new()) }
    }

    pub(super) fn round(&self) -> u64 {
        self.word.round()
    }

    /// Notifies one task, now or later.
    #[inline]
    pub(super) fn notify(&self, order: Order) {
        match self.word.store() {
            Store::Stored => {}
            Store::Waited => self.hand_over(order),
        }
    }

    /// Ends every wait that has begun.
    #[inline]
    pub(super) fn notify_waiters(&self) {
        if let Some(ended) = self.word.turn() {
            self.release(ended);
        }
    }

    #[cold]
    fn hand_over(&self, order: Order) {
        let mut done = false;
        wake_all(&self.waiters, |list| {
            if done {
                return None;
            }
            let overdue = self.pop_overdue(list);
            if overdue.is_some() {
                return overdue;
            }
            done = true;
            self.pop(list, order)
        });
    }

    /// Hands a notification to one of those who wait, or keeps it if there are none.
    fn pop(&self, list: &mut WaitList<Note>, order: Order) -> Option<Waker> {
        let note = match order {
            Order::First => list.front_mut(),
            Order::Last => list.back_mut(),
        };
        let Some(note) = note else {
            self.word.store_locked();
            return None;
        };
        note.handed = Some(order);
        let waker = match order {
            Order::First => list.pop_front(),
            Order::Last => list.pop_back(),
        };
        self.settle(list);
        waker
    }

    /// Takes the first waiter off, if its round is over: whoever ended that has not got here yet.
    fn pop_overdue(&self, list: &mut WaitList<Note>) -> Option<Waker> {
        let round = self.word.round();
        self.pop_if(list, |note| note.round != round)
    }

    fn pop_if(
        &self,
        list: &mut WaitList<Note>,
        wanted: impl FnOnce(&Note) -> bool,
    ) -> Option<Waker> {
        if !wanted(list.front_mut()?) {
            return None;
        }
        let waker = list.pop_front();
        self.settle(list);
        waker
    }

    /// Wakes all who wait since the round `ended`, or longer.
    #[cold]
    fn release(&self, ended: u64) {
        wake_all(&self.waiters, |list| self.pop_if(list, |note| note.round <= ended));
    }

    /// Keeps the word true after a waiter has left the list.
    fn settle(&self, list: &WaitList<Note>) {
        if list.is_empty() {
            self.word.emptied();
        }
    }

    /// Polls a wait that was begun in `round`.
    pub(super) fn poll(
        &self,
        round: u64,
        mut waiter: Pin<&mut Waiter<Note>>,
        waker: &Waker,
    ) -> Poll<()> {
        let over = match waiter.is_idle() {
            true => self.word.end(round).is_some(),
            false => self.is_overdue(round, waiter.as_mut()),
        };
        match over {
            true => Poll::Ready(()),
            false => self.poll_queue(round, waiter, waker).map(drop),
        }
    }

    /// Gives a place in the list to a wait that may not end yet, if there is nothing that would end it.
    #[cold]
    pub(super) fn keep_turn(&self, round: u64, waiter: Pin<&mut Waiter<Note>>, waker: &Waker) {
        if waiter.is_idle()
            && !self.word.offers(round)
            && self.poll_queue(round, waiter, waker) == Poll::Ready(Some(End::Permit))
        {
            self.notify(Order::First); // it came just now
        }
    }

    /// Queues, or looks what became of the waiter that did. Tells what ended the wait if that was not the list.
    fn poll_queue(
        &self,
        round: u64,
        waiter: Pin<&mut Waiter<Note>>,
        waker: &Waker,
    ) -> Poll<Option<End>> {
        let attempt = |_: &mut _, woken: Option<Note>| match woken {
            Some(_) => Attempt::Done(None),
            None => match self.word.enter(round) {
                Some(end) => Attempt::Done(Some(end)),
                None => Attempt::Wait(Note { round, handed: None }),
            },
        };
        // An idle waiter must get into the list in the first attempt, since that changes the word; so the clone of
        // the waker comes before.
        let early = waiter.is_idle();
        wait::poll(&self.waiters, |list| list, waiter, waker, early, attempt)
    }

    /// Whether a wait that was begun in `round` is over; if not it gets a place in the list, as a poll would give it.
    pub(super) fn enable(&self, round: u64, mut waiter: Pin<&mut Waiter<Note>>) -> bool {
        if waiter.is_idle() {
            return self.poll(round, waiter, Waker::noop()).is_ready();
        }
        self.is_overdue(round, waiter.as_mut())
            || matches!(self.waiters.lock().find(waiter), Found::Woken(_))
    }

    /// Whether the round is over of a waiter that has queued. It leaves the list then, and what it was handed has
    /// done its work.
    fn is_overdue(&self, round: u64, waiter: Pin<&mut Waiter<Note>>) -> bool {
        let overdue = self.word.round() != round;
        if overdue {
            self.leave(waiter);
        }
        overdue
    }

    /// Takes the waiter of a dropped future out, and passes on what it was handed.
    #[cold]
    pub(super) fn abandon(&self, waiter: Pin<&mut Waiter<Note>>) {
        if let Some(order) = self.leave(waiter) {
            self.notify(order);
        }
    }

    /// Takes a waiter out, and returns what it was handed.
    fn leave(&self, waiter: Pin<&mut Waiter<Note>>) -> Option<Order> {
        let settle = |list: &mut WaitList<Note>, note: Note| {
            self.settle(list);
            note.handed
        };
        wait::cancel(&self.waiters, |list| list, waiter, settle)?
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.word, f)
    }
}
