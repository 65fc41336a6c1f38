//! Receiving into buffers that grow.

use std::io;
use std::net::SocketAddr;

use bytes::BufMut;

use super::UdpSocket;
use crate::io::Interest;
use crate::net::growing::{self, ALL};

impl UdpSocket {
    /// As [`recv`](Self::recv), into the room that `buf` has.
    ///
    /// # Cancel safety
    ///
    /// No datagram is lost: one is received in the poll that returns it, or not at all.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub async fn recv_buf<B: BufMut>(&self, buf: &mut B) -> io::Result<usize> {
        let receive = || growing::receive(buf, ALL, |room| self.io.recv(room));
        self.async_io(Interest::READABLE, receive).await
    }

    /// As [`recv_buf`](Self::recv_buf), without waiting.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if there is none; or as [`recv`](Self::recv).
    pub fn try_recv_buf<B: BufMut>(&self, buf: &mut B) -> io::Result<usize> {
        self.try_io(Interest::READABLE, || growing::receive(buf, ALL, |room| self.io.recv(room)))
    }

    /// As [`recv_from`](Self::recv_from), into the room that `buf` has.
    ///
    /// # Cancel safety
    ///
    /// No datagram is lost: one is received in the poll that returns it, or not at all.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub async fn recv_buf_from<B: BufMut>(&self, buf: &mut B) -> io::Result<(usize, SocketAddr)> {
        self.async_io(Interest::READABLE, || self.receive_buf_from(buf)).await
    }

    /// As [`recv_buf_from`](Self::recv_buf_from), without waiting.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if there is none; or as [`recv`](Self::recv).
    pub fn try_recv_buf_from<B: BufMut>(&self, buf: &mut B) -> io::Result<(usize, SocketAddr)> {
        self.try_io(Interest::READABLE, || self.receive_buf_from(buf))
    }

    fn receive_buf_from<B: BufMut>(&self, buf: &mut B) -> io::Result<(usize, SocketAddr)> {
        let mut sender = None;
        let length = growing::receive(buf, ALL, |room| {
            let (length, from) = self.io.recv_from(room)?;
            sender = Some(from);
            Ok(length)
        })?;
        Ok((length, sender.expect("a datagram has a sender")))
    }
}
