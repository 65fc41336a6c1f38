//! One stream in memory, which reads what was written to it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, ReadHalf, WriteHalf};

use super::pipe::{End, Pipe};
use crate::coop;

/// A stream in memory that reads what was written to it; see [`simplex`].
///
/// # Cancel safety
///
/// A single read or write that is dropped has moved nothing.
///
/// # Errors
///
/// A write fails with [`ErrorKind::BrokenPipe`](io::ErrorKind::BrokenPipe) once the stream was shut down.
#[derive(Debug)]
pub struct SimplexStream {
    pipe: Pipe,
}

/// Makes a pipe in memory: an end to read from and one to write to.
///
/// It holds up to `max_buf_size` bytes that were written and not yet read; a write waits while there is no room.
///
/// Dropping an end does not close the pipe. The writer ends it with
/// [`shutdown`](super::AsyncWriteExt::shutdown).
///
/// # Panics
///
/// If `max_buf_size` is zero.
///
/// # Examples
///
/// ```
/// use runtime::io::{AsyncReadExt, AsyncWriteExt, simplex};
///
/// # runtime::block_on(async {
/// let (mut reader, mut writer) = simplex(64);
/// writer.write_all(b"hello").await?;
/// writer.shutdown().await?;
/// let mut text = String::new();
/// reader.read_to_string(&mut text).await?;
/// assert_eq!(text, "hello");
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
#[track_caller]
pub fn simplex(max_buf_size: usize) -> (ReadHalf<SimplexStream>, WriteHalf<SimplexStream>) {
    tokio::io::split(SimplexStream::new_unsplit(max_buf_size))
}

impl SimplexStream {
    /// Makes the pipe of [`simplex`] in one piece.
    ///
    /// # Panics
    ///
    /// If `max_buf_size` is zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::{AsyncReadExt, AsyncWriteExt, SimplexStream};
    ///
    /// # runtime::block_on(async {
    /// let mut stream = SimplexStream::new_unsplit(64);
    /// stream.write_all(b"hello").await?;
    /// let mut text = [0; 5];
    /// stream.read_exact(&mut text).await?;
    /// assert_eq!(&text, b"hello");
    /// # std::io::Result::Ok(())
    /// # }).unwrap();
    /// ```
    #[track_caller]
    pub fn new_unsplit(max_buf_size: usize) -> SimplexStream {
        assert!(max_buf_size > 0, "a stream without room carries nothing");
        Self { pipe: Pipe::new(max_buf_size) }
    }
}

impl AsyncRead for SimplexStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.pipe.poll_read(cx, buf).map(Ok)
    }
}

impl AsyncWrite for SimplexStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.pipe.poll_write(cx, &[IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.pipe.poll_write(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        coop::poll_complete(cx).map(Ok)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        coop::poll_complete(cx).map(|()| {
            self.pipe.close(End::Reader);
            Ok(())
        })
    }
}
