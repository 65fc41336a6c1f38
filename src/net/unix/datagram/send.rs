//! Sending.

use std::io;
use std::path::Path;
use std::task::{Context, Poll};

use super::UnixDatagram;
use crate::driver::Direction;
use crate::io::Interest;

impl UnixDatagram {
    /// Sends a datagram to the peer. Returns its length.
    ///
    /// # Cancel safety
    ///
    /// The datagram has been sent when this returns, else not.
    ///
    /// # Errors
    ///
    /// If there is no peer, or the system refuses; among others, if the peer is gone.
    pub async fn send(&self, buf: &[u8]) -> io::Result<usize> {
        self.async_io(Interest::WRITABLE, || self.io.send(buf)).await
    }

    /// As [`send`](Self::send), for one task: of all that poll for sending, the last is woken.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn poll_send(&self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.io.registration().poll_io(cx, Direction::Write, |_| self.io.send(buf))
    }

    /// As [`send`](Self::send), without waiting.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if the system takes none now; or as [`send`](Self::send).
    pub fn try_send(&self, buf: &[u8]) -> io::Result<usize> {
        self.try_io(Interest::WRITABLE, || self.io.send(buf))
    }

    /// Sends a datagram to the socket at a path. Returns its length.
    ///
    /// # Cancel safety
    ///
    /// The datagram has been sent when this returns, else not.
    ///
    /// # Errors
    ///
    /// If there is none, or the system refuses.
    pub async fn send_to<P: AsRef<Path>>(&self, buf: &[u8], target: P) -> io::Result<usize> {
        let target = target.as_ref();
        self.async_io(Interest::WRITABLE, || self.io.send_to(buf, target)).await
    }

    /// As [`send_to`](Self::send_to), for one task: of all that poll for sending, the last is woken.
    ///
    /// # Errors
    ///
    /// As [`send_to`](Self::send_to).
    pub fn poll_send_to<P: AsRef<Path>>(
        &self,
        cx: &mut Context<'_>,
        buf: &[u8],
        target: P,
    ) -> Poll<io::Result<usize>> {
        let target = target.as_ref();
        self.io.registration().poll_io(cx, Direction::Write, |_| self.io.send_to(buf, target))
    }

    /// As [`send_to`](Self::send_to), without waiting.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if the system takes none now; or as [`send_to`](Self::send_to).
    pub fn try_send_to<P: AsRef<Path>>(&self, buf: &[u8], target: P) -> io::Result<usize> {
        self.try_io(Interest::WRITABLE, || self.io.send_to(buf, target.as_ref()))
    }
}
