//! Receiving into a buffer that grows.
//!
//! What such a buffer has room for was never written, and to say that it was now takes `unsafe`. Tokio's `read_buf` has it, and
//! is driven here: over a reader that never waits, it is done at its first poll.

use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::BufMut;
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

/// As much of the room as there is: what does not fit of a datagram is lost.
pub(super) const ALL: usize = usize::MAX;

/// Does `operation`, which does not wait, on at most `most` bytes of what `buf` has room for without growing further.
pub(super) fn receive<B: BufMut>(
    buf: &mut B,
    most: usize,
    operation: impl FnOnce(&mut [u8]) -> io::Result<usize>,
) -> io::Result<usize> {
    if !buf.has_remaining_mut() {
        return operation(&mut []);
    }
    let mut reader = Once { operation: Some(operation), most };
    let read = pin!(reader.read_buf(buf));
    match read.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(received) => received,
        Poll::Pending => unreachable!("a reader that never waits is read at once"),
    }
}

/// A reader that does its operation when it is first polled.
struct Once<F> {
    operation: Option<F>,
    most: usize,
}

impl<F> Unpin for Once<F> {}

impl<F: FnOnce(&mut [u8]) -> io::Result<usize>> AsyncRead for Once<F> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let operation = self.operation.take().expect("a read polls its reader once");
        let length = buf.remaining().min(self.most);
        let received = operation(buf.initialize_unfilled_to(length))?;
        buf.advance(received);
        Poll::Ready(Ok(()))
    }
}
