//! A task's way from the queue to its outcome.
//!
//! The holder of the token calls [`Runnable::run`]: it polls, and then either suspends the task (first
//! time: into the set of its worker), queues it again, or completes it. Completing is always the same walk,
//! whether the future was ready, panicked or was cancelled:
//!
//! 1. the future is dropped in place, and the outcome written where it was;
//! 2. the scheduler is told, and the task leaves its set;
//! 3. if nobody else knows the cell, the outcome is dropped and the cell freed: no atomic write at all;
//! 4. else the outcome is published in the state word; an unwanted one is dropped, a joiner is woken;
//! 5. the task's own reference is dropped.
//!
//! # Pointers and references
//!
//! What gives the token or a reference away takes the cell as a pointer, and makes a reference to it inside. A
//! reference that is an argument must stay valid until the function returns, and the cell may be freed before that.
//!
//! # Panics
//!
//! Foreign code runs in five places: poll, the drop of a future, of an output, of a payload, and the
//! joiner's waker (woken or dropped). Each is [`contain`]ed, so that a worker never unwinds and the walk above
//! always reaches its end. A panic in poll or in the drop of a *cancelled* future is the task's outcome; one in the
//! drop of a future that already returned its output, in an outcome that nobody wants or in a foreign waker
//! concerns nobody, and is dropped after the panic hook has reported it.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::ptr::NonNull;
use std::task::{Context, Poll};

use super::annex::Annex;
use super::raw::{Cell, Header, Payload, Stage, drop_reference};
use super::state::{Begin, Completed, End, Outcome};
use super::waker::Borrowed;
use super::{Glimpse, Schedule};
use crate::coop;
use crate::trace;
use crate::util::contain::contain;
use crate::util::watch::is_watched;

/// The token of a task: the right to run it, and the duty to bring it on.
///
/// Dropping it cancels the task.
#[must_use]
pub(crate) struct Runnable(NonNull<Header>);

// SAFETY: the token is the right to the future wherever it goes. That a future which is not `Send` stays on its
// thread is promised by the scheduler that took it (see `raw::spawn_unchecked`).
unsafe impl Send for Runnable {}

impl Runnable {
    /// Takes the token.
    ///
    /// # Safety
    ///
    /// The caller has the token of the header's task, and gives it to the result.
    #[inline]
    pub(super) unsafe fn from_header(header: NonNull<Header>) -> Self {
        Self(header)
    }

    /// The token as a pointer, for queues.
    #[inline]
    pub(crate) fn into_raw(self) -> NonNull<Header> {
        ManuallyDrop::new(self).0
    }

    /// The token back from a queue.
    ///
    /// # Safety
    ///
    /// The pointer comes from [`into_raw`](Self::into_raw), and is used once.
    #[inline]
    pub(crate) unsafe fn from_raw(header: NonNull<Header>) -> Self {
        Self(header)
    }

    #[inline]
    pub(crate) fn header(&self) -> &Header {
        // SAFETY: invariant 1, by the token.
        unsafe { self.0.as_ref() }
    }

    /// What can be told of the task.
    pub(crate) fn glimpse(&self) -> Glimpse {
        // SAFETY: invariant 1, by the token, which came with a pointer to the whole cell.
        unsafe { Glimpse::of(self.0) }
    }

    /// When the task was queued, if that is noted of it.
    pub(crate) fn queued_at(&self) -> Option<u64> {
        // SAFETY: invariants 1 and 8, by the token, which came with a pointer to the whole cell.
        unsafe { Annex::of(self.0).and_then(|annex| annex.queued_at()) }
    }

    /// Polls the task, or ends it if it was cancelled; whether it has ended. Does not unwind.
    #[inline]
    pub(crate) fn run(self) -> bool {
        let run = self.header().vtable().run;
        // SAFETY: the token goes along.
        unsafe { run(self.into_raw()) }
    }

    /// Drops the future without polling it. Does not unwind.
    pub(crate) fn cancel(self) {
        drop(self);
    }
}

impl Drop for Runnable {
    fn drop(&mut self) {
        let cancel = self.header().vtable().cancel;
        // SAFETY: the token goes along; it is not used again.
        unsafe { cancel(self.0) };
    }
}

