//! From a reader that has a buffer to a writer.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncBufRead, AsyncWrite};

use super::transfer::{again_if_interrupted, poll_write_some};
use crate::coop;

/// Copies everything from a reader into a writer, straight out of the reader's buffer, and returns how many bytes that
/// was.
///
/// The writer is flushed when the reader has ended, and also whenever the reader has to wait after something was written.
/// It is not shut down. How many bytes are moved at once is the reader's choice: see
/// [`BufReader::with_capacity`](super::BufReader::with_capacity).
///
/// Where both sides are always ready, other tasks are let run after a bounded number of writes.
///
/// # Cancel safety
///
/// No byte is lost: what was not written is still in the reader, and a new copy goes on with it. Only the count is lost.
///
/// # Errors
///
/// The first error of a read, a write or a flush ends the copy at once. Interrupted reads and writes are tried again. A
/// writer that takes none of the bytes causes [`ErrorKind::WriteZero`](io::ErrorKind::WriteZero).
///
/// # Examples
///
/// ```
/// use runtime::io::{BufReader, copy_buf};
///
/// # runtime::block_on(async {
/// let mut reader = BufReader::with_capacity(64 * 1024, &b"hello"[..]);
/// let mut writer = Vec::new();
/// assert_eq!(copy_buf(&mut reader, &mut writer).await?, 5);
/// assert_eq!(writer, b"hello");
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
pub async fn copy_buf<'a, R, W>(reader: &'a mut R, writer: &'a mut W) -> io::Result<u64>
where
    R: AsyncBufRead + Unpin + ?Sized,
    W: AsyncWrite + Unpin + ?Sized,
{
    let mut progress = Progress { copied: 0, unflushed: false };
    poll_fn(|cx| {
        while !ready!(progress.poll_step(cx, Pin::new(&mut *reader), Pin::new(&mut *writer)))? {}
        Poll::Ready(Ok(progress.copied))
    })
    .await
}

struct Progress {
    copied: u64,
    /// Something was written since the last flush.
    unflushed: bool,
}

impl Progress {
    /// Takes a unit of the budget and writes once; says whether all is done.
    fn poll_step<R, W>(
        &mut self,
        cx: &mut Context<'_>,
        mut reader: Pin<&mut R>,
        mut writer: Pin<&mut W>,
    ) -> Poll<io::Result<bool>>
    where
        R: AsyncBufRead + ?Sized,
        W: AsyncWrite + ?Sized,
    {
        let unit = ready!(coop::poll_proceed(cx));
        let Poll::Ready(filled) = reader.as_mut().poll_fill_buf(cx) else {
            return self.flush_and_wait(cx, writer);
        };
        let moved = match again_if_interrupted(filled)? {
            Some([]) => {
                ready!(writer.poll_flush(cx))?;
                return Poll::Ready(Ok(true));
            }
            Some(bytes) => ready!(poll_write_some(cx, writer.as_mut(), bytes))?,
            None => None,
        };
        unit.made_progress();
        if let Some(count) = moved {
            reader.consume(count);
            self.copied += count as u64;
            self.unflushed = true;
        }
        Poll::Ready(Ok(false))
    }

    /// The reader has to wait, perhaps for an answer to what the writer still holds back.
    fn flush_and_wait<W>(
        &mut self,
        cx: &mut Context<'_>,
        writer: Pin<&mut W>,
    ) -> Poll<io::Result<bool>>
    where
        W: AsyncWrite + ?Sized,
    {
        if self.unflushed {
            ready!(writer.poll_flush(cx))?;
            self.unflushed = false;
        }
        Poll::Pending
    }
}
