//! What a join handle needs of a cell: its outcome, and to be woken for it.

use std::fmt;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::NonNull;
use std::task::{Context, Poll, Waker};

use super::raw::{Header, Payload, drop_reference};
use super::state::{Detach, Outcome};
use super::{Kind, TaskRef};
use crate::coop::{self, WaitReason};
use crate::util::contain::contain;

/// How a task ended, with what is left of it.
pub(crate) enum Ended<T> {
    /// The future returned this.
    Output(T),
    /// The future panicked with this.
    Panicked(Payload),
    /// The future was dropped before it was done.
    Aborted,
}

/// The one reference to a task that may take its outcome.
///
/// Dropping it detaches the task, which goes on.
pub(crate) struct JoinRef<T> {
    header: NonNull<Header>,
    /// Whether the outcome was taken: the stage is empty then.
    taken: bool,
    output: PhantomData<T>,
}

// SAFETY: the reference may move to another thread together with the output that it will hand out.
unsafe impl<T: Send> Send for JoinRef<T> {}
// SAFETY: a shared reference gives access to the state word and constants alone.
unsafe impl<T: Send> Sync for JoinRef<T> {}

impl<T> JoinRef<T> {
    /// Takes over the join handle's reference.
    ///
    /// # Safety
    ///
    /// The caller owns the reference that came with `JOIN_INTEREST`, and `T` is the output of the header's task.
    #[inline]
    pub(super) unsafe fn from_header(header: NonNull<Header>) -> Self {
        Self { header, taken: false, output: PhantomData }
    }

    #[inline]
    pub(crate) fn header(&self) -> &Header {
        // SAFETY: invariant 1, by our own reference.
        unsafe { self.header.as_ref() }
    }

    /// A reference that can abort the task, and does not keep its outcome.
    pub(crate) fn task(&self) -> TaskRef {
        self.header().state.add_reference();
        // SAFETY: the reference was just added for it.
        unsafe { TaskRef::from_header(self.header) }
    }

    /// Asks for the end of the task.
    pub(crate) fn abort(&self) {
        self.task().abort();
    }

    /// Takes the outcome once the task is complete; until then its waker is kept and woken for it.
    ///
    /// # Panics
    ///
    /// If the outcome was taken before.
    #[inline]
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Ended<T>> {
        assert!(!self.taken, "a JoinHandle was polled after it had returned its task's outcome");
        if !self.header().is_complete() && self.wait(cx).is_pending() {
            return coop::waits(self.reason(), Poll::Pending);
        }
        Poll::Ready(self.take())
    }

    /// What those wait for who await the task.
    fn reason(&self) -> WaitReason {
        match self.header().kind() {
            Kind::Closure => WaitReason::BlockingPool,
            _ => WaitReason::Join,
        }
    }

    /// Leaves the waker in the cell. Ready if the task completed meanwhile.
    fn wait(&self, cx: &mut Context<'_>) -> Poll<()> {
        let state = &self.header().state;
        // While the bit is set the completer may take the waker at any time: clear it before looking.
        if state.load().has_join_waker() && !state.retract_join_waker() {
            return Poll::Ready(());
        }
        // The slot is ours. Foreign code (clone, drop) runs with the old waker out of it, in case it panics.
        let waker = match self.swap_waker(None) {
            Some(old) if old.will_wake(cx.waker()) => old,
            old => {
                contain(|| drop(old));
                cx.waker().clone()
            }
        };
        self.swap_waker(Some(waker));
        if !state.publish_join_waker() {
            // The task completed without having seen our waker: the slot stays ours.
            let unused = self.swap_waker(None);
            contain(|| drop(unused));
            return Poll::Ready(());
        }
        Poll::Pending
    }

    /// Exchanges the waker in the slot. Only while the slot is the handle's (invariant 4).
    fn swap_waker(&self, waker: Option<Waker>) -> Option<Waker> {
        // SAFETY: see above: only `wait` and `drop` call this, in states where the slot is the handle's.
        self.header().join_waker.with_mut(|slot| unsafe { std::mem::replace(&mut *slot, waker) })
    }

    /// Takes the outcome of a complete task.
    fn take(&mut self) -> Ended<T> {
        self.taken = true;
        let header = self.header();
        match header.state.load().outcome() {
            Outcome::Aborted => Ended::Aborted,
            Outcome::Panicked => {
                // SAFETY: invariant 3: the task is complete, we have the interest, and `taken` was false.
                Ended::Panicked(unsafe { (header.vtable().take_panic)(self.header) })
            }
            Outcome::Output => {
                let mut output = MaybeUninit::<T>::uninit();
                // SAFETY: as above, and `T` is the output of this task.
                Ended::Output(unsafe {
                    (header.vtable().take_output)(self.header, output.as_mut_ptr().cast());
                    output.assume_init()
                })
            }
        }
    }
}

impl<T> Drop for JoinRef<T> {
    #[inline]
    fn drop(&mut self) {
        match self.header().state.detach() {
            Detach::Done => return,
            Detach::DropWaker => {
                let waker = self.swap_waker(None);
                contain(|| drop(waker));
            }
            Detach::DropOutcome => self.drop_untaken(),
        }
        // SAFETY: our own reference; the slot and the stage are left empty behind us.
        unsafe { drop_reference(self.header) };
    }
}

impl<T> JoinRef<T> {
    fn drop_untaken(&mut self) {
        if !self.taken {
            let header = self.header();
            let outcome = header.state.load().outcome();
            // SAFETY: invariant 3: the task is complete and its outcome still in the stage.
            unsafe { (header.vtable().drop_outcome)(self.header, outcome) };
        }
    }
}

impl<T> fmt::Debug for JoinRef<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.header().fmt(f)
    }
}
