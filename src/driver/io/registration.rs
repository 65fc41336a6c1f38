//! A registration: what an I/O object has of the reactor, from its making to its end.
//!
//! An object tries the system call first or waits first, as its [`ReadyEvent`] says, and tells the registration when
//! the event was wrong. All of that is in `readiness`; here it is put together with the budget, so that no flood of
//! data keeps a task from letting others run: each operation takes one unit.

use std::fmt;
use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use mio::event::Source;
use pin_project_lite::pin_project;

use super::credit;
use super::entry::{Direction, Entry};
use super::reactor::IoHandle;
use super::readiness::ReadyEvent;
use super::sys;
use super::table::Key;
use crate::coop::{self, WaitReason};
use crate::io::{Interest, Ready};
use crate::util::wait_list::Waiter;

/// The registration of one I/O object.
///
/// Dropping it takes it out of the table, so that no event reaches it any more. The system is told by
/// [`deregister`](Self::deregister), for which the object is needed: see [`Evented`](super::Evented).
pub(crate) struct Registration {
    handle: Arc<IoHandle>,
    entry: Arc<Entry>,
    key: Key,
}

impl Registration {
    pub(super) fn new(handle: Arc<IoHandle>, entry: Arc<Entry>, key: Key) -> Self {
        Self { handle, entry, key }
    }

    /// The reactor that this is registered with.
    pub(crate) fn handle(&self) -> &Arc<IoHandle> {
        &self.handle
    }

    /// Makes the system forget `source`, the object that this is the registration of.
    pub(crate) fn deregister(&self, source: &mut impl Source) -> io::Result<()> {
        self.handle.deregister(source)
    }

    /// Waits until a read would not wait. Of all tasks that poll this, the last is woken.
    ///
    /// # Errors
    ///
    /// If the runtime has ended; this holds for every operation here.
    pub(crate) fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<ReadyEvent>> {
        self.poll_ready(cx, Direction::Read)
    }

    /// Waits until a write would not wait. Of all tasks that poll this, the last is woken.
    pub(crate) fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<ReadyEvent>> {
        self.poll_ready(cx, Direction::Write)
    }

    fn poll_ready(
        &self,
        cx: &mut Context<'_>,
        direction: Direction,
    ) -> Poll<io::Result<ReadyEvent>> {
        let unit = ready!(coop::poll_proceed(cx));
        let event = ready!(self.poll_entry(cx, direction));
        unit.made_progress();
        Poll::Ready(event)
    }

    #[inline]
    fn poll_entry(
        &self,
        cx: &mut Context<'_>,
        direction: Direction,
    ) -> Poll<io::Result<ReadyEvent>> {
        coop::waits(reason(direction.interest()), self.entry.poll(direction, cx.waker()))
    }

    /// Waits for `interest`; any number of tasks may.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: what is ready stays so.
    pub(crate) async fn readiness(&self, interest: Interest) -> io::Result<ReadyEvent> {
        let mut wait = pin!(self.wait(interest));
        poll_fn(|cx| {
            let unit = ready!(coop::poll_proceed(cx));
            let event = ready!(wait.as_mut().poll(cx));
            unit.made_progress();
            Poll::Ready(event)
        })
        .await
    }

