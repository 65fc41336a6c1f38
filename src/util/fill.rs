//! Reading into memory that was never written.
//!
//! A buffer may be larger than what comes, by far: a server keeps 8 KiB for requests of a hundred bytes, and to clear those
//! for every read costs as much as the rest of the runtime's work for it. On Unix the system is given the memory as it
//! is. Elsewhere it is cleared first, once for as long as the buffer is kept, and not more than [`MOST_CLEARED`] at a time.
//!
//! # Invariants
//!
//! 1. Of the part of a [`ReadBuf`] that is not filled, only [`rustix::io::read`] and [`SockRef::recv`] write, which take no byte's
//!    value away, and say of those at the beginning that they have written them.

use std::io;
#[cfg(unix)]
use std::mem::MaybeUninit;
#[cfg(unix)]
use std::os::fd::AsFd;

#[cfg(unix)]
use socket2::SockRef;
use tokio::io::ReadBuf;

/// How much memory that was never written is cleared for one read.
pub(crate) const MOST_CLEARED: usize = 32 * 1024;

/// What one read has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Filled {
    /// How many bytes it was asked for.
    pub(crate) asked: usize,
    /// How many came. The buffer counts them as filled.
    pub(crate) came: usize,
}

/// Receives into what is left of `buf`, by one system call.
///
/// A socket can be read like any file too, but on the way there the system does for it what files need: that took 6 % of what
/// a receipt of 64 bytes does.
#[cfg(unix)]
pub(crate) fn receive(socket: impl AsFd, buf: &mut ReadBuf<'_>) -> io::Result<Filled> {
    fill(buf, |room| SockRef::from(&socket).recv(room))
}

/// Reads into what is left of `buf`, by one system call.
#[cfg(unix)]
pub(crate) fn read(file: impl AsFd, buf: &mut ReadBuf<'_>) -> io::Result<Filled> {
    fill(buf, |room| {
        let (came, _) = rustix::io::read(file, room)?;
        Ok(came.len())
    })
}

/// Has `call` write at the beginning of what is left of `buf`, and say how much; by invariant 1 it is one of two.
#[cfg(unix)]
fn fill(
    buf: &mut ReadBuf<'_>,
    call: impl FnOnce(&mut [MaybeUninit<u8>]) -> io::Result<usize>,
) -> io::Result<Filled> {
    let asked = buf.remaining();
    // SAFETY: by invariant 1 no byte that has a value loses it.
    let came = call(unsafe { buf.unfilled_mut() })?;
    // SAFETY: by invariant 1 so many bytes at the beginning of what was not filled have been written.
    unsafe { buf.assume_init(came) };
    buf.advance(came);
    Ok(Filled { asked, came })
}

/// Receives into what is left of `buf`, by one system call.
#[cfg(not(unix))]
pub(crate) fn receive(mut socket: impl io::Read, buf: &mut ReadBuf<'_>) -> io::Result<Filled> {
    let room = clear(buf);
    let asked = room.len();
    let came = socket.read(room)?;
    buf.advance(came);
    Ok(Filled { asked, came })
}

/// The part of `buf` that one read fills at most, for readers that must not see memory that was never written.
pub(crate) fn clear<'a>(buf: &'a mut ReadBuf<'_>) -> &'a mut [u8] {
    let written_before = buf.initialized().len() - buf.filled().len();
    let length = buf.remaining().min(written_before.max(MOST_CLEARED));
    buf.initialize_unfilled_to(length)
}
