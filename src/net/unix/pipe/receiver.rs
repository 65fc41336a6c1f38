//! The end that reads.

use std::fs::File;
use std::io::{self, IoSliceMut, Read};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::BufMut;
use mio::unix::pipe;
use tokio::io::{AsyncRead, ReadBuf};

use super::kind::{self, Access};
use crate::driver::Evented;
use crate::io::{Interest, Ready};
use crate::net::{byte_stream, growing};
use crate::runtime::driver;
use crate::util::fill;

/// The end of a pipe that reads.
///
/// It is read through [`AsyncReadExt`](crate::io::AsyncReadExt). The pipe ends when all that can write to it are closed.
#[derive(Debug)]
pub struct Receiver {
    io: Evented<pipe::Receiver>,
}

impl Receiver {
    /// Makes one of a file, which has to be an end of a pipe, open for reading. It is made non-blocking, for all who have a
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
        kind::check(&file, Access::Read)?;
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

    /// As [`from_file`](Self::from_file), without a look: it has to be an end of a pipe, open for reading, and non-blocking
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
    pub(super) fn new(end: pipe::Receiver) -> io::Result<Self> {
        Ok(Self { io: Evented::new(&driver::io()?, end, Interest::READABLE)? })
    }

    /// The end of a pipe that may block so far.
    #[track_caller]
    pub(crate) fn from_blocking(end: pipe::Receiver) -> io::Result<Self> {
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

    /// Waits until a read would not have to wait. Any number of tasks may.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub async fn readable(&self) -> io::Result<()> {
        self.ready(Interest::READABLE).await.map(drop)
    }

    /// As [`readable`](Self::readable), for one task: of all that call this or read, the last is woken.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io.registration().poll_read_ready(cx).map_ok(drop)
    }

    /// Reads what has come, without waiting. Returns how many bytes; zero is the end of the pipe.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if nothing has; or as a read.
    pub fn try_read(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.try_io(|| (&*self.io).read(buf))
    }

    /// Reads what has come into one buffer after the other, without waiting.
    ///
    /// # Errors
    ///
    /// As [`try_read`](Self::try_read).
    pub fn try_read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.try_io(|| (&*self.io).read_vectored(bufs))
    }

    /// Reads what has come into the room that `buf` has, without waiting.
    ///
    /// # Errors
    ///
    /// As [`try_read`](Self::try_read).
    pub fn try_read_buf<B: BufMut>(&self, buf: &mut B) -> io::Result<usize> {
        growing::receive(buf, fill::MOST_CLEARED, |room| self.try_read(room))
    }

    /// Does an operation on the descriptor, if it is ready for a read as far as is known.
    ///
    /// `f` is to make one system call that does not wait, and to return its
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) where it would have had to.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if it is not ready; or that of `f`; or if the runtime has ended.
    pub fn try_io<R>(&self, f: impl FnOnce() -> io::Result<R>) -> io::Result<R> {
        self.io.registration().try_io(Interest::READABLE, f)
    }
}

impl AsyncRead for Receiver {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        byte_stream::poll_read(&self.io, cx, buf)
    }
}

impl AsRawFd for Receiver {
    fn as_raw_fd(&self) -> RawFd {
        self.io.as_raw_fd()
    }
}

impl AsFd for Receiver {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.io.as_fd()
    }
}
