//! Who listens to a signal.

use std::fmt;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use super::SignalKind;
use super::slot::Slot;
use super::watcher::Watcher;
use crate::coop::{self, WaitReason};
use crate::util::process::Process;
use crate::util::wait_list::Waiter;

/// Makes a listener to a kind of signal.
///
/// There may be any number of them, of one kind too, and each hears of every signal. Once the first is made the signal has not its
/// usual effect any more, for as long as the process lives: see [the module](super::super#the-handler-stays).
///
/// # Errors
///
/// [`InvalidInput`](io::ErrorKind::InvalidInput) if there is no such signal, or it is one of `SIGKILL`, `SIGSTOP`, `SIGILL`,
/// `SIGFPE` and `SIGSEGV`, which cannot be listened to; or if the system refuses, or has no descriptors or threads left.
///
/// # Examples
///
/// ```
/// use runtime::signal::unix::{SignalKind, signal};
///
/// runtime::block_on(async {
///     let mut resized = signal(SignalKind::window_change())?;
///     // Somebody resizes the terminal.
///     # signal_hook::low_level::raise(SignalKind::window_change().into())?;
///     resized.recv().await;
///     println!("drawing anew");
///     # Ok::<(), std::io::Error>(())
/// })
/// # .unwrap();
/// ```
pub fn signal(kind: SignalKind) -> io::Result<Signal> {
    Signal::new(kind, Watcher::slot, Slot::received)
}

/// As [`signal`], for a thread of this crate's own, which wakes no task by what it does when the signal comes: it does not stand against
/// all tasks being asleep. What has been delivered is over for it.
pub(crate) fn signal_for_a_tool(kind: SignalKind) -> io::Result<Signal> {
    Signal::new(kind, Watcher::tool_slot, Slot::count)
}

/// As [`signal`], for a listener to which all that has been delivered is over, also if nobody has received it.
pub(in crate::signal) fn signal_from_now(kind: SignalKind) -> io::Result<Signal> {
    Signal::new(kind, Watcher::slot, Slot::count)
}

/// A listener to a kind of signal.
///
/// It is made by [`signal`].
///
/// # Several signals are one
///
/// What is received says that the signal came at least once since the last time: several that come before that are one. One that
/// comes later is received by the next call.
///
/// # Signals between two listeners
///
/// A new listener goes on from where the others are. So one that is made anew in each round of a loop receives the signal that came
/// in between, or was there for the one before that did not get to receive it. It does not receive what another listener has received
/// before it was made.
///
/// # Child processes
///
/// In a child that is forked off, a listener of the parent hears of nothing any more. The child may make its own.
pub struct Signal {
    kind: SignalKind,
    slot: &'static Slot,
    received: u64,
    waiter: Pin<Box<Waiter<u64>>>,
    /// The one that made it. Another may find the lock of the slot taken for ever.
    process: Process,
}

impl Signal {
    fn new(
        kind: SignalKind,
        slot: fn(&'static Watcher, SignalKind) -> io::Result<&'static Slot>,
        start: fn(&Slot) -> u64,
    ) -> io::Result<Self> {
        let watcher = Watcher::of_this_process();
        let slot = slot(watcher, kind)?;
        // Before the signal is caught: else one that comes between the two may have no effect at all.
        let received = start(slot);
        watcher.watch(kind)?;
        let (waiter, process) = (Box::pin(Waiter::new()), Process::current());
        Ok(Self { kind, slot, received, waiter, process })
    }

    /// Waits for the next signal. Always gives `Some`, and takes one unit of the task's budget.
    ///
    /// # Cancel safety
    ///
    /// No signal is lost: the next call receives it.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use runtime::signal::unix::{SignalKind, signal};
    ///
    /// # async fn run() -> std::io::Result<()> {
    /// let mut hangup = signal(SignalKind::hangup())?;
    /// loop {
    ///     hangup.recv().await;
    ///     println!("reading the configuration");
    /// }
    /// # }
    /// ```
    pub async fn recv(&mut self) -> Option<()> {
        poll_fn(|cx| self.poll_recv(cx)).await
    }

    /// As [`recv`](Self::recv), for a future that is written by hand. Of all tasks that call it, the last is woken.
    pub fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<()>> {
        let unit = ready!(coop::poll_proceed(cx));
        ready!(coop::waits(WaitReason::Signal, self.poll_slot(cx.waker(), true)));
        unit.made_progress();
        Poll::Ready(Some(()))
    }

    /// As [`poll_recv`](Self::poll_recv), for the runtime itself: outside of the budget, and the program has not received the
    /// signal by that.
    pub(crate) fn poll_signal(&mut self, waker: &Waker) -> Poll<()> {
        self.poll_slot(waker, false)
    }

    fn poll_slot(&mut self, waker: &Waker, for_all: bool) -> Poll<()> {
        if self.is_inherited() {
            return Poll::Pending;
        }
        self.slot.poll(&mut self.received, self.waiter.as_mut(), waker, for_all)
    }

    fn is_inherited(&self) -> bool {
        self.process != Process::current()
    }
}

impl Drop for Signal {
    fn drop(&mut self) {
        if self.is_inherited() {
            // It may stand in the parent's list, from which it cannot be taken. Nobody goes through that here.
            std::mem::forget(std::mem::replace(&mut self.waiter, Box::pin(Waiter::new())));
            return;
        }
        self.slot.leave(self.waiter.as_mut());
    }
}

impl fmt::Debug for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signal").field("kind", &self.kind).finish_non_exhaustive()
    }
}
