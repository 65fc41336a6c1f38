//! A stream that tells how much was written to it.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use runtime::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Calls `count` with the number of bytes that each write has taken.
pub struct Metered<S, C> {
    stream: S,
    count: C,
}

impl<S, C: Fn(usize)> Metered<S, C> {
    pub fn new(stream: S, count: C) -> Self {
        Self { stream, count }
    }
}

impl<S: AsyncRead + Unpin, C: Unpin> AsyncRead for Metered<S, C> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin, C: Fn(usize) + Unpin> AsyncWrite for Metered<S, C> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let taken = ready!(Pin::new(&mut self.stream).poll_write(cx, buf))?;
        (self.count)(taken);
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
