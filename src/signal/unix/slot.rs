//! One kind of signal: how often it came, and who waits for the next.
//!
//! Signals are not queued, by the system neither: a listener wants to know that there was one since it looked last. So a
//! slot counts the signals, and each listener knows the count that it has received. What can go wrong is that a listener
//! begins to wait when the signal has just come, and that a signal comes while one listener is gone and the next is
//! not there yet.
//!
//! # The two sides
//!
//! *Delivery*, by the one thread of `watcher`: lock; count; take the wakers of all that queued with an older count;
//! unlock; wake.
//!
//! *Waiting*: lock; if the count is another than the listener's, remember it, and be ready; else queue with it as note; unlock.
//!
//! If the delivery has the lock first, the waiting side sees its count. If the waiting side has, the delivery finds it
//! in the list. More wakers than a batch holds are taken in several goes, and a task that was woken by the first may be back by then:
//! its note is the new count, so it is not taken again, and it stands behind all that have an older one.
//!
//! *A new listener* of `signal()` starts from the newest count that any listener has received, and not from that of the moment. So a signal
//! that nobody has received is for whoever comes next: one that came between two listeners, and one for which a listener was
//! woken that was dropped instead. That of `ctrl_c()`, which waits for one signal and is not made to lose none, starts from the count
//! of the moment: a Ctrl-C that nobody waited for, perhaps an hour ago, must not end what the program begins now.
//!
//! # Invariants
//!
//! 1. `received` is at most `count`, and at least what any listener of the program has received. What the runtime's own, of
//!    `process`, have received tells nothing of what the program has.
//! 2. From front to back, notes do not decrease.
//!
//! # Rejected
//!
//! - *To start from the count of the moment, always*: in a loop that makes its listener anew, a signal that comes meanwhile is
//!   lost; and what is sent, and received by a listener that is made at once behind it, would depend on which thread is faster.
//! - *To start from the newest count that was received, always*: `ctrl_c()` would end at once for a Ctrl-C from before.
//! - *A channel of `watch` in each slot*: its receivers have no poll without a future that is kept for it, and none of
//!   them knows what another has received.

use std::fmt;
use std::pin::Pin;
use std::task::{Poll, Waker};

use crate::util::sync::Mutex;
use crate::util::wait::{self, Attempt};
use crate::util::wait_list::{WaitList, Waiter};
use crate::util::wake_batch::wake_all;

/// See the module's prose.
pub(in crate::signal) struct Slot {
    state: Mutex<State>,
}

struct State {
    count: u64,
    /// The newest count that a listener of the program has received.
    received: u64,
    /// The note is the count that the listener has received.
    waiting: WaitList<u64>,
}

impl State {
    fn waiting(&mut self) -> &mut WaitList<u64> {
        &mut self.waiting
    }

    /// Takes the waker of one who waits for a signal that has come.
    fn next(&mut self) -> Option<Waker> {
        self.waiting.front_mut().filter(|received| **received != self.count)?;
        self.waiting.pop_front()
    }
}

impl Slot {
    pub(in crate::signal) fn new() -> Self {
        Self { state: Mutex::new(State { count: 0, received: 0, waiting: WaitList::new() }) }
    }

    /// The signal has come.
    ///
    /// # Panics
    ///
    /// With the first panic of a waker, when all are woken.
    pub(in crate::signal) fn deliver(&self) {
        self.state.lock().count += 1;
        wake_all(&self.state, State::next);
    }

    /// Whether anybody waits for the signal.
    pub(in crate::signal) fn is_awaited(&self) -> bool {
        !self.state.lock().waiting.is_empty()
    }

    /// How often the signal was delivered.
    pub(in crate::signal) fn count(&self) -> u64 {
        self.state.lock().count
    }

    /// The newest count that any listener of the program has received.
    pub(in crate::signal) fn received(&self) -> u64 {
        self.state.lock().received
    }

    /// Waits for a signal that is not among those that were received. Then it is over for those that listen later, if `for_all`.
    pub(in crate::signal) fn poll(
        &self,
        received: &mut u64,
        waiter: Pin<&mut Waiter<u64>>,
        waker: &Waker,
        for_all: bool,
    ) -> Poll<()> {
        wait::poll(&self.state, State::waiting, waiter, waker, true, |state, _| {
            if state.count == *received {
                return Attempt::Wait(*received);
            }
            *received = state.count;
            if for_all {
                state.received = state.count;
            }
            Attempt::Done(())
        })
    }

    /// Waits no longer. All are woken, so one that was has nothing to pass on.
    pub(in crate::signal) fn leave(&self, waiter: Pin<&mut Waiter<u64>>) {
        wait::cancel(&self.state, State::waiting, waiter, |_, _| ());
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("count", &self.state.lock().count).finish_non_exhaustive()
    }
}
