//! What an object was ready for that is borrowed whole.

use std::fmt;
use std::io::{self, ErrorKind};
use std::os::fd::AsRawFd;

use super::{AsyncFd, TryIoError};
use crate::driver::ReadyEvent;
use crate::io::Ready;

/// That an [`AsyncFd`] is ready, and that nobody else has it.
///
/// Dropping it changes nothing: the object stays ready until that is cleared.
#[must_use = "readiness stays until it is cleared, so a loop that does nothing with this never waits"]
pub struct AsyncFdReadyMutGuard<'a, T: AsRawFd> {
    async_fd: &'a mut AsyncFd<T>,
    event: ReadyEvent,
}

impl<'a, T: AsRawFd> AsyncFdReadyMutGuard<'a, T> {
    pub(super) fn new(async_fd: &'a mut AsyncFd<T>, event: ReadyEvent) -> Self {
        Self { async_fd, event }
    }

    /// Says that the object is not ready for what was told, since an operation had to wait.
    ///
    /// What was told later than this guard was made is not cleared. Clear only what an operation has proved wrong: nobody is
    /// told of the rest again.
    pub fn clear_ready(&mut self) {
        self.clear_ready_matching(Ready::ALL);
    }

    /// As [`clear_ready`](Self::clear_ready), for those of the states alone that are in `ready`.
    pub fn clear_ready_matching(&mut self, ready: Ready) {
        let (cleared, left) = self.event.split(ready);
        self.async_fd.io.registration().clear_readiness(cleared);
        self.event = left;
    }

    /// Leaves the object as ready as it is. This does nothing, and says so.
    pub fn retain_ready(&mut self) {}

    /// What the object was ready for, without what was cleared by this guard.
    pub fn ready(&self) -> Ready {
        self.event.ready
    }

    /// Does an operation, and clears what was told if that would have had to wait.
    ///
    /// `f` is to make one system call that does not wait.
    ///
    /// # Errors
    ///
    /// [`TryIoError`] in place of [`WouldBlock`](ErrorKind::WouldBlock); any other result of `f` is inside of `Ok`.
    pub fn try_io<R>(
        &mut self,
        f: impl FnOnce(&mut AsyncFd<T>) -> io::Result<R>,
    ) -> Result<io::Result<R>, TryIoError> {
        let result = f(self.async_fd);
        match result {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.clear_ready();
                Err(TryIoError(()))
            }
            result => Ok(result),
        }
    }

    /// The object that is ready.
    pub fn get_ref(&self) -> &AsyncFd<T> {
        self.async_fd
    }

    /// The object that is ready, to be changed.
    pub fn get_mut(&mut self) -> &mut AsyncFd<T> {
        self.async_fd
    }

    /// What is in it.
    pub fn get_inner(&self) -> &T {
        self.async_fd.get_ref()
    }

    /// What is in it, to be changed. Its descriptor has to stay the same.
    pub fn get_inner_mut(&mut self) -> &mut T {
        self.async_fd.get_mut()
    }
}

impl<T: AsRawFd + fmt::Debug> fmt::Debug for AsyncFdReadyMutGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncFdReadyMutGuard")
            .field("async_fd", &self.async_fd)
            .field("ready", &self.event.ready)
            .finish_non_exhaustive()
    }
}
