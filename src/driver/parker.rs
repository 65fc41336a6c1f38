//! Parking of one thread, with a token that is never lost.
//!
//! # Steps
//!
//! *Park*: 1. takes the token if there is one, and is done; 2. under the lock, changes `EMPTY` to `PARKED`,
//! or takes a token that came meanwhile; 3. waits on the condition until the word is `NOTIFIED`, or the
//! time is over; 4. writes `EMPTY`.
//!
//! *Unpark*: 1. writes `NOTIFIED`; 2. if the word was `PARKED`, takes and releases the lock, and signals.
//!
//! *Park in a reactor*: 1. changes `EMPTY` to `IN_REACTOR`, or takes a token; 2. waits in the reactor; 3. writes
//! `EMPTY`, which takes a token that came meanwhile; 4. if the system failed to wait, and there was no token, parks
//! outside of the reactor for a moment. *Unpark* then, instead of step 2 above, ends the reactor's wait, or its next
//! one if that has not begun. If the wait is over by then, whoever waits there next is woken for nothing.
//!
//! # Why nothing is lost
//!
//! If unpark's write comes before park's step 2, park finds the token there. If it comes after, it sees
//! `PARKED`, and then needs the lock, which park holds from step 2 until it waits: so the signal comes when
//! the sleeper is at the condition. Between the wake and step 4 further unparks only write `NOTIFIED` again,
//! and step 4 takes the token that stands for all of them.
//!
//! # Orderings
//!
//! Unpark's write is Release and meets the Acquire of every step that takes a token: what was done before unpark
//! is seen after park. It is a read-modify-write, so a token taken once stands for all unparks before it. It is Acquire
//! too, and so meets the Release of `IN_REACTOR`, which publishes the reactor. The other accesses are Relaxed: `PARKED`
//! and `EMPTY` publish nothing, and between step 2 and the wait the lock orders. Whether the *condition for sleeping*
//! still holds is the caller's business, see `scheduler/README.md`.

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};
use std::sync::{Arc, OnceLock, Weak};
use std::time::{Duration, Instant};

use super::{IoHandle, Reactor};
use crate::util::sync::{AtomicU8, Condvar, Mutex};

const EMPTY: u8 = 0;
const PARKED: u8 = 1;
const NOTIFIED: u8 = 2;
const IN_REACTOR: u8 = 3;

/// For how long to sleep outside of a reactor that fails.
const RETRY: Duration = Duration::from_millis(1);

/// A place where one thread sleeps; any thread may wake it.
#[derive(Debug)]
pub(crate) struct Parker {
    state: AtomicU8,
    lock: Mutex<()>,
    condition: Condvar,
    /// The reactor where the thread waits; set before the word first says `IN_REACTOR`, whose write publishes it. Not
    /// kept open by this: a waker keeps its parker, and may be kept itself when the runtime is long gone.
    reactor: OnceLock<Weak<IoHandle>>,
}

impl Parker {
    pub(crate) fn new() -> Self {
        Self {
            state: AtomicU8::new(EMPTY),
            lock: Mutex::new(()),
            condition: Condvar::new(),
            reactor: OnceLock::new(),
        }
    }

    /// Sleeps until [`unpark`](Self::unpark) was called since the last park, or the time is over. Whether it was called.
    ///
    /// Only the one thread whose place this is may call it.
    pub(crate) fn park(&self, timeout: Option<Duration>) -> bool {
        if self.take_token() {
            return true;
        }
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut guard = self.lock.lock();
        if self.state.compare_exchange(EMPTY, PARKED, Relaxed, Relaxed).is_err() {
            self.state.swap(EMPTY, Acquire);
            return true;
        }
        loop {
            guard = match deadline {
                None => self.condition.wait(guard),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        break;
                    }
                    self.condition.wait_timeout(guard, left)
                }
            };
            if self.state.load(Relaxed) == NOTIFIED {
                break;
            }
        }
        self.state.swap(EMPTY, Acquire) == NOTIFIED
    }

    /// As [`park`](Self::park), but waits in the reactor, and so for its events too.
    ///
    /// A parker waits in one reactor all its life.
    pub(crate) fn park_in(&self, reactor: &mut Reactor, timeout: Option<Duration>) -> bool {
        self.reactor.get_or_init(|| Arc::downgrade(reactor.handle()));
        // Release: whoever sees the word sees the reactor.
        let failed = self.state.compare_exchange(EMPTY, IN_REACTOR, Release, Relaxed).is_ok()
            && reactor.turn(timeout).is_err();
        let is_woken = self.state.swap(EMPTY, Acquire) == NOTIFIED;
        if failed && !is_woken {
            // The system's poll fails again before long: to come back at once would keep a processor busy.
            return self.park(Some(timeout.unwrap_or(RETRY).min(RETRY)));
        }
        is_woken
    }

    /// Wakes the thread, now or when it parks the next time.
    pub(crate) fn unpark(&self) {
        // Acquire: the reactor that was published with `IN_REACTOR`.
        match self.state.swap(NOTIFIED, AcqRel) {
            PARKED => {
                drop(self.lock.lock());
                self.condition.notify_one();
            }
            IN_REACTOR => {
                let reactor = self.reactor.get().expect("set before the word said so");
                // If it is gone, the wait is over.
                if let Some(reactor) = reactor.upgrade() {
                    reactor.wake();
                }
            }
            _ => {}
        }
    }

    fn take_token(&self) -> bool {
        self.state.compare_exchange(NOTIFIED, EMPTY, Acquire, Relaxed).is_ok()
    }
}
