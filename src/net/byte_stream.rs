//! Reading and writing streams of bytes, by one system call where the socket is ready.
//!
//! A call that moved less than it was asked to has emptied, or filled, the system's buffer, where that holds for the kind of
//! stream ([`ByteStream::SHORT_TELLS`]); the registration is told, so that the call after it, which would only be told to
//! wait, is not made. Two calls are short for another reason, and say nothing: the end of the stream, which moves nothing,
//! and a call with more slices than the system takes at once.

use std::io::{self, IoSlice, Write};
use std::task::{Context, Poll, ready};

use mio::event::Source;
use tokio::io::ReadBuf;

use crate::coop;
use crate::driver::{Direction, Evented, ReadyEvent};
use crate::util::fill::{self, Filled};

/// How many slices every system takes in one call.
const MOST_SLICES: usize = 16;

/// A source of which bytes are read, or to which they are written.
pub(super) trait ByteStream: Source {
    /// Whether a call that moved less than it was asked to has emptied, or filled, the system's buffer. It has not where a
    /// read may stop at a mark between the bytes: see `driver::io::readiness`.
    const SHORT_TELLS: bool;
}

/// One of which bytes are read.
pub(super) trait Fill: ByteStream {
    /// Reads into what is left of `buf`, by one system call.
    fn fill(&self, buf: &mut ReadBuf<'_>) -> io::Result<Filled>;
}

impl ByteStream for mio::net::TcpStream {
    const SHORT_TELLS: bool = true;
}

impl Fill for mio::net::TcpStream {
    fn fill(&self, buf: &mut ReadBuf<'_>) -> io::Result<Filled> {
        fill::receive(self, buf)
    }
}

#[cfg(unix)]
impl ByteStream for mio::net::UnixStream {
    const SHORT_TELLS: bool = false;
}

#[cfg(unix)]
impl Fill for mio::net::UnixStream {
    fn fill(&self, buf: &mut ReadBuf<'_>) -> io::Result<Filled> {
        fill::receive(self, buf)
    }
}

#[cfg(unix)]
impl ByteStream for mio::unix::pipe::Sender {
    const SHORT_TELLS: bool = false;
}

#[cfg(unix)]
impl ByteStream for mio::unix::pipe::Receiver {
    const SHORT_TELLS: bool = false;
}

#[cfg(unix)]
impl Fill for mio::unix::pipe::Receiver {
    fn fill(&self, buf: &mut ReadBuf<'_>) -> io::Result<Filled> {
        fill::read(self, buf)
    }
}

/// Reads into what is left of `buf`.
pub(super) fn poll_read<S: Fill>(
    io: &Evented<S>,
    cx: &mut Context<'_>,
    buf: &mut ReadBuf<'_>,
) -> Poll<io::Result<()>> {
    if buf.remaining() == 0 {
        return poll_nothing(cx);
    }
    let read = |event| {
        let Filled { asked, came } = io.fill(buf)?;
        after_short(io, event, asked, came);
        Ok(())
    };
    io.registration().poll_io(cx, Direction::Read, read)
}

/// Writes what the system takes of `bytes`.
pub(super) fn poll_write<S: ByteStream>(
    io: &Evented<S>,
    cx: &mut Context<'_>,
    bytes: &[u8],
) -> Poll<io::Result<usize>>
where
    for<'a> &'a S: Write,
{
    let write = |event| {
        let moved = (&**io).write(bytes)?;
        after_short(io, event, bytes.len(), moved);
        Ok(moved)
    };
    io.registration().poll_io(cx, Direction::Write, write)
}

/// Writes what the system takes of all `slices`, in their order.
pub(super) fn poll_write_vectored<S: ByteStream>(
    io: &Evented<S>,
    cx: &mut Context<'_>,
    slices: &[IoSlice<'_>],
) -> Poll<io::Result<usize>>
where
    for<'a> &'a S: Write,
{
    let asked = match slices.len() {
        ..=MOST_SLICES => slices.iter().map(|slice| slice.len()).sum(),
        _ => 0, // so that no count is less
    };
    let write = |event| {
        let moved = (&**io).write_vectored(slices)?;
        after_short(io, event, asked, moved);
        Ok(moved)
    };
    io.registration().poll_io(cx, Direction::Write, write)
}

/// Tells the registration if fewer bytes than were asked for were moved, but not none.
fn after_short<S: ByteStream>(io: &Evented<S>, event: ReadyEvent, asked: usize, moved: usize) {
    if S::SHORT_TELLS && 0 < moved && moved < asked {
        io.registration().clear_after_short(event);
    }
}

/// An operation without a buffer: it is done, and waits for no peer.
fn poll_nothing(cx: &mut Context<'_>) -> Poll<io::Result<()>> {
    ready!(coop::poll_proceed(cx)).made_progress();
    Poll::Ready(Ok(()))
}