    /// As [`readiness`](Self::readiness), where what is done then is [`try_io`](Self::try_io): see `credit`.
    pub(crate) async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        match self.ready_on_credit(interest) {
            Some(ready) => Ok(ready),
            None => Ok(self.readiness(interest).await?.ready),
        }
    }

    fn ready_on_credit(&self, interest: Interest) -> Option<Ready> {
        if coop::has_budget_remaining() {
            return None;
        }
        let ready = self.entry.readiness.look(interest)?.ok()?.ready;
        credit::take(self.key, ready).then_some(ready)
    }

    /// Assumes that the object is in these states: a guess, which the first operation that has to wait refutes.
    pub(crate) fn assume(&self, ready: Ready) {
        self.entry.readiness.assume(ready);
    }

    /// The operation that `event` promised not to wait would have to.
    #[inline]
    pub(crate) fn clear_readiness(&self, event: ReadyEvent) {
        self.entry.readiness.clear(event);
    }

    /// A read or write that `event` promised not to wait moved something, but less than it was asked to. This
    /// saves the call after it, which would only be told to wait.
    ///
    /// For streams of bytes alone; `readiness` tells which are not.
    #[inline]
    pub(crate) fn clear_after_short(&self, event: ReadyEvent) {
        if sys::SHORT_MEANS_EMPTY {
            self.entry.readiness.clear_after_short(event);
        }
    }

    /// Does `operation` if the object is ready for it as far as is known, else fails with `WouldBlock`; so also if
    /// that was told on credit.
    pub(crate) fn try_io<R>(
        &self,
        interest: Interest,
        operation: impl FnOnce() -> io::Result<R>,
    ) -> io::Result<R> {
        let event = match self.entry.readiness.look(interest) {
            Some(event) if !credit::is_due(self.key, interest) => event?,
            _ => return Err(ErrorKind::WouldBlock.into()),
        };
        let result = operation();
        if would_block(&result) {
            self.clear_readiness(event);
        }
        result
    }

    /// Does `operation` as soon as it need not wait. Of all tasks that poll this for one direction, the last is
    /// woken.
    ///
    /// `operation` gets the event, for [`clear_after_short`](Self::clear_after_short).
    #[inline]
    pub(crate) fn poll_io<R>(
        &self,
        cx: &mut Context<'_>,
        direction: Direction,
        operation: impl FnMut(ReadyEvent) -> io::Result<R>,
    ) -> Poll<io::Result<R>> {
        self.poll_operation(cx, |cx| self.poll_entry(cx, direction), operation)
    }

    /// Does `operation` as soon as it need not wait; any number of tasks may.
    ///
    /// # Cancel safety
    ///
    /// The operation is done in the poll that completes this, or not at all.
    pub(crate) async fn async_io<R>(
        &self,
        interest: Interest,
        mut operation: impl FnMut(ReadyEvent) -> io::Result<R>,
    ) -> io::Result<R> {
        let mut wait = pin!(self.wait(interest));
        poll_fn(|cx| self.poll_operation(cx, |cx| wait.as_mut().poll(cx), &mut operation)).await
    }

    #[inline]
    fn poll_operation<R>(
        &self,
        cx: &mut Context<'_>,
        mut wait: impl FnMut(&mut Context<'_>) -> Poll<io::Result<ReadyEvent>>,
        mut operation: impl FnMut(ReadyEvent) -> io::Result<R>,
    ) -> Poll<io::Result<R>> {
        let unit = ready!(coop::poll_proceed(cx));
        loop {
            // The end of the runtime costs a unit too: whoever tries again after each error must let go in the end.
            let event = ready!(wait(cx)).inspect_err(|_| unit.made_progress())?;
            let result = operation(event);
            if !would_block(&result) {
                unit.made_progress();
                return Poll::Ready(result);
            }
            self.clear_readiness(event);
        }
    }

    fn wait(&self, interest: Interest) -> Wait<'_> {
        Wait { entry: &self.entry, interest, waiter: Waiter::new() }
    }
}

/// What a task waits for that waits for this.
fn reason(interest: Interest) -> WaitReason {
    match (interest.is_readable(), interest.is_writable()) {
        (true, false) => WaitReason::Readable,
        (false, true) => WaitReason::Writable,
        _ => WaitReason::Ready,
    }
}

fn would_block<R>(result: &io::Result<R>) -> bool {
    result.as_ref().is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.handle.forget(self.key);
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("key", &self.key)
            .field("entry", &self.entry)
            .finish_non_exhaustive()
    }
}

pin_project! {
    /// A place in the list of those who wait. May be polled again after it was ready, for the next event.
    struct Wait<'a> {
        entry: &'a Entry,
        interest: Interest,
        #[pin]
        waiter: Waiter<Interest>,
    }

    impl PinnedDrop for Wait<'_> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            this.entry.leave(this.waiter);
        }
    }
}

impl Wait<'_> {
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<ReadyEvent>> {
        let this = self.project();
        let event = this.entry.poll_listed(*this.interest, this.waiter, cx.waker());
        coop::waits(reason(*this.interest), event)
    }
}
