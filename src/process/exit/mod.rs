//! How one learns that a child may have ended.
//!
//! To ask a child how it ended never waits, and may be done at any time. So all that has to be found out is when to ask
//! (again). Linux gives a descriptor for a process, a pidfd, which becomes readable when the process has ended: it tells of one
//! child, once, and through the driver. Elsewhere, and where that cannot be had, a signal says that some child
//! has ended, and each task that waits asks its own.
//!
//! # The states
//!
//! | state | next | when |
//! |---|---|---|
//! | unwatched | pidfd | somebody waits, and the system gives a descriptor |
//! | unwatched | signal | there is none: an old kernel, a sandbox, no descriptors left, the runtime has ended |
//! | pidfd | told | the descriptor says that the child has ended |
//! | pidfd | unwatched | the runtime in which it was registered has ended, or another one waits |
//! | told | signal | the child was asked, and had not |
//!
//! Nothing is watched before somebody waits: a child that has ended by then, or is never waited for, costs nothing.
//!
//! # Why no end is missed
//!
//! *Pidfd*: it stays readable, and the driver tells so also if it was when it was registered. The number of the child means
//! no other process, since it was not asked yet with success.
//!
//! *Signal*: the listener is made first, and the child asked after that. If it ends before, the question finds it; if after, the
//! listener has a signal, or one that it stands for.
//!
//! *Told, and not ended*: so it is with a child that is traced. The system tells the end when it has come, but lets nobody
//! but the tracer ask until that has; then it sends the signal to the parent.

use std::io;
use std::process::Child;
use std::task::{Context, Poll, ready};

use crate::signal::unix::{Signal, SignalKind, signal};

#[cfg(any(target_os = "android", target_os = "linux"))]
mod pidfd;
#[cfg(any(target_os = "android", target_os = "linux"))]
use pidfd::PidFd;

#[cfg(not(any(target_os = "android", target_os = "linux")))]
mod no_pidfd;
#[cfg(not(any(target_os = "android", target_os = "linux")))]
use no_pidfd::PidFd;

/// See the module's prose.
#[derive(Debug)]
pub(super) enum Exit {
    Unwatched,
    PidFd(PidFd),
    Told,
    Signal(Signal),
}

impl Exit {
    /// Waits until `child`, which was asked and had not ended, is to be asked again. Outside of the budget.
    ///
    /// # Errors
    ///
    /// If there is no way to find out, since the system has no descriptors or threads left.
    pub(super) fn poll(&mut self, child: &Child, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            match self {
                Self::Unwatched => match PidFd::open(child) {
                    Ok(pidfd) => *self = Self::PidFd(pidfd),
                    Err(_) => return Poll::Ready(self.listen()),
                },
                Self::PidFd(pidfd) => match ready!(pidfd.poll_ended(cx)) {
                    Ok(()) => {
                        *self = Self::Told;
                        return Poll::Ready(Ok(()));
                    }
                    Err(_) => *self = Self::Unwatched,
                },
                Self::Told => return Poll::Ready(self.listen()),
                Self::Signal(children) => return children.poll_signal(cx.waker()).map(Ok),
            }
        }
    }

    fn listen(&mut self) -> io::Result<()> {
        *self = Self::Signal(signal(SignalKind::child())?);
        Ok(())
    }
}
