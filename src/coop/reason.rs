//! Why a task waits: what its last leaf leaves behind when it returns `Pending`.
//!
//! A dump is of little use if it says of a million tasks that they wait, and not for what. The leaf knows; the task's state
//! word has bits to spare (`cell::state`). Between the two stands one byte of the thread, beside the budget:
//!
//! 1. who begins a poll clears it, where the budget is refilled;
//! 2. a leaf that returns `Pending` stores its reason there ([`waits`]);
//! 3. the cell reads it when the poll has returned `Pending`, and writes it in the exchange by which the task is given back.
//!
//! So a wait costs one plain store and no task pays a byte. The byte is of one poll: a poll inside another (a `LocalSet`, a
//! `block_on` in a task) has its own, and leaves that of the outer one as it was.
//!
//! # Which one is seen
//!
//! The leaf that was polled last wins, whatever combines them; a future that is made of leaves and waits for something of its own
//! names that after them ([`waiting_for`]). One that only watches over another, as a timeout does, is not to be seen in its
//! place: it looks by [`aside`], and a timeout adds that there is one ([`watched`]). Futures of others leave nothing, and then the task
//! is said to be pending. *Not done*: to clear the byte when a leaf completes. In a `join!` it would take away what a branch
//! waits for that was polled before.

use std::cell::Cell;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;

/// Defines the reasons and their texts, which are one list.
macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident: $text:literal,)+) => {
        /// What a task waits for.
        ///
        /// It is left by the future of this crate that was polled last in the task's last poll, and was not ready. If a task waits
        /// for several things, one of them is told. Its text, by `Display`, is in small letters, as in `channel receive`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum WaitReason {
            $($(#[doc = $doc])+ $name,)+
        }

        impl WaitReason {
            /// All of them, by number.
            const ALL: &[Self] = &[$(Self::$name,)+];

            const fn text(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }
        }
    };
}

reasons! {
    /// Something that this crate does not know: a future of another library, or of the program itself.
    Pending: "pending",
    /// A value from a channel of `chan` or `sync::mpsc`.
    ChannelReceive: "channel receive",
    /// Room in such a channel.
    ChannelSend: "channel send",
    /// The end of a channel's receivers, of any kind of channel.
    ChannelClosed: "channel closed",
    /// A value of `sync::broadcast`.
    BroadcastReceive: "broadcast receive",
    /// The value of a `sync::oneshot`.
    OneshotReceive: "oneshot receive",
    /// A change of a `sync::watch`.
    WatchChanged: "watch changed",
    /// A `Mutex`.
    Mutex: "mutex",
    /// A `RwLock`, to read.
    RwLockRead: "rwlock read",
    /// A `RwLock`, to write.
    RwLockWrite: "rwlock write",
    /// Permits of a `Semaphore`.
    Semaphore: "semaphore",
    /// A `Notify`.
    Notify: "notify",
    /// A `WaitGroup`.
    WaitGroup: "wait group",
    /// The others of a `Barrier`.
    Barrier: "barrier",
    /// The value of a `OnceCell` or `SetOnce`.
    OnceCell: "once cell",
    /// The end of a `Context`.
    ContextDone: "context done",
    /// The members of a `Group`, or room among them.
    Group: "group",
    /// The end of a task.
    Join: "join",
    /// The end of a task of a `JoinSet`.
    JoinSet: "join set",
    /// The tasks of a `LocalSet`.
    LocalSet: "local set",
    /// The end of a closure of the blocking pool.
    BlockingPool: "blocking pool",
    /// A moment.
    Sleep: "sleep",
    /// The next tick of an `Interval`.
    Interval: "interval",
    /// A future of somebody else, in a `timeout`.
    Timeout: "timeout",
    /// Data, or an end, from a socket, a pipe or whatever else the system tells of.
    Readable: "readable",
    /// Room to write there.
    Writable: "writable",
    /// Either of the two.
    Ready: "readiness",
    /// A connection to accept.
    Accept: "accept",
    /// A connection to be made.
    Connect: "connect",
    /// A name to be looked up.
    Lookup: "name look-up",
    /// The other end of a `duplex` or `simplex`.
    InMemoryStream: "in-memory stream",
    /// A file, a directory, or a standard stream: the blocking pool works at it.
    File: "file",
    /// The end of a child process.
    Process: "process",
    /// A signal of the system.
    Signal: "signal",
}

impl fmt::Display for WaitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.text())
    }
}

/// A reason, and whether the wait has a limit, in [`Why::BITS`] bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Why(u8);

/// There is a timeout.
const TIMED: u8 = 1 << 6;

const _: () = assert!(WaitReason::ALL.len() <= TIMED as usize, "more reasons than fit");

impl Why {
    pub(crate) const BITS: u32 = 7;

    /// Nothing was left.
    const UNKNOWN: Self = Self(WaitReason::Pending as u8);

    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    /// From [`bits`](Self::bits).
    pub(crate) fn from_bits(bits: u8) -> Self {
        Self(bits & ((1 << Self::BITS) - 1))
    }

