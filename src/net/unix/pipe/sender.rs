//! The end that writes.

use std::fs::File;
use std::io::{self, IoSlice, Write};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::pin::Pin;
use std::task::{Context, Poll};

use mio::unix::pipe;
use tokio::io::AsyncWrite;

use super::kind::{self, Access};
use crate::driver::Evented;
use crate::io::{Interest, Ready};
use crate::net::byte_stream;
use crate::runtime::driver;

/// The end of a pipe that writes.
///
/// It is written through [`AsyncWriteExt`](crate::io::AsyncWriteExt). A write fails when nobody reads any more. The pipe ends
/// when all that can write to it are closed, which is when this is dropped; `shutdown` does not end it.
#[derive(Debug)]
pub struct Sender {
    io: Evented<pipe::Sender>,
}

impl Sender {
    /// Makes one of a file, which has to be an end of a pipe, open for writing. It is made non-blocking, for all who have a
    /// duplicate of its descriptor.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) if it is not; or if the system refuses, or the runtime has ended.
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn from_file(file: File) -> io::Result<Self> {
        kind::check(&file, Access::Write)?;
        Self::from_blocking(OwnedFd::from(file).into())
    }

    /// As [`from_file`](Self::from_file), of a descriptor.
    ///
    /// # Errors
    ///
    /// As [`from_file`](Self::from_file).
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn from_owned_fd(owned_fd: OwnedFd) -> io::Result<Self> {
        Self::from_file(owned_fd.into())
    }

    /// As [`from_file`](Self::from_file), without a look: it has to be an end of a pipe, open for writing, and non-blocking
    /// already.
    ///
    /// # Errors
    ///
    /// If the system refuses, or the runtime has ended.
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn from_file_unchecked(file: File) -> io::Result<Self> {
        Self::from_owned_fd_unchecked(file.into())
    }

    /// As [`from_file_unchecked`](Self::from_file_unchecked), of a descriptor.
    ///
    /// # Errors
    ///
    /// As [`from_file_unchecked`](Self::from_file_unchecked).
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn from_owned_fd_unchecked(owned_fd: OwnedFd) -> io::Result<Self> {
        Self::new(owned_fd.into())
    }

    #[track_caller]
    pub(super) fn new(end: pipe::Sender) -> io::Result<Self> {
        Ok(Self { io: Evented::new(&driver::io()?, end, Interest::WRITABLE)? })
    }

    /// The end of a pipe that may block so far.
    #[track_caller]
    pub(crate) fn from_blocking(end: pipe::Sender) -> io::Result<Self> {
        end.set_nonblocking(true)?;
        Self::new(end)
    }

    /// The descriptor, in blocking mode, for all who have a duplicate of it.
    ///
    /// # Errors
    ///
    /// If the system refuses; it is closed then.
    pub fn into_blocking_fd(self) -> io::Result<OwnedFd> {
        let end = self.io.into_source()?;
        end.set_nonblocking(false)?;
        Ok(end.into())
    }

    /// The descriptor, which stays non-blocking.
    ///
    /// # Errors
    ///
    /// If the system does not know it any more; it is closed then.
    pub fn into_nonblocking_fd(self) -> io::Result<OwnedFd> {
        self.io.into_source().map(OwnedFd::from)
    }

    /// Waits until the end is ready for one of the things in `interest`, and tells for which.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: what is ready stays so until an operation has to wait.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        self.io.registration().ready(interest).await
    }

    /// Waits until a write would not have to wait. Any number of tasks may.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub async fn writable(&self) -> io::Result<()> {
        self.ready(Interest::WRITABLE).await.map(drop)
    }

    /// As [`writable`](Self::writable), for one task: of all that call this or write, the last is woken.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io.registration().poll_write_ready(cx).map_ok(drop)
    }

    /// Writes what the system takes at once. Returns how many bytes.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if it takes nothing now; or as a write.
    pub fn try_write(&self, buf: &[u8]) -> io::Result<usize> {
        self.try_io(|| (&*self.io).write(buf))
    }

    /// Writes what the system takes at once of all buffers, in their order.
    ///
    /// # Errors
    ///
    /// As [`try_write`](Self::try_write).
    pub fn try_write_vectored(&self, buf: &[IoSlice<'_>]) -> io::Result<usize> {
        self.try_io(|| (&*self.io).write_vectored(buf))
    }

    /// Does an operation on the descriptor, if it is ready for a write as far as is known.
    ///
    /// `f` is to make one system call that does not wait, and to return its
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) where it would have had to.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if it is not ready; or that of `f`; or if the runtime has ended.
    pub fn try_io<R>(&self, f: impl FnOnce() -> io::Result<R>) -> io::Result<R> {
        self.io.registration().try_io(Interest::WRITABLE, f)
    }
}

impl AsyncWrite for Sender {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        byte_stream::poll_write(&self.io, cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        byte_stream::poll_write_vectored(&self.io, cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Does nothing: a pipe ends when it is closed.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl AsRawFd for Sender {
    fn as_raw_fd(&self) -> RawFd {
        self.io.as_raw_fd()
    }
}

impl AsFd for Sender {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.io.as_fd()
    }
}
