//! What the two sides of a oneshot channel share: the word, and the cells that it guards.
//!
//! There is one allocation, one atomic word, and no lock: each side has a cell that it writes and the
//! other reads, and a bit of the word says whose turn it is.
//!
//! # The word
//!
//! | bit | set by | cleared by | says |
//! |---|---|---|---|
//! | `ENDED` | the sender, by `send` or drop | nobody | the value cell is final, and the receiver's |
//! | `CLOSED` | the receiver, by `close` or drop | nobody | nothing will be received but what is there |
//! | `RX_WAITS` | the receiver | the receiver | the receiver's waker is in its cell, to be read by both |
//! | `TX_WAITS` | the sender | the sender | the same for the sender's waker |
//!
//! `ENDED` is set by `send` only if `CLOSED` is not: a value that was not accepted is returned. The
//! other way round both may be set, since a receiver may close, and still take what was sent before.
//!
//! # The two sides of a wait
//!
//! The receiver (for the sender, read it with `CLOSED` for `ENDED`):
//!
//! 1. if its bit is set with another waker in the cell, clear the bit;
//! 2. write the waker, set the bit; each of these changes of the bit tells it whether `ENDED` was
//!    already set: then it does not wait.
//!
//! The sender: set `ENDED`; if that step saw `RX_WAITS`, wake what is in the cell.
//!
//! Both are changes of one word, so one is first: `ENDED` before the receiver's bit, and the receiver
//! takes the value; or after it, and the sender wakes. If the receiver clears its bit first, the sender
//! does not look into the cell; if the sender ends first, the receiver sees that when it clears, and
//! does not write.
//!
//! # Invariants
//!
//! 1. The value cell is the sender's until `ENDED`, then the receiver's.
//! 2. A waker cell is its side's to write while its bit is not set; while it is, both may read it. It
//!    is not written again once the other side has ended or closed.
//!
//! # Orderings
//!
//! Setting `ENDED` releases the value cell, and setting a waiting bit releases its waker cell; whoever
//! reaches into a cell has acquired the word. Every step that may find the other side over acquires
//! too, though a bit that is cleared guards nothing: so `closed` returns after all that the receiver
//! did.

use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use std::task::{Poll, Waker};

use crate::util::sync::{AtomicU8, UnsafeCell};

const ENDED: u8 = 1;
const CLOSED: u8 = 1 << 1;
const RX_WAITS: u8 = 1 << 2;
const TX_WAITS: u8 = 1 << 3;

/// | field | written by | read by |
/// |---|---|---|
/// | `word` | both | both |
/// | `value` | the sender before `ENDED`, the receiver after it | the same |
/// | `receiver.waker` | the receiver while `RX_WAITS` is not set | both while it is |
/// | `sender.waker` | the sender while `TX_WAITS` is not set | both while it is |
pub(super) struct Shared<T> {
    word: AtomicU8,
    value: UnsafeCell<Option<T>>,
    receiver: Side<RX_WAITS, ENDED>,
    sender: Side<TX_WAITS, CLOSED>,
}

/// What one side waits with: `WAITS` is its bit, `OVER` the bit of the other side that it waits for.
struct Side<const WAITS: u8, const OVER: u8> {
    waker: UnsafeCell<Option<Waker>>,
}

// SAFETY: the value and the wakers are reached by one side at a time, or read by both (1, 2).
unsafe impl<T: Send> Send for Shared<T> {}
// SAFETY: as above; a value is moved from one side to the other, never shared.
unsafe impl<T: Send> Sync for Shared<T> {}

/// What the receiver finds when it looks.
#[must_use]
pub(super) enum Look<T> {
    /// The sender has not ended.
    Empty,
    Value(T),
    /// There is no value, and there will be none.
    Nothing,
}

impl<const WAITS: u8, const OVER: u8> Side<WAITS, OVER> {
    fn new() -> Self {
        Self { waker: UnsafeCell::new(None) }
    }

