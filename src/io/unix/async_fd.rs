//! The object: how it is made, and how one waits for it.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::task::{Context, Poll, ready};

use super::descriptor::Descriptor;
use super::{AsyncFdReadyGuard, AsyncFdReadyMutGuard, AsyncFdRegisterError};
use crate::driver::Evented;
use crate::io::Interest;
use crate::runtime::driver;

/// Something with a descriptor, whose readiness is waited for.
///
/// It is for whatever the system can report on and this crate has no type for: a device, a socket of another kind, a library's
/// connection. Regular files cannot be registered.
///
/// The descriptor has to be non-blocking, which nobody makes it here, and has to stay the same as long as it is in here. The
/// operations are the user's: wait by [`readable`](Self::readable), try by [`AsyncFdReadyGuard::try_io`]; or let
/// [`async_io`](Self::async_io) do both.
///
/// Whatever is in here is dropped after the system has forgotten the descriptor. Any number of tasks may wait.
///
/// # Examples
///
/// ```
/// use std::io::{Read, Write};
/// use std::os::unix::net::UnixStream;
/// use runtime::io::Interest;
/// use runtime::io::unix::AsyncFd;
///
/// runtime::block_on(async {
///     let (ours, mut theirs) = UnixStream::pair()?;
///     ours.set_nonblocking(true)?;
///     let ours = AsyncFd::new(ours)?;
///
///     theirs.write_all(b"ping")?;
///     let mut bytes = [0; 16];
///     let length = ours.async_io(Interest::READABLE, |mut stream| stream.read(&mut bytes)).await?;
///     assert_eq!(&bytes[..length], b"ping");
///     # Ok::<(), std::io::Error>(())
/// })
/// # .unwrap();
/// ```
pub struct AsyncFd<T: AsRawFd> {
    pub(super) io: Evented<Descriptor<T>>,
}

impl<T: AsRawFd> AsyncFd<T> {
    /// Registers a descriptor for reading and writing.
    ///
    /// # Errors
    ///
    /// If the system refuses, which it does for regular files and for a descriptor that is registered already; or if the
    /// runtime has ended. `inner` is dropped then; [`try_new`](Self::try_new) gives it back.
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn new(inner: T) -> io::Result<Self> {
        Ok(Self::try_new(inner)?)
    }

