//! The socket: how it is made, and what it is ready for.

use std::fmt;
use std::future;
use std::io;
use std::net::{self, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::driver::{Evented, IoHandle};
use crate::io::{Interest, Ready};
use crate::net::{ToSocketAddrs, lookup};
use crate::runtime::driver;

/// A UDP socket.
///
/// It can be shared: every operation takes `&self`, and any number of tasks may wait in those that are `async`.
/// Without [`connect`](Self::connect) it speaks to many peers, by [`send_to`](Self::send_to) and
/// [`recv_from`](Self::recv_from); with it to one, by [`send`](Self::send) and [`recv`](Self::recv).
///
/// Of a datagram that is longer than the buffer the rest is lost.
///
/// # Examples
///
/// ```
/// use runtime::net::UdpSocket;
///
/// runtime::block_on(async {
///     let server = UdpSocket::bind("127.0.0.1:0").await?;
///     let client = UdpSocket::bind("127.0.0.1:0").await?;
///     client.send_to(b"ping", server.local_addr()?).await?;
///
///     let mut datagram = [0; 512];
///     let (length, peer) = server.recv_from(&mut datagram).await?;
///     assert_eq!(&datagram[..length], b"ping");
///     assert_eq!(peer, client.local_addr()?);
///     # Ok::<(), std::io::Error>(())
/// })
/// # .unwrap();
/// ```
pub struct UdpSocket {
    pub(super) io: Evented<mio::net::UdpSocket>,
}

impl UdpSocket {
    /// Binds a new socket to the first of the addresses that can be had.
    ///
    /// # Cancel safety
    ///
    /// This waits only if a name has to be looked up; nothing is done before that.
    ///
    /// # Errors
    ///
    /// That of the last address, if none can be had; or if `addr` stands for none.
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    pub async fn bind<A: ToSocketAddrs>(addr: A) -> io::Result<Self> {
        lookup::try_each(addr, |address| future::ready(Self::bind_to(address))).await
    }

    fn bind_to(address: SocketAddr) -> io::Result<Self> {
        let handle = driver::io()?;
        Self::new(&handle, mio::net::UdpSocket::bind(address)?)
    }

    fn new(handle: &Arc<IoHandle>, socket: mio::net::UdpSocket) -> io::Result<Self> {
        let both = Interest::READABLE.add(Interest::WRITABLE);
        Ok(Self { io: Evented::new(handle, socket, both)? })
    }

    /// Makes a socket of one of the standard library.
    ///
    /// It is made non-blocking, for all who have a duplicate of its descriptor.
    ///
    /// # Errors
    ///
    /// If the system refuses, or the runtime has ended.
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn from_std(socket: net::UdpSocket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Self::new(&driver::io()?, mio::net::UdpSocket::from_std(socket))
    }

    /// Makes a socket of the standard library of this one. It stays non-blocking.
    ///
    /// # Errors
    ///
    /// If the system does not know the socket any more; it is closed then.
    pub fn into_std(self) -> io::Result<net::UdpSocket> {
        self.io.into_source().map(net::UdpSocket::from)
    }

    /// The address that it is bound to.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }

    /// The peer that it is connected to.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.peer_addr()
    }

    /// Makes the first of the addresses that can be had the peer: [`send`](Self::send) sends to it, and datagrams of
    /// others are not received.
    ///
    /// # Cancel safety
    ///
    /// This waits only if a name has to be looked up; nothing is done before that.
    ///
    /// # Errors
    ///
    /// That of the last address, if none can be had; or if `addr` stands for none.
    pub async fn connect<A: ToSocketAddrs>(&self, addr: A) -> io::Result<()> {
        lookup::try_each(addr, |address| future::ready(self.io.connect(address))).await
    }

    /// Waits until the socket is ready for one of the things in `interest`, and tells for which.
    ///
    /// An operation may have to wait all the same: what is ready is known from the last report of the system.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: what is ready stays so until an operation has to wait.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        self.io.registration().ready(interest).await
    }

    /// Waits until a datagram can be received; see [`ready`](Self::ready).
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub async fn readable(&self) -> io::Result<()> {
        self.ready(Interest::READABLE).await.map(drop)
    }

    /// Waits until a datagram can be sent; see [`ready`](Self::ready).
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub async fn writable(&self) -> io::Result<()> {
        self.ready(Interest::WRITABLE).await.map(drop)
    }

    /// As [`readable`](Self::readable), for one task: of all that poll for receiving, the last is woken.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub fn poll_recv_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io.registration().poll_read_ready(cx).map_ok(drop)
    }

    /// As [`writable`](Self::writable), for one task: of all that poll for sending, the last is woken.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub fn poll_send_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io.registration().poll_write_ready(cx).map_ok(drop)
    }

    /// Does an operation on the socket, if it is ready for `interest` as far as is known.
    ///
    /// `f` is to make one system call that does not wait, and to return its
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) where it would have had to: the socket then counts as not ready, for all
    /// of `interest`, until the system reports otherwise. So ask for no more than what `f` does.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if it is not ready; or that of `f`; or if the runtime has ended.
    pub fn try_io<R>(
        &self,
        interest: Interest,
        f: impl FnOnce() -> io::Result<R>,
    ) -> io::Result<R> {
        self.io.registration().try_io(interest, f)
    }

    /// Does an operation on the socket, as soon as that does not have to wait; see [`try_io`](Self::try_io).
    ///
    /// # Cancel safety
    ///
    /// `f` has been done when this returns, else not.
    ///
    /// # Errors
    ///
    /// That of `f`; or if the runtime has ended.
    pub async fn async_io<R>(
        &self,
        interest: Interest,
        mut f: impl FnMut() -> io::Result<R>,
    ) -> io::Result<R> {
        self.io.registration().async_io(interest, |_| f()).await
    }

    /// The error that waits to be fetched, if there is one; nobody else gets it then.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.io.take_error()
    }
}

impl TryFrom<net::UdpSocket> for UdpSocket {
    type Error = io::Error;

    /// As [`from_std`](Self::from_std).
    fn try_from(socket: net::UdpSocket) -> io::Result<Self> {
        Self::from_std(socket)
    }
}

impl fmt::Debug for UdpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.io.fmt(f)
    }
}

#[cfg(unix)]
mod unix {
    use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

    use super::UdpSocket;

    impl AsRawFd for UdpSocket {
        fn as_raw_fd(&self) -> RawFd {
            self.io.as_raw_fd()
        }
    }

    impl AsFd for UdpSocket {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.io.as_fd()
        }
    }
}
