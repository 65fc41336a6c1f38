//! Bytes on their way from a reader to a writer, through a buffer.
//!
//! A transfer goes in steps, and each takes a unit of the budget. A step does the first of these that applies:
//!
//! 1. There are bytes in the buffer: write some. If the writer has to wait, read more behind them meanwhile, so
//!    that the next write is a large one.
//! 2. The reader has ended: flush. The transfer is done.
//! 3. Read. If the reader has to wait, flush what was written since the last flush: what the reader waits for may be an
//!    answer to just that.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::coop;

/// The size of a buffer that nobody chose.
pub(super) const BUFFER_SIZE: usize = 8 * 1024;

/// See the module's prose.
pub(super) struct Transfer {
    buffer: Box<[u8]>,
    /// What was read and not yet written is `buffer[start..end]`; both are 0 if there is nothing.
    start: usize,
    end: usize,
    /// The reader has no more.
    ended: bool,
    /// Something was written since the last flush.
    unflushed: bool,
    copied: u64,
}

/// What a step came to.
#[must_use]
enum Step {
    /// There may be another.
    More,
    /// That was the last.
    Last,
}

impl Transfer {
    /// A transfer that has not begun, through a buffer of `size` bytes.
    pub(super) fn new(size: usize) -> Self {
        let buffer = vec![0; size].into_boxed_slice();
        Self { buffer, start: 0, end: 0, ended: false, unflushed: false, copied: 0 }
    }

    /// Goes on until one side has to wait or the budget is spent; returns how many bytes were copied in all.
    pub(super) fn poll<R, W>(
        &mut self,
        cx: &mut Context<'_>,
        mut reader: Pin<&mut R>,
        mut writer: Pin<&mut W>,
    ) -> Poll<io::Result<u64>>
    where
        R: AsyncRead + ?Sized,
        W: AsyncWrite + ?Sized,
    {
        loop {
            let unit = ready!(coop::poll_proceed(cx));
            let step = ready!(self.step(cx, reader.as_mut(), writer.as_mut()));
            unit.made_progress();
            if let Step::Last = step? {
                return Poll::Ready(Ok(self.copied));
            }
        }
    }

    fn step<R, W>(
        &mut self,
        cx: &mut Context<'_>,
        reader: Pin<&mut R>,
        writer: Pin<&mut W>,
    ) -> Poll<io::Result<Step>>
    where
        R: AsyncRead + ?Sized,
        W: AsyncWrite + ?Sized,
    {
        if self.start < self.end {
            let written = self.write(cx, writer)?;
            if written.is_pending() && self.has_room() {
                let _ = self.read(cx, reader)?;
            }
            return written.map(|()| Ok(Step::More));
        }
        if self.ended {
            ready!(writer.poll_flush(cx))?;
            return Poll::Ready(Ok(Step::Last));
        }
        let read = self.read(cx, reader)?;
        if read.is_pending() && self.unflushed {
            ready!(writer.poll_flush(cx))?;
            self.unflushed = false;
        }
        read.map(|()| Ok(Step::More))
    }

    fn has_room(&self) -> bool {
        !self.ended && self.end < self.buffer.len()
    }

    fn read<R>(&mut self, cx: &mut Context<'_>, reader: Pin<&mut R>) -> Poll<io::Result<()>>
    where
        R: AsyncRead + ?Sized,
    {
        let mut free = ReadBuf::new(&mut self.buffer[self.end..]);
        let read = again_if_interrupted(ready!(reader.poll_read(cx, &mut free)))?;
        if read.is_some() {
            let count = free.filled().len();
            self.ended = count == 0;
            self.end += count;
        }
        Poll::Ready(Ok(()))
    }

    fn write<W>(&mut self, cx: &mut Context<'_>, writer: Pin<&mut W>) -> Poll<io::Result<()>>
    where
        W: AsyncWrite + ?Sized,
    {
        let waiting = &self.buffer[self.start..self.end];
        if let Some(count) = ready!(poll_write_some(cx, writer, waiting))? {
            self.start += count;
            self.copied += count as u64;
            self.unflushed = true;
        }
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
        Poll::Ready(Ok(()))
    }
}

/// Writes a part of `bytes`, which are not empty; `None` if a signal came first, and one has to try again.
pub(super) fn poll_write_some<W>(
    cx: &mut Context<'_>,
    writer: Pin<&mut W>,
    bytes: &[u8],
) -> Poll<io::Result<Option<usize>>>
where
    W: AsyncWrite + ?Sized,
{
    let written = again_if_interrupted(ready!(writer.poll_write(cx, bytes)))?;
    Poll::Ready(match written {
        Some(0) => Err(io::Error::new(
            ErrorKind::WriteZero,
            "the writer takes no more, but bytes are left",
        )),
        Some(count) => {
            assert!(count <= bytes.len(), "the writer took {count} of {} bytes", bytes.len());
            Ok(Some(count))
        }
        None => Ok(None),
    })
}

/// An interrupted operation has done nothing, and is no error. The next step tries again, on the budget too.
pub(super) fn again_if_interrupted<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Err(error) if error.kind() == ErrorKind::Interrupted => Ok(None),
        other => other.map(Some),
    }
}