/// A task whose token is in the hands of the caller.
#[derive(Clone, Copy)]
pub(crate) struct Held<'a>(NonNull<Header>, PhantomData<&'a Header>);

impl Held<'_> {
    #[inline]
    pub(super) fn as_ptr(self) -> NonNull<Header> {
        self.0
    }

    #[inline]
    pub(super) fn header(&self) -> &Header {
        // SAFETY: invariant 1, by the token.
        unsafe { self.0.as_ref() }
    }
}

/// Hands a task to its scheduler, whatever its type.
///
/// # Safety
///
/// The caller has the token, and gives it away.
#[inline]
pub(super) unsafe fn schedule_header(header: NonNull<Header>) {
    // SAFETY: invariant 1, by the token.
    let schedule = unsafe { header.as_ref() }.vtable().schedule;
    // SAFETY: the token goes along.
    unsafe { schedule(header) };
}

/// Hands a woken task to its scheduler.
///
/// # Safety
///
/// The caller has the token of a `Cell<F, S>`, and gives it away.
pub(super) unsafe fn schedule<F: Future, S: Schedule>(header: NonNull<Header>) {
    // SAFETY: invariants 1, 2 and 5: the token gives the handle, which stays until the token is passed on.
    unsafe {
        let cell = Cell::<F, S>::of(header);
        cell.header.trace(trace::wake);
        let route = cell.scheduler.with(|handle| (*handle).route());
        S::schedule(route, Runnable::from_header(header));
    }
}

/// The same, of a task with an annex.
///
/// # Safety
///
/// The caller has the token of an `Annexed<F, S>`, and gives it away.
pub(super) unsafe fn schedule_annexed<F: Future, S: Schedule>(header: NonNull<Header>) {
    // SAFETY: the token is ours, and goes along.
    unsafe {
        note_queued::<S>(header);
        schedule::<F, S>(header);
    }
}

/// Notes that a task is about to be queued, if that is measured of it.
///
/// # Safety
///
/// The caller holds the token, and has a pointer to the whole cell.
#[cold]
#[inline(never)]
unsafe fn note_queued<S: Schedule>(header: NonNull<Header>) {
    // SAFETY: invariants 1 and 8, by the token.
    unsafe {
        if let Some(annex) = Annex::of(header) {
            annex.note_queued(S::now);
        }
    }
}

/// Brings a task on: see the module's prose. Whether it has ended.
///
/// # Safety
///
/// The caller has the token of a `Cell<F, S>`, and gives it away.
pub(super) unsafe fn run<F: Future + 'static, S: Schedule>(header: NonNull<Header>) -> bool {
    // SAFETY: invariants 1 and 5, by the token.
    let cell = unsafe { Cell::<F, S>::of(header) };
    if let Begin::Cancel = cell.header.state.begin_poll() {
        // SAFETY: the token goes along.
        unsafe { cancel::<F, S>(header) };
        return true;
    }
    // SAFETY: we hold the token.
    match catch_unwind(AssertUnwindSafe(|| unsafe { poll_future(cell, &header) })) {
        // SAFETY: the token goes along.
        Ok(Poll::Pending) => return unsafe { suspend::<F, S>(header) },
        // SAFETY: the token goes along.
        Ok(Poll::Ready(())) => unsafe { complete::<F, S>(header, Outcome::Output) },
        // SAFETY: the token goes along, and the future is still in its stage.
        Err(payload) => unsafe { end_with_panic::<F, S>(header, payload) },
    }
    true
}

/// Polls the future; when it is ready, drops it and leaves its output in the stage.
///
/// # Safety
///
/// The caller holds the token, and the stage holds the future.
#[inline]
unsafe fn poll_future<F: Future, S: Schedule>(
    cell: &Cell<F, S>,
    header: &NonNull<Header>,
) -> Poll<()> {
    let waker = Borrowed::new(header);
    let mut cx = Context::from_waker(&waker);
    cell.stage.with_mut(|stage| {
        // SAFETY: invariants 2 and 6: by the token the future is ours, and it stays where it is.
        let future = unsafe { Pin::new_unchecked(&mut *(*stage).future) };
        let Poll::Ready(output) = future.poll(&mut cx) else { return Poll::Pending };
        // From here on the future may not be touched again, even if its drop panics.
        // SAFETY: as above; it is dropped once, in place.
        contain(|| unsafe { ManuallyDrop::drop(&mut (*stage).future) });
        // SAFETY: the stage is ours and now empty.
        unsafe { (&raw mut (*stage).output).write(ManuallyDrop::new(output)) };
        Poll::Ready(())
    })
}

