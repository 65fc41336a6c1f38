//! A process that was started, until it is known how it ended.

use std::io;
use std::process::{Child, ExitStatus};
use std::task::{Context, Poll, ready};

use super::exit::Exit;
use super::orphans;
use crate::coop::{self, WaitReason};
use crate::util::process::Process;

/// See the module's prose. Dropped before, it is left to `orphans`.
#[derive(Debug)]
pub(super) struct Running {
    /// There until the status is.
    child: Option<Child>,
    status: Option<ExitStatus>,
    exit: Exit,
    pub(super) kill_on_drop: bool,
    /// The one whose child it is. Another can neither wait for it, nor should it end it.
    parent: Process,
}

impl Running {
    pub(super) fn new(child: Child, kill_on_drop: bool) -> Self {
        let (status, exit, parent) = (None, Exit::Unwatched, Process::current());
        Self { child: Some(child), status, exit, kill_on_drop, parent }
    }

    pub(super) fn id(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Asks first: if somebody else has (or the system, where `SIGCHLD` is ignored), or in a process that was forked off, the
    /// number may be another's.
    pub(super) fn kill(&mut self) -> io::Result<()> {
        self.try_wait()?;
        self.child.as_mut().map_or(Ok(()), Child::kill)
    }

    /// How it ended, if it has.
    pub(super) fn try_wait(&mut self) -> io::Result<Option<ExitStatus>> {
        let Some(child) = &mut self.child else { return Ok(self.status) };
        self.status = child.try_wait()?;
        if self.status.is_some() {
            self.child = None;
            self.exit = Exit::Unwatched;
        }
        Ok(self.status)
    }

    /// Waits until it has ended, and tells how.
    pub(super) fn poll_wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<ExitStatus>> {
        let unit = ready!(coop::poll_proceed(cx));
        let status = ready!(coop::waits(WaitReason::Process, self.poll_status(cx)));
        unit.made_progress();
        Poll::Ready(status)
    }

    fn poll_status(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<ExitStatus>> {
        loop {
            if let Some(status) = self.try_wait()? {
                return Poll::Ready(Ok(status));
            }
            let child = self.child.as_ref().expect("a child without a status is there");
            ready!(self.exit.poll(child, cx))?;
        }
    }

    /// What tests want told in another way.
    #[cfg(all(test, not(loom), target_os = "linux"))]
    pub(super) fn exit_mut(&mut self) -> &mut Exit {
        &mut self.exit
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.parent != Process::current() {
            return;
        }
        if self.kill_on_drop {
            let _ = self.kill(); // it fails if somebody else has asked the child, or if it has become another user's
        }
        if let Some(child) = self.child.take() {
            orphans::adopt(child);
        }
    }
}
