//! Reading into memory that was never written.
//!
//! A buffer may be larger than what comes, by far: a server keeps 8 KiB for requests of a hundred bytes, and to clear those
//! for every read costs as much as the rest of the runtime's work for it. On Unix the system is given the memory as it
//! is. Elsewhere it is cleared first, once for as long as the buffer is kept, and not more than [`MOST_CLEARED`] at a time.
//!
//! # Invariants
//!
//! 1. Of the part of a [`ReadBuf`] that is not filled, only [`rustix::io::read`] writes, which takes no byte's value away, and
//!    says of those at the beginning that it has written them.

use std::io;

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

/// A source that bytes are read from by one system call.
pub(crate) trait Fill {
    /// Reads into what is left of `buf`.
    fn fill(&self, buf: &mut ReadBuf<'_>) -> io::Result<Filled>;
}

#[cfg(unix)]
impl<S: std::os::fd::AsFd> Fill for S {
    fn fill(&self, buf: &mut ReadBuf<'_>) -> io::Result<Filled> {
        let asked = buf.remaining();
        // SAFETY: by invariant 1 no byte that has a value loses it.
        let room = unsafe { buf.unfilled_mut() };
        let (written, _) = rustix::io::read(self, room)?;
        let came = written.len();
        // SAFETY: by invariant 1 so many bytes at the beginning of what was not filled have been written.
        unsafe { buf.assume_init(came) };
        buf.advance(came);
        Ok(Filled { asked, came })
    }
}

#[cfg(not(unix))]
impl<S> Fill for S
where
    for<'a> &'a S: io::Read,
{
    fn fill(&self, buf: &mut ReadBuf<'_>) -> io::Result<Filled> {
        let room = clear(buf);
        let asked = room.len();
        let came = io::Read::read(&mut &*self, room)?;
        buf.advance(came);
        Ok(Filled { asked, came })
    }
}

/// The part of `buf` that one read fills at most, for readers that must not see memory that was never written.
pub(crate) fn clear<'a>(buf: &'a mut ReadBuf<'_>) -> &'a mut [u8] {
    let written_before = buf.initialized().len() - buf.filled().len();
    let length = buf.remaining().min(written_before.max(MOST_CLEARED));
    buf.initialize_unfilled_to(length)
}