    /// Waits for `OVER` with the task of `waker`. Called by this side alone.
    fn poll(&self, word: &AtomicU8, waker: &Waker) -> Poll<()> {
        let bits = word.load(Acquire);
        if bits & OVER != 0 {
            return Poll::Ready(());
        }
        if bits & WAITS != 0 {
            let wakes = self.waker.with(|cell| {
                // SAFETY: the bit is set, and only this side clears it: both may read (2).
                unsafe { (*cell).as_ref() }.is_some_and(|current| current.will_wake(waker))
            });
            if wakes {
                return Poll::Pending;
            }
            if word.fetch_and(!WAITS, Acquire) & OVER != 0 {
                return Poll::Ready(());
            }
        }
        let new = waker.clone();
        // SAFETY: the bit is not set, and when it was cleared the other side was not over (2).
        let old = self.waker.with_mut(|cell| unsafe { (*cell).replace(new) });
        let bits = word.fetch_or(WAITS, AcqRel);
        drop(old);
        if bits & OVER != 0 { Poll::Ready(()) } else { Poll::Pending }
    }

    /// Wakes this side's task. Called by the other side, once, by the step that set `OVER`; `bits` is
    /// what that step saw.
    fn wake(&self, bits: u8) {
        if bits & WAITS == 0 {
            return;
        }
        self.waker.with(|cell| {
            // SAFETY: the bit was set when `OVER` was, so that the cell is not written any more (2).
            if let Some(waker) = unsafe { &*cell } {
                waker.wake_by_ref();
            }
        });
    }
}

impl<T> Shared<T> {
    pub(super) fn new() -> Self {
        Self {
            word: AtomicU8::new(0),
            value: UnsafeCell::new(None),
            receiver: Side::new(),
            sender: Side::new(),
        }
    }

    /// The sender's last step, unless it fails.
    pub(super) fn send(&self, value: T) -> Result<(), T> {
        let mut bits = self.word.load(Relaxed);
        if bits & CLOSED != 0 {
            return Err(value);
        }
        // SAFETY: the sender has not ended, so the cell is its own (1).
        self.value.with_mut(|cell| unsafe { *cell = Some(value) });
        while bits & CLOSED == 0 {
            match self.word.compare_exchange_weak(bits, bits | ENDED, AcqRel, Relaxed) {
                Ok(_) => {
                    self.receiver.wake(bits);
                    return Ok(());
                }
                Err(newer) => bits = newer,
            }
        }
        // SAFETY: the sender has not ended, so the cell is its own (1).
        let value = self.value.with_mut(|cell| unsafe { (*cell).take() });
        Err(value.expect("the value cell was just filled"))
    }

    /// The sender's last step, if it has nothing to send.
    pub(super) fn end(&self) {
        let bits = self.word.fetch_or(ENDED, AcqRel);
        self.receiver.wake(bits);
    }

    pub(super) fn poll_closed(&self, waker: &Waker) -> Poll<()> {
        self.sender.poll(&self.word, waker)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.word.load(Acquire) & CLOSED != 0
    }

    /// Refuses what has not been sent yet.
    pub(super) fn close(&self) {
        let bits = self.word.fetch_or(CLOSED, AcqRel);
        if bits & (CLOSED | ENDED) == 0 {
            self.sender.wake(bits);
        }
    }

    /// What there is for the receiver now.
    pub(super) fn look(&self) -> Look<T> {
        let bits = self.word.load(Acquire);
        if bits & ENDED != 0 {
            return self.take().map_or(Look::Nothing, Look::Value);
        }
        if bits & CLOSED != 0 { Look::Nothing } else { Look::Empty }
    }

    /// Whether a value is there for the receiver.
    pub(super) fn has_value(&self) -> bool {
        self.word.load(Acquire) & ENDED != 0
            // SAFETY: the sender has ended, so the cell is the receiver's (1).
            && self.value.with(|cell| unsafe { (*cell).is_some() })
    }

    /// Waits for the sender to end; the receiver has not closed.
    pub(super) fn poll_ended(&self, waker: &Waker) -> Poll<()> {
        self.receiver.poll(&self.word, waker)
    }

    /// The value. Called by the receiver, after it saw `ENDED`.
    fn take(&self) -> Option<T> {
        // SAFETY: the sender has ended, so the cell is the receiver's (1).
        self.value.with_mut(|cell| unsafe { (*cell).take() })
    }
}
