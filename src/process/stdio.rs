//! The standard streams of a child, from the side of its parent: ends of pipes.

use std::io::{self, IoSlice};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::pin::Pin;
use std::process::{self as std_process, Stdio};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::net::unix::pipe::{Receiver, Sender};

/// What a child reads from its standard input.
///
/// It is written through [`AsyncWriteExt`](crate::io::AsyncWriteExt). The child's input ends when this is dropped;
/// `shutdown` does not end it.
#[derive(Debug)]
pub struct ChildStdin {
    end: Sender,
}

/// What a child writes to its standard output.
///
/// It is read through [`AsyncReadExt`](crate::io::AsyncReadExt), and ends when the child, and all that have the stream from it,
/// have closed it.
#[derive(Debug)]
pub struct ChildStdout {
    end: Receiver,
}

/// What a child writes to its standard error.
///
/// It is read through [`AsyncReadExt`](crate::io::AsyncReadExt), and ends when the child, and all that have the stream from it,
/// have closed it.
#[derive(Debug)]
pub struct ChildStderr {
    end: Receiver,
}

/// What the three have in common: where they come from, and what they are turned into.
macro_rules! end_of_pipe {
    ($name:ident, $end:ident) => {
        impl $name {
            /// Makes one of the standard library's, for the runtime that this is called in.
            ///
            /// # Errors
            ///
            /// If the system refuses, or the runtime has ended.
            ///
            /// # Panics
            ///
            /// If the runtime was built without I/O.
            #[track_caller]
            pub fn from_std(inner: std_process::$name) -> io::Result<Self> {
                Ok(Self { end: $end::from_blocking(inner.into())? })
            }

            /// The descriptor, in blocking mode.
            ///
            /// # Errors
            ///
            /// If the system refuses; it is closed then.
            pub fn into_owned_fd(self) -> io::Result<OwnedFd> {
                self.end.into_blocking_fd()
            }
        }

        impl TryFrom<$name> for Stdio {
            type Error = io::Error;

            /// To be a stream of another child, in blocking mode.
            fn try_from(stream: $name) -> io::Result<Self> {
                stream.into_owned_fd().map(Self::from)
            }
        }

        impl AsRawFd for $name {
            fn as_raw_fd(&self) -> RawFd {
                self.end.as_raw_fd()
            }
        }

        impl AsFd for $name {
            fn as_fd(&self) -> BorrowedFd<'_> {
                self.end.as_fd()
            }
        }
    };
}

end_of_pipe!(ChildStdin, Sender);
end_of_pipe!(ChildStdout, Receiver);
end_of_pipe!(ChildStderr, Receiver);

impl AsyncRead for ChildStdout {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.end).poll_read(cx, buf)
    }
}

impl AsyncRead for ChildStderr {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.end).poll_read(cx, buf)
    }
}

impl AsyncWrite for ChildStdin {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.end).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.end).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.end.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.end).poll_flush(cx)
    }

    /// Does nothing: the child's input ends when this is dropped.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.end).poll_shutdown(cx)
    }
}
