//! Receiving, and looking at what could be received.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::task::{Context, Poll, ready};

use socket2::SockRef;
use tokio::io::ReadBuf;

use super::UdpSocket;
use crate::driver::Direction;
use crate::io::Interest;

impl UdpSocket {
    /// Receives a datagram of the peer. Returns its length; zero is an empty datagram.
    ///
    /// # Cancel safety
    ///
    /// No datagram is lost: one is received in the poll that returns it, or not at all.
    ///
    /// # Errors
    ///
    /// If the peer refused a datagram, or the runtime has ended.
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
        self.async_io(Interest::READABLE, || self.io.recv_from(buf)).await
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
        self.poll_into(cx, buf, |bytes| self.io.recv_from(bytes))
    }

    /// As [`recv_from`](Self::recv_from), without waiting.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if there is none; or as [`recv`](Self::recv).
    pub fn try_recv_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.try_io(Interest::READABLE, || self.io.recv_from(buf))
    }

    /// As [`recv`](Self::recv), and leaves the datagram to be received again.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub async fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.async_io(Interest::READABLE, || self.io.peek(buf)).await
    }

    /// As [`peek`](Self::peek), for one task: of all that poll for receiving, the last is woken.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn poll_peek(&self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.poll_into(cx, buf, |bytes| Ok((self.io.peek(bytes)?, ())))
    }

    /// As [`peek`](Self::peek), without waiting.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if there is none; or as [`recv`](Self::recv).
    pub fn try_peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.try_io(Interest::READABLE, || self.io.peek(buf))
    }

    /// As [`recv_from`](Self::recv_from), and leaves the datagram to be received again.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub async fn peek_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.async_io(Interest::READABLE, || self.io.peek_from(buf)).await
    }

    /// As [`peek_from`](Self::peek_from), for one task: of all that poll for receiving, the last is woken.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn poll_peek_from(
        &self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<SocketAddr>> {
        self.poll_into(cx, buf, |bytes| self.io.peek_from(bytes))
    }

    /// As [`peek_from`](Self::peek_from), without waiting.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if there is none; or as [`recv`](Self::recv).
    pub fn try_peek_from(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.try_io(Interest::READABLE, || self.io.peek_from(buf))
    }

    /// Waits for a datagram, and tells who sent it. It is left to be received.
    ///
    /// Whoever it was: such an address can be forged.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub async fn peek_sender(&self) -> io::Result<SocketAddr> {
        self.async_io(Interest::READABLE, || self.sender()).await
    }

    /// As [`peek_sender`](Self::peek_sender), for one task: of all that poll for receiving, the last is woken.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn poll_peek_sender(&self, cx: &mut Context<'_>) -> Poll<io::Result<SocketAddr>> {
        self.io.registration().poll_io(cx, Direction::Read, |_| self.sender())
    }

    /// As [`peek_sender`](Self::peek_sender), without waiting.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if there is none; or as [`recv`](Self::recv).
    pub fn try_peek_sender(&self) -> io::Result<SocketAddr> {
        self.try_io(Interest::READABLE, || self.sender())
    }

    fn sender(&self) -> io::Result<SocketAddr> {
        let sender = SockRef::from(&*self.io).peek_sender()?;
        sender.as_socket().ok_or_else(|| ErrorKind::InvalidData.into())
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