    /// As [`new`](Self::new), for what is asked for: a pipe's end, say, is only read or only written.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn with_interest(inner: T, interest: Interest) -> io::Result<Self> {
        Ok(Self::try_with_interest(inner, interest)?)
    }

    /// As [`new`](Self::new), and gives `inner` back with the error.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn try_new(inner: T) -> Result<Self, AsyncFdRegisterError<T>> {
        Self::try_with_interest(inner, Interest::READABLE | Interest::WRITABLE)
    }

    /// As [`with_interest`](Self::with_interest), and gives `inner` back with the error.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn try_with_interest(
        inner: T,
        interest: Interest,
    ) -> Result<Self, AsyncFdRegisterError<T>> {
        let handle = match driver::io() {
            Ok(handle) => handle,
            Err(cause) => return Err(AsyncFdRegisterError { inner, cause }),
        };
        match Evented::try_new(&handle, Descriptor::new(inner), interest) {
            Ok(io) => Ok(Self { io }),
            Err((Descriptor { inner, .. }, cause)) => Err(AsyncFdRegisterError { inner, cause }),
        }
    }

    /// As [`try_new`](Self::try_new), with a promise that nothing here rests on: it is there for those who call it by this name.
    ///
    /// # Safety
    ///
    /// The descriptor stays open and the same until this is dropped or taken apart.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub unsafe fn register(inner: T) -> Result<Self, AsyncFdRegisterError<T>> {
        Self::try_new(inner)
    }

    /// As [`register`](Self::register), for what is asked for.
    ///
    /// # Safety
    ///
    /// As for [`register`](Self::register).
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub unsafe fn register_with_interest(
        inner: T,
        interest: Interest,
    ) -> Result<Self, AsyncFdRegisterError<T>> {
        Self::try_with_interest(inner, interest)
    }

    /// What is in here.
    pub fn get_ref(&self) -> &T {
        &self.io.inner
    }

    /// What is in here, to be changed. Its descriptor has to stay the same.
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.io.parts_mut().0.inner
    }

    /// What is in here, no longer registered.
    pub fn into_inner(self) -> T {
        let (source, _forgotten) = self.io.release();
        source.inner
    }

    /// As [`readable`](Self::readable), for one task: of all that poll for reading, the last is woken.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub fn poll_read_ready<'a>(
        &'a self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<AsyncFdReadyGuard<'a, T>>> {
        let event = ready!(self.io.registration().poll_read_ready(cx))?;
        Poll::Ready(Ok(AsyncFdReadyGuard::new(self, event)))
    }

    /// As [`readable_mut`](Self::readable_mut), for one task: of all that poll for reading, the last is woken.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub fn poll_read_ready_mut<'a>(
        &'a mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<AsyncFdReadyMutGuard<'a, T>>> {
        let event = ready!(self.io.registration().poll_read_ready(cx))?;
        Poll::Ready(Ok(AsyncFdReadyMutGuard::new(self, event)))
    }

    /// As [`writable`](Self::writable), for one task: of all that poll for writing, the last is woken.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub fn poll_write_ready<'a>(
        &'a self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<AsyncFdReadyGuard<'a, T>>> {
        let event = ready!(self.io.registration().poll_write_ready(cx))?;
        Poll::Ready(Ok(AsyncFdReadyGuard::new(self, event)))
    }

    /// As [`writable_mut`](Self::writable_mut), for one task: of all that poll for writing, the last is woken.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub fn poll_write_ready_mut<'a>(
        &'a mut self,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<AsyncFdReadyMutGuard<'a, T>>> {
        let event = ready!(self.io.registration().poll_write_ready(cx))?;
        Poll::Ready(Ok(AsyncFdReadyMutGuard::new(self, event)))
    }

    /// Waits until the descriptor is ready for one of the things in `interest`, of those that it was registered for.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: what is ready stays so until it is cleared.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub async fn ready(&self, interest: Interest) -> io::Result<AsyncFdReadyGuard<'_, T>> {
        Ok(AsyncFdReadyGuard::new(self, self.io.registration().readiness(interest).await?))
    }

    /// As [`ready`](Self::ready), with a guard that lets the object be changed.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub async fn ready_mut(
        &mut self,
        interest: Interest,
    ) -> io::Result<AsyncFdReadyMutGuard<'_, T>> {
        // It holds the registration alone while it waits, so that the future can go to another thread if `T` can, and need not be shared.
        let event = self.io.registration().readiness(interest).await?;
        Ok(AsyncFdReadyMutGuard::new(self, event))
    }

    /// Waits until a read would not have to wait.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: what is ready stays so until it is cleared.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub async fn readable<'a>(&'a self) -> io::Result<AsyncFdReadyGuard<'a, T>> {
        self.ready(Interest::READABLE).await
    }

    /// As [`readable`](Self::readable), with a guard that lets the object be changed.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub async fn readable_mut<'a>(&'a mut self) -> io::Result<AsyncFdReadyMutGuard<'a, T>> {
        self.ready_mut(Interest::READABLE).await
    }

    /// Waits until a write would not have to wait.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: what is ready stays so until it is cleared.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub async fn writable<'a>(&'a self) -> io::Result<AsyncFdReadyGuard<'a, T>> {
        self.ready(Interest::WRITABLE).await
    }

    /// As [`writable`](Self::writable), with a guard that lets the object be changed.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub async fn writable_mut<'a>(&'a mut self) -> io::Result<AsyncFdReadyMutGuard<'a, T>> {
        self.ready_mut(Interest::WRITABLE).await
    }
}

impl<T: AsRawFd> AsRawFd for AsyncFd<T> {
    fn as_raw_fd(&self) -> RawFd {
        self.get_ref().as_raw_fd()
    }
}

impl<T: AsRawFd + AsFd> AsFd for AsyncFd<T> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.get_ref().as_fd()
    }
}

impl<T: AsRawFd + fmt::Debug> fmt::Debug for AsyncFd<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncFd").field("inner", self.get_ref()).finish_non_exhaustive()
    }
}