    /// What is waited for.
    pub(crate) fn reason(self) -> WaitReason {
        WaitReason::ALL[usize::from(self.0 & !TIMED)]
    }

    /// Whether there is a timeout.
    pub(crate) fn is_timed(self) -> bool {
        self.0 & TIMED != 0
    }
}

thread_local! {
    /// What the leaves of the present poll have left.
    static LEFT: Cell<Why> = const { Cell::new(Why::UNKNOWN) };
}

/// What was left in this poll. For who ends it.
#[inline]
pub(crate) fn left() -> Why {
    LEFT.get()
}

/// Begins a poll, in which nothing was left so far; returns what was left in the one around it.
#[inline]
pub(super) fn begin() -> Why {
    LEFT.replace(Why::UNKNOWN)
}

/// Goes back to the poll around.
#[inline]
pub(super) fn resume(outer: Why) {
    LEFT.set(outer);
}

/// Passes on what a leaf returns, which waits for this if it is not ready.
#[inline]
pub(crate) fn waits<T>(reason: WaitReason, poll: Poll<T>) -> Poll<T> {
    if poll.is_pending() {
        LEFT.set(Why(reason as u8));
    }
    poll
}

/// Polls something that is not to be seen as what the task waits for.
#[cfg(any(feature = "sync", feature = "time"))]
#[inline]
pub(crate) fn aside<T>(poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
    let before = LEFT.get();
    let result = poll();
    LEFT.set(before);
    result
}

/// Polls something with a timeout, which is told in its place if it leaves no reason.
#[cfg(feature = "time")]
#[inline]
pub(crate) fn watched<T>(poll: impl FnOnce() -> Poll<T>) -> Poll<T> {
    let before = begin();
    let result = poll();
    match result {
        Poll::Ready(_) => LEFT.set(before),
        Poll::Pending => LEFT.set(match LEFT.get() {
            Why::UNKNOWN => Why(WaitReason::Timeout as u8 | TIMED),
            Why(left) => Why(left | TIMED),
        }),
    }
    result
}

pin_project! {
    /// Future of [`waiting_for`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub(crate) struct WaitingFor<F> {
        reason: WaitReason,
        #[pin]
        future: F,
    }
}

/// The same future, that waits for this whatever it is made of.
#[cfg(any(feature = "net", feature = "sync"))]
pub(crate) fn waiting_for<F: Future>(reason: WaitReason, future: F) -> WaitingFor<F> {
    WaitingFor { reason, future }
}

impl<F: Future> Future for WaitingFor<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        waits(*this.reason, this.future.poll(cx))
    }
}

#[cfg(all(test, feature = "time", not(loom)))]
mod tests {
    use super::*;
    use crate::coop::with_budget;

    fn recv() -> Poll<()> {
        waits(WaitReason::ChannelReceive, Poll::Pending)
    }

    #[test]
    fn the_last_leaf_that_is_not_ready_wins() {
        with_budget(|| {
            assert_eq!(left().reason(), WaitReason::Pending);
            let _ = recv();
            let _ = waits(WaitReason::Sleep, Poll::<()>::Pending);
            let _ = waits(WaitReason::Mutex, Poll::Ready(()));
            assert_eq!((left().reason(), left().is_timed()), (WaitReason::Sleep, false));
        });
    }

    #[test]
    fn a_poll_inside_another_has_its_own() {
        with_budget(|| {
            let _ = recv();
            with_budget(|| {
                assert_eq!(left().reason(), WaitReason::Pending, "that of the outer poll is seen");
                let _ = waits(WaitReason::Sleep, Poll::<()>::Pending);
            });
            assert_eq!(left().reason(), WaitReason::ChannelReceive);
        });
        assert_eq!(left().reason(), WaitReason::Pending);
    }

    #[test]
    fn a_timeout_is_added_to_what_it_watches_over() {
        with_budget(|| {
            let _ = watched(recv);
            let _ = aside(|| waits(WaitReason::Sleep, Poll::<()>::Pending));
            assert_eq!((left().reason(), left().is_timed()), (WaitReason::ChannelReceive, true));
        });
        with_budget(|| {
            let _ = recv(); // a branch before it, of which the timeout is not
            let _ = watched(|| Poll::<()>::Pending);
            assert_eq!((left().reason(), left().is_timed()), (WaitReason::Timeout, true));
        });
        with_budget(|| {
            let _ = recv();
            let _ = watched(|| Poll::Ready(()));
            assert_eq!((left().reason(), left().is_timed()), (WaitReason::ChannelReceive, false));
        });
    }

    #[test]
    fn every_reason_comes_back_from_its_bits() {
        for &reason in WaitReason::ALL {
            let why = Why::from_bits(reason as u8 | TIMED);
            assert_eq!((why.reason(), why.is_timed()), (reason, true));
            assert!(!reason.to_string().is_empty());
        }
    }
}
