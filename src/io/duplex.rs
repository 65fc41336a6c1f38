//! Two streams in memory, each of which reads what the other writes.

use std::io::{self, IoSlice};
use std::panic;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::pipe::{End, Pipe};
use crate::coop;
use crate::util::wake_batch::WakeBatch;

/// One of two streams in memory that are connected as two sockets are; see [`duplex`].
///
/// Dropping one closes both ways: the other can still read what was written before, then sees the end, and fails
/// to write. [`shutdown`](super::AsyncWriteExt::shutdown) closes one way.
///
/// # Cancel safety
///
/// A single read or write that is dropped has moved nothing.
///
/// # Errors
///
/// A write fails with [`ErrorKind::BrokenPipe`](io::ErrorKind::BrokenPipe) once this stream was shut down or the other
/// dropped.
#[derive(Debug)]
pub struct DuplexStream {
    incoming: Arc<Pipe>,
    outgoing: Arc<Pipe>,
}

/// Makes two streams in memory, each of which reads what the other writes.
///
/// Each way holds up to `max_buf_size` bytes that were written and not yet read; a write waits while there is no room.
/// They stand in for sockets in tests, and connect two parts of a program that both expect a stream.
///
/// # Panics
///
/// If `max_buf_size` is zero.
///
/// # Examples
///
/// ```
/// use runtime::io::{AsyncReadExt, AsyncWriteExt, duplex};
///
/// # runtime::block_on(async {
/// let (mut client, mut server) = duplex(64);
/// client.write_all(b"ping").await?;
/// let mut asked = [0; 4];
/// server.read_exact(&mut asked).await?;
/// server.write_all(b"pong").await?;
/// drop(server);
/// let mut answer = String::new();
/// client.read_to_string(&mut answer).await?;
/// assert_eq!((&asked, &*answer), (b"ping", "pong"));
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
#[track_caller]
pub fn duplex(max_buf_size: usize) -> (DuplexStream, DuplexStream) {
    assert!(max_buf_size > 0, "a stream without room carries nothing");
    let [there, back] = [(); 2].map(|()| Arc::new(Pipe::new(max_buf_size)));
    let near = DuplexStream { incoming: back.clone(), outgoing: there.clone() };
    (near, DuplexStream { incoming: there, outgoing: back })
}

impl AsyncRead for DuplexStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.incoming.poll_read(cx, buf).map(Ok)
    }
}

impl AsyncWrite for DuplexStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.outgoing.poll_write(cx, &[IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.outgoing.poll_write(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        coop::poll_complete(cx).map(Ok)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        coop::poll_complete(cx).map(|()| {
            self.outgoing.close(End::Reader);
            Ok(())
        })
    }
}

impl Drop for DuplexStream {
    /// Both ways are closed, and all who wait are woken, also if a waker panics.
    fn drop(&mut self) {
        let woken = [self.outgoing.end(End::Reader), self.incoming.end(End::Writer)];
        let mut woken = woken.into_iter().flatten();
        let mut batch = WakeBatch::new();
        batch.fill(|| woken.next());
        if let Err(payload) = batch.wake() {
            panic::resume_unwind(payload);
        }
    }
}
