//! Receiving.

use std::io;
use std::task::{Context, Poll, ready};

use tokio::io::ReadBuf;

use super::UnixDatagram;
use crate::driver::Direction;
use crate::io::Interest;
use crate::net::unix::SocketAddr;

impl UnixDatagram {
    /// Receives a datagram of the peer. Returns its length; zero is an empty datagram.
    ///
    /// # Cancel safety
    ///
    /// No datagram is lost: one is received in the poll that returns it, or not at all.
    ///
    /// # Errors
    ///
    /// If the system refuses, or the runtime has ended.
    pub async fn recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.async_io(Interest::READABLE, || self.io.recv(buf)).await
    }

    /// As [`recv`](Self::recv), for one task: of all that poll for receiving, the last is woken.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn poll_recv(&self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.poll_into(cx, buf, |bytes| Ok((self.io.recv(bytes)?, ())))
    }

    /// As [`recv`](Self::recv), without waiting.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if there is none; or as [`recv`](Self::recv).
    pub fn try_recv(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.try_io(Interest::READABLE, || self.io.recv(buf))
    }

    /// Receives a datagram. Returns its length and who sent it.
    ///
    /// # Cancel safety
    ///
    /// No datagram is lost: one is received in the poll that returns it, or not at all.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub async fn recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.async_io(Interest::READABLE, || self.receive_from(buf)).await
    }

    /// As [`recv_from`](Self::recv_from), for one task: of all that poll for receiving, the last is woken.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn poll_recv_from(
        &self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<SocketAddr>> {
        self.poll_into(cx, buf, |bytes| self.receive_from(bytes))
    }

    /// As [`recv_from`](Self::recv_from), without waiting.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if there is none; or as [`recv`](Self::recv).
    pub fn try_recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.try_io(Interest::READABLE, || self.receive_from(buf))
    }

    pub(super) fn receive_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        let (length, sender) = self.io.recv_from(buf)?;
        Ok((length, sender.into()))
    }

    /// Does a receiving operation into what is left of `buf`: all of it, since the rest of a datagram is lost.
    fn poll_into<R>(
        &self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
        mut operation: impl FnMut(&mut [u8]) -> io::Result<(usize, R)>,
    ) -> Poll<io::Result<R>> {
        let space = buf.initialize_unfilled();
        let receive = |_| operation(space);
        let (length, result) =
            ready!(self.io.registration().poll_io(cx, Direction::Read, receive))?;
        buf.advance(length);
        Poll::Ready(Ok(result))
    }
}
