//! Doing what the object is ready for.

use std::io;
use std::os::fd::AsRawFd;

use super::AsyncFd;
use crate::io::Interest;

impl<T: AsRawFd> AsyncFd<T> {
    /// Does an operation, if the object is ready for `interest` as far as is known.
    ///
    /// `f` is to make one system call that does not wait, and to return its
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) where it would have had to: the object then counts as not ready, for all of
    /// `interest`, until the system reports otherwise. So ask for no more than what `f` does.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if it is not ready; or that of `f`; or if the runtime has ended.
    pub fn try_io<R>(
        &self,
        interest: Interest,
        f: impl FnOnce(&T) -> io::Result<R>,
    ) -> io::Result<R> {
        self.io.registration().try_io(interest, || f(self.get_ref()))
    }

    /// As [`try_io`](Self::try_io), with an object that can be changed. Its descriptor has to stay the same.
    ///
    /// # Errors
    ///
    /// As [`try_io`](Self::try_io).
    pub fn try_io_mut<R>(
        &mut self,
        interest: Interest,
        f: impl FnOnce(&mut T) -> io::Result<R>,
    ) -> io::Result<R> {
        let (source, registration) = self.io.parts_mut();
        registration.try_io(interest, || f(&mut source.inner))
    }

    /// Does an operation as soon as the object is ready for it; see [`try_io`](Self::try_io).
    ///
    /// # Cancel safety
    ///
    /// `f` has succeeded or failed when this returns, else it has only had to wait.
    ///
    /// # Errors
    ///
    /// That of `f`; or if the runtime has ended.
    pub async fn async_io<R>(
        &self,
        interest: Interest,
        mut f: impl FnMut(&T) -> io::Result<R>,
    ) -> io::Result<R> {
        self.io.registration().async_io(interest, |_| f(self.get_ref())).await
    }

    /// As [`async_io`](Self::async_io), with an object that can be changed. Its descriptor has to stay the same.
    ///
    /// # Cancel safety
    ///
    /// As [`async_io`](Self::async_io).
    ///
    /// # Errors
    ///
    /// As [`async_io`](Self::async_io).
    pub async fn async_io_mut<R>(
        &mut self,
        interest: Interest,
        mut f: impl FnMut(&mut T) -> io::Result<R>,
    ) -> io::Result<R> {
        let (source, registration) = self.io.parts_mut();
        registration.async_io(interest, |_| f(&mut source.inner)).await
    }
}