/// A poll returned `Pending`: lets the task sleep, or queues it again. Whether it was ended instead.
///
/// # Safety
///
/// The caller has the token, and gives it away.
#[inline]
unsafe fn suspend<F: Future + 'static, S: Schedule>(header: NonNull<Header>) -> bool {
    // SAFETY: invariants 1 and 5, by the token.
    let cell = unsafe { Cell::<F, S>::of(header) };
    let state = &cell.header.state;
    // A task that woke itself goes back to a queue, which keeps it: it needs no place in a set yet.
    if !cell.header.links.is_linked() && !state.was_woken() {
        let held = Held(header, PhantomData);
        // SAFETY: invariant 2, by the token.
        let adopted = cell.scheduler.with_mut(|handle| unsafe { (*handle).adopt(held) });
        if !adopted {
            // SAFETY: the token goes along.
            unsafe { cancel::<F, S>(header) };
            return true;
        }
    }
    match state.end_poll(coop::left()) {
        End::Idle => false,
        // SAFETY: the token is still ours, and goes along (see `schedule` for the handle).
        End::Again => unsafe {
            if cell.header.vtable().annex.is_some() {
                note_queued::<S>(header);
            }
            let route = cell.scheduler.with(|handle| (*handle).route());
            S::reschedule(route, Runnable::from_header(header));
            false
        },
        // SAFETY: the token is still ours, and goes along.
        End::Cancel => unsafe {
            cancel::<F, S>(header);
            true
        },
    }
}

/// Drops the future of a task that will not be polled again.
///
/// # Safety
///
/// The caller has the token of a `Cell<F, S>` whose stage holds the future, and gives the token away.
pub(super) unsafe fn cancel<F: Future + 'static, S: Schedule>(header: NonNull<Header>) {
    // SAFETY: invariants 1 and 5, by the token.
    let cell = unsafe { Cell::<F, S>::of(header) };
    // SAFETY: the token is ours.
    match unsafe { drop_future(cell) } {
        // SAFETY: the token goes along, and the stage is empty.
        Ok(()) => unsafe { complete::<F, S>(header, Outcome::Aborted) },
        // SAFETY: the token goes along, and the stage is empty.
        Err(payload) => unsafe { complete_with_panic::<F, S>(header, payload) },
    }
}

/// A poll panicked: the payload becomes the outcome, whatever the drop of the future does.
///
/// # Safety
///
/// The caller has the token, and gives it away; the stage holds the future.
#[cold]
unsafe fn end_with_panic<F: Future + 'static, S: Schedule>(
    header: NonNull<Header>,
    payload: Payload,
) {
    // SAFETY: invariants 1 and 5, by the token.
    let cell = unsafe { Cell::<F, S>::of(header) };
    // SAFETY: the token is ours.
    if let Err(second) = unsafe { drop_future(cell) } {
        contain(|| drop(second));
    }
    // SAFETY: the token goes along, and the stage is empty.
    unsafe { complete_with_panic::<F, S>(header, payload) };
}

/// Drops the future in place.
///
/// # Safety
///
/// The caller holds the token, and the stage holds the future. It is empty afterwards, in any case.
unsafe fn drop_future<F: Future, S: Schedule>(cell: &Cell<F, S>) -> Result<(), Payload> {
    cell.stage.with_mut(|stage| {
        // SAFETY: invariants 2 and 6.
        catch_unwind(AssertUnwindSafe(|| unsafe { ManuallyDrop::drop(&mut (*stage).future) }))
    })
}

/// Completes a task with a panic's payload.
///
/// # Safety
///
/// The caller has the token, and gives it away; the stage is empty.
unsafe fn complete_with_panic<F: Future + 'static, S: Schedule>(
    header: NonNull<Header>,
    payload: Payload,
) {
    // SAFETY: invariants 1 and 5, by the token.
    let cell = unsafe { Cell::<F, S>::of(header) };
    cell.stage.with_mut(|stage| {
        // SAFETY: invariant 2, and the stage is empty.
        unsafe { (&raw mut (*stage).panic).write(ManuallyDrop::new(payload)) }
    });
    // SAFETY: the token goes along, and the stage holds what the outcome says.
    unsafe { complete::<F, S>(header, Outcome::Panicked) };
}

