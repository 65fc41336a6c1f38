//! What the reactor and a registration share: the readiness word, and who waits for it to change.
//!
//! Two kinds of tasks wait. A stream that is polled has at most one reader and one writer, and the last that polled is
//! the one: its waker stands in a slot. Futures (`Registration::readiness`) may be any number, for any interest, and
//! stand in a wait list.
//!
//! # Steps
//!
//! *Waiting*: 1. looks at the word, and is done if it is satisfied; 2. locks; 3. looks again; 4. leaves its waker;
//! 5. unlocks.
//!
//! *Event*: 1. changes the word; 2. locks; 3. takes the wakers of whom the word now satisfies; 4. unlocks; 5. wakes
//! them, when it has left every lock.
//!
//! # Why no wake is lost
//!
//! If the waiting side has the lock first, the event finds its waker in step 3. If the event has it first, its change
//! came before the waiting side's step 3, which sees it, by the lock. If the states were cleared before the event's
//! step 3, then by an operation that was told of this very event and had to wait after it: they are not there any more,
//! and the next event will come for all who wait.
//!
//! # Why waking ends
//!
//! The wakers that a batch does not hold are taken in another round, and tasks that were woken may be back by then. But
//! who queues was not satisfied when it did, under the lock, and only the reactor adds states: none of
//! them is taken again before the next event.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Poll, Waker};

use super::readiness::{Readiness, ReadyEvent};
use crate::io::Interest;
use crate::util::sync::Mutex;
use crate::util::wait::{self, Attempt};
use crate::util::wait_list::{WaitList, Waiter};
use crate::util::wake_batch::WakeBatch;

/// One of the two ways in which streams are polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Read,
    Write,
}

impl Direction {
    pub(super) fn interest(self) -> Interest {
        match self {
            Self::Read => Interest::READABLE,
            Self::Write => Interest::WRITABLE,
        }
    }
}

/// See the module's prose.
///
/// | field | read | written |
/// |---|---|---|
/// | `readiness` | anyone | see `readiness` |
/// | `waiters` | under its lock | under its lock |
pub(super) struct Entry {
    pub(super) readiness: Readiness,
    waiters: Mutex<Waiters>,
}

struct Waiters {
    reader: Option<Waker>,
    writer: Option<Waker>,
    /// The note is what the waiter waits for.
    list: WaitList<Interest>,
}

impl Waiters {
    fn list(&mut self) -> &mut WaitList<Interest> {
        &mut self.list
    }

    fn slot(&mut self, direction: Direction) -> &mut Option<Waker> {
        match direction {
            Direction::Read => &mut self.reader,
            Direction::Write => &mut self.writer,
        }
    }

    /// Takes the waker of one whom the word satisfies.
    fn next(&mut self, readiness: &Readiness) -> Option<Waker> {
        let taken = |slot: &mut Option<Waker>, direction: Direction| {
            slot.take_if(|_| readiness.satisfies(direction.interest()))
        };
        taken(&mut self.reader, Direction::Read)
            .or_else(|| taken(&mut self.writer, Direction::Write))
            .or_else(|| self.list.pop_where(|interest| readiness.satisfies(*interest)))
    }
}

impl Entry {
    pub(super) fn new() -> Self {
        let waiters = Waiters { reader: None, writer: None, list: WaitList::new() };
        Self { readiness: Readiness::new(), waiters: Mutex::new(waiters) }
    }

    /// Steps 2 to 4 of an event: takes the wakers of all whom the word satisfies; says whether there may be more.
    pub(super) fn take_wakers(&self, batch: &mut WakeBatch) -> bool {
        let mut waiters = self.waiters.lock();
        batch.fill(|| waiters.next(&self.readiness))
    }

    /// Whether anybody waits. A waker in a slot counts until it is replaced or woken, though its future may be gone.
    pub(super) fn is_awaited(&self) -> bool {
        let waiters = self.waiters.lock();
        waiters.reader.is_some() || waiters.writer.is_some() || !waiters.list.is_empty()
    }

    /// Waits in the slot of `direction`, in place of whoever waited there.
    #[inline]
    pub(super) fn poll(&self, direction: Direction, waker: &Waker) -> Poll<io::Result<ReadyEvent>> {
        match self.readiness.look(direction.interest()) {
            Some(found) => Poll::Ready(found),
            None => self.poll_slow(direction, waker),
        }
    }

    fn poll_slow(&self, direction: Direction, waker: &Waker) -> Poll<io::Result<ReadyEvent>> {
        // Declared before the guard, and so dropped after it, on every way out.
        let mut spare = None;
        loop {
            let mut waiters = self.waiters.lock();
            if let Some(found) = self.readiness.look(direction.interest()) {
                return Poll::Ready(found);
            }
            let slot = waiters.slot(direction);
            if slot.as_ref().is_some_and(|current| current.will_wake(waker)) {
                return Poll::Pending;
            }
            if spare.is_some() {
                std::mem::swap(slot, &mut spare);
                return Poll::Pending;
            }
            drop(waiters);
            spare = Some(waker.clone());
        }
    }

    /// Waits in the list for any `interest`.
    pub(super) fn poll_listed(
        &self,
        interest: Interest,
        waiter: Pin<&mut Waiter<Interest>>,
        waker: &Waker,
    ) -> Poll<io::Result<ReadyEvent>> {
        // A waiter that is in the list has to leave it, even if it need not wait any more.
        if waiter.is_idle()
            && let Some(found) = self.readiness.look(interest)
        {
            return Poll::Ready(found);
        }
        wait::poll(&self.waiters, Waiters::list, waiter, waker, true, |_, _| {
            match self.readiness.look(interest) {
                Some(found) => Attempt::Done(found),
                None => Attempt::Wait(interest),
            }
        })
    }

    /// Leaves the list. An event is for all that wait, so one that was woken has nothing to pass on.
    pub(super) fn leave(&self, waiter: Pin<&mut Waiter<Interest>>) {
        wait::cancel(&self.waiters, Waiters::list, waiter, |_, _| ());
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("readiness", &self.readiness).finish_non_exhaustive()
    }
}
