//! One timer, inside the future that waits for it.
//!
//! Its owner is the task that polls it, and meets the thread that fires it in every state. What must hold
//! is that the task is woken for the deadline that it set last, never finds it over too early, and frees no
//! memory that a wheel still points to.
//!
//! # The two sides
//!
//! The owner:
//!
//! 1. reads the entry's phase, without the lock; elapsed, closed or idle, the entry is the owner's alone;
//! 2. if it is linked, takes the lock of the [`Timers`] that it is linked into, and looks again;
//! 3. if it still is linked, does what it came for: puts another waker in (*poll*), takes it out and links it for
//!    another deadline (*reset*), or takes it out (*drop*);
//! 4. else goes on as in step 1.
//!
//! The firing side, in [`Timers::fire`]:
//!
//! 1. under the lock, takes a due entry off the wheel, and the waker out of it;
//! 2. writes that it elapsed: from now on the entry may be gone;
//! 3. unlocks, and wakes.
//!
//! # The races
//!
//! - *Poll against fire.* If the poll has the lock first, the fire finds the new waker. Else the poll finds the entry
//!   elapsed, and is ready; the wake that follows is of the old waker, and is one too many.
//! - *Reset against fire.* If the reset has the lock first, the fire finds the entry in its new place, not due. Else
//!   the reset finds it elapsed and makes it idle with the new deadline. It is not linked then, but the task is being
//!   woken by the fire, and its next poll links it. That wake may be spurious: the poll asks the phase, not the wake.
//! - *Drop against fire.* If the drop has the lock first, the fire does not find the entry. Else the drop finds it
//!   elapsed and frees it; the firing side has the waker in its own hands.
//! - *Any of them against close*: as against fire, with another phase.
//!
//! A future that moves to another worker between polls stays in the wheel where it was linked first: the new worker's
//! would not be better, and moving it would take two locks. A timer that is reset after it fired chooses anew.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

use super::shared::Timers;
use super::wheel::{Entry, Phase};
use crate::driver::clock::Tick;
use std::sync::Arc;

/// The timers of a runtime that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closed;

pin_project! {
    /// A deadline that a task can wait for. It is linked into a wheel by its first poll, and taken out by its drop.
    ///
    /// | field | is | changed |
    /// |---|---|---|
    /// | `timers` | where the entry is linked; none otherwise, but for what the owner has not noticed yet | by the owner |
    /// | `entry` | see [`Entry`] | |
    pub(crate) struct Timer {
        timers: Option<Arc<Timers>>,
        #[pin]
        entry: Entry,
    }

    impl PinnedDrop for Timer {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if this.entry.phase() == Phase::Linked {
                linked_into(this.timers).unlink(this.entry);
            }
        }
    }
}

// A task that sleeps is to fit into a request of 190 bytes, 72 of which are its header.
#[cfg(all(not(loom), target_pointer_width = "64"))]
const _: () = assert!(size_of::<Timer>() <= 64, "a timer has grown");

impl Timer {
    /// A timer that is not linked yet.
    #[inline]
    pub(crate) fn new(deadline: Tick) -> Self {
        Self { timers: None, entry: Entry::new(deadline) }
    }

    #[cfg(test)]
    pub(crate) fn deadline(&self) -> Tick {
        self.entry.deadline()
    }

    /// Whether the deadline was found to be over. A timer that nobody polled does not know.
    #[inline]
    pub(crate) fn is_elapsed(&self) -> bool {
        self.entry.phase() == Phase::Elapsed
    }

    /// Whether it waited and then elapsed, and no poll has told of that yet.
    #[inline]
    pub(crate) fn has_fired(&self) -> bool {
        self.timers.is_some() && self.is_elapsed()
    }

    /// Ready when the deadline is over, or with an error when the timers it waits in are closed.
    ///
    /// The first poll, and the first after a [`reset`](Self::reset) of a timer that had fired, asks `timers` where to
    /// wait. The budget is the caller's business.
    #[inline]
    pub(crate) fn poll_elapsed(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        timers: impl FnOnce() -> Arc<Timers>,
    ) -> Poll<Result<(), Closed>> {
        let mut this = self.project();
        match this.entry.phase() {
            Phase::Idle => {
                let timers = this.timers.insert(timers());
                timers.link(this.entry.as_mut(), cx.waker().clone());
            }
            Phase::Linked => linked_into(this.timers).set_waker(this.entry.as_mut(), cx.waker()),
            Phase::Elapsed | Phase::Closed => {}
        }
        let result = match this.entry.phase() {
            Phase::Elapsed => Ok(()),
            Phase::Closed => Err(Closed),
            Phase::Idle | Phase::Linked => return Poll::Pending,
        };
        *this.timers = None;
        Poll::Ready(result)
    }

    /// Sets another deadline, whether or not the last one is over.
    ///
    /// A task that waits is woken for the new deadline without another poll; if that is over, at once or when the
    /// timers are fired next.
    pub(crate) fn reset(self: Pin<&mut Self>, deadline: Tick) {
        let mut this = self.project();
        if this.entry.phase() == Phase::Linked {
            linked_into(this.timers).relink(this.entry.as_mut(), deadline);
        } else {
            this.entry.as_mut().set_deadline(deadline);
        }
        if this.entry.phase() == Phase::Idle {
            *this.timers = None;
        }
    }
}

/// Where a linked entry is linked.
#[inline]
fn linked_into(timers: &Option<Arc<Timers>>) -> &Timers {
    timers.as_ref().expect("a linked timer keeps its timers alive")
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entry.fmt(f)
    }
}