/// Publishes the outcome that stands in the stage: steps 2 to 5 of the module's prose.
///
/// # Safety
///
/// The caller has the token, and gives it away; the stage holds what `outcome` says.
unsafe fn complete<F: Future + 'static, S: Schedule>(header: NonNull<Header>, outcome: Outcome) {
    // SAFETY: invariants 1 and 5, by the token.
    let cell = unsafe { Cell::<F, S>::of(header) };
    if is_watched() {
        // SAFETY: invariant 2, by the token.
        cell.scheduler.with(|handle| unsafe { (*handle).terminates(&cell.header) });
    }
    if cell.header.links.is_linked() {
        let held = Held(header, PhantomData);
        // SAFETY: invariant 2, by the token.
        cell.scheduler.with(|handle| unsafe { (*handle).release(held) });
    }
    if cell.header.state.is_unique() {
        // SAFETY: invariant 3: nobody else will ever ask for the outcome, or for the cell.
        return unsafe {
            drop_outcome::<F, S>(header, outcome);
            (cell.header.vtable().free)(header);
        };
    }
    match cell.header.state.complete(outcome) {
        // Invariant 7: the task's reference went with the publishing.
        Completed::Published => return,
        // SAFETY: invariant 3: the join handle gave the outcome to us.
        Completed::Unwanted => unsafe { drop_outcome::<F, S>(header, outcome) },
        Completed::WakeJoiner => wake_joiner(&cell.header),
    }
    // SAFETY: the task's own reference is still ours to give up.
    unsafe { drop_reference(header) };
}

/// Wakes the joiner. Only for the completer, and only if the outcome was published over `JOIN_WAKER`.
fn wake_joiner(header: &Header) {
    // SAFETY: invariant 4: the slot is ours now.
    let waker = header.join_waker.with_mut(|slot| unsafe { (*slot).take() });
    debug_assert!(waker.is_some(), "JOIN_WAKER without a waker");
    contain(|| {
        if let Some(waker) = waker {
            waker.wake();
        }
    });
}

/// Moves the output out of the stage.
///
/// # Safety
///
/// The caller has the right to the outcome (invariant 3), which is [`Outcome::Output`]; `into` is a place for
/// an `F::Output`. The stage is empty afterwards.
pub(super) unsafe fn take_output<F: Future, S: Schedule>(header: NonNull<Header>, into: *mut ()) {
    // SAFETY: the caller's promise, and invariants 1 and 5.
    unsafe {
        let cell = Cell::<F, S>::of(header);
        cell.stage.with_mut(|stage| {
            std::ptr::copy_nonoverlapping(stage.cast::<F::Output>(), into.cast(), 1);
        });
    }
}

/// Moves the payload out of the stage.
///
/// # Safety
///
/// The caller has the right to the outcome (invariant 3), which is [`Outcome::Panicked`]. The stage is empty
/// afterwards.
pub(super) unsafe fn take_panic<F: Future, S: Schedule>(header: NonNull<Header>) -> Payload {
    // SAFETY: the caller's promise, and invariants 1 and 5.
    unsafe {
        let cell = Cell::<F, S>::of(header);
        cell.stage.with_mut(|stage| ManuallyDrop::take(&mut (*stage).panic))
    }
}

/// Empties the stage.
///
/// # Safety
///
/// The caller has the right to the outcome (invariant 3), which is `outcome`. The stage is empty afterwards.
pub(super) unsafe fn drop_outcome<F: Future, S: Schedule>(
    header: NonNull<Header>,
    outcome: Outcome,
) {
    // SAFETY: invariants 1 and 5.
    let cell = unsafe { Cell::<F, S>::of(header) };
    contain(|| {
        cell.stage.with_mut(|stage: *mut Stage<F>| match outcome {
            Outcome::Aborted => {}
            // SAFETY: the caller's promise.
            Outcome::Output => unsafe { ManuallyDrop::drop(&mut (*stage).output) },
            // SAFETY: the caller's promise.
            Outcome::Panicked => unsafe { ManuallyDrop::drop(&mut (*stage).panic) },
        });
    });
}
