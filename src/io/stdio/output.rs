//! A stream of output that the whole process shares.

use std::io::{self, IoSlice, Write};
use std::task::{Context, Poll};

use crate::io::blocking::{Blocking, MAX_BUF_SIZE, counted, write_through};
use crate::util::sync::Arc;

/// A stream that can be had for oneself, for as long as one writes.
pub(super) trait Lock: Send + Sync + 'static {
    /// The stream, for its holder alone.
    fn lock(&self) -> impl Write + '_;
}

/// Writes what it is given in one piece: between two calls of the stream somebody else could write.
#[derive(Debug)]
struct Whole<T>(T);

impl<T: Lock> Write for &Whole<T> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match write_through(self.0.lock(), buf) {
            (0, outcome) => outcome.map(|()| 0),
            (done, _) => Ok(done), // who goes on meets the error again
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().flush()
    }
}

/// What a handle of such a stream does.
#[derive(Debug)]
pub(super) struct Output<T>(Blocking<Whole<T>>);

impl<T: Lock> Output<T> {
    pub(super) fn new(stream: T) -> Self {
        Self(Blocking::new(Arc::new(Whole(stream))))
    }

    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        counted(cx, |cx| self.0.poll_write(cx, bufs, MAX_BUF_SIZE))
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        counted(cx, |cx| self.0.poll_flush(cx))
    }
}

/// What a handle does by its field `output`, and on Unix by `stream`, which has the name that it has in the standard library.
macro_rules! face {
    ($stream:ident) => {
        impl $crate::io::stdio::output::Lock for std::io::$stream {
            fn lock(&self) -> impl std::io::Write + '_ {
                std::io::$stream::lock(self)
            }
        }

        impl tokio::io::AsyncWrite for $stream {
            fn poll_write(
                mut self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
                buf: &[u8],
            ) -> std::task::Poll<std::io::Result<usize>> {
                self.output.poll_write(cx, &[std::io::IoSlice::new(buf)])
            }

            fn poll_write_vectored(
                mut self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
                bufs: &[std::io::IoSlice<'_>],
            ) -> std::task::Poll<std::io::Result<usize>> {
                self.output.poll_write(cx, bufs)
            }

            fn is_write_vectored(&self) -> bool {
                true
            }

            fn poll_flush(
                mut self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<std::io::Result<()>> {
                self.output.poll_flush(cx)
            }

            /// Flushes; the stream itself stays open, as it belongs to the process.
            fn poll_shutdown(
                self: std::pin::Pin<&mut Self>,
                cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<std::io::Result<()>> {
                self.poll_flush(cx)
            }
        }

        #[cfg(unix)]
        impl std::os::fd::AsFd for $stream {
            fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
                self.stream.as_fd()
            }
        }

        #[cfg(unix)]
        impl std::os::fd::AsRawFd for $stream {
            fn as_raw_fd(&self) -> std::os::fd::RawFd {
                self.stream.as_raw_fd()
            }
        }
    };
}

pub(super) use face;
