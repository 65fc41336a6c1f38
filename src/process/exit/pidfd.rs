//! Linux: a descriptor for a process.

use std::io::{self, ErrorKind};
use std::os::fd::OwnedFd;
use std::process::Child;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustix::process::{Pid, PidfdFlags, pidfd_open};

use crate::coop;
use crate::driver::IoHandle;
use crate::io::Interest;
use crate::io::unix::AsyncFd;
use crate::runtime::driver;

/// The descriptor of a child, registered with the runtime of whoever waits.
#[derive(Debug)]
pub(in crate::process) struct PidFd {
    descriptor: AsyncFd<OwnedFd>,
    driver: Arc<IoHandle>,
}

impl PidFd {
    /// # Errors
    ///
    /// If the system is too old, or forbids it, or has no descriptors left; or if the runtime has ended.
    pub(super) fn open(child: &Child) -> io::Result<Self> {
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or(ErrorKind::InvalidInput)?;
        let driver = driver::io()?;
        let descriptor = pidfd_open(pid, PidfdFlags::empty())?;
        let descriptor = AsyncFd::with_interest(descriptor, Interest::READABLE)?;
        Ok(Self { descriptor, driver })
    }

    /// Waits until the child has ended. Outside of the budget.
    ///
    /// # Errors
    ///
    /// If the runtime has ended, or this is polled in another, which may be the only one of the two that runs.
    pub(super) fn poll_ended(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !Arc::ptr_eq(&self.driver, &driver::io()?) {
            return Poll::Ready(Err(io::Error::other("it is registered elsewhere")));
        }
        coop::with_unlimited(|| self.descriptor.poll_read_ready(cx).map_ok(drop))
    }
}
