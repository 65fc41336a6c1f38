//! The socket: how it is made, and what it is ready for.

use std::fmt;
use std::io;
use std::net::Shutdown;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::os::unix::net;
use std::path::Path;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::driver::{Evented, IoHandle};
use crate::io::{Interest, Ready};
use crate::net::unix::SocketAddr;
use crate::runtime::driver;

/// A Unix socket for datagrams.
///
/// It can be shared: every operation takes `&self`, and any number of tasks may wait in those that are `async`.
/// Without [`connect`](Self::connect) it speaks to many peers, by [`send_to`](Self::send_to) and
/// [`recv_from`](Self::recv_from); with it to one, by [`send`](Self::send) and [`recv`](Self::recv).
///
/// Datagrams come in the order in which they were sent, and none is lost on the way; of one that is longer than the buffer the
/// rest is. The path of a socket stays in the file system when it is dropped.
///
/// # Examples
///
/// ```
/// use runtime::net::UnixDatagram;
///
/// runtime::block_on(async {
///     let (one, other) = UnixDatagram::pair()?;
///     one.send(b"ping").await?;
///     let mut datagram = [0; 512];
///     let length = other.recv(&mut datagram).await?;
///     assert_eq!(&datagram[..length], b"ping");
///     # Ok::<(), std::io::Error>(())
/// })
/// # .unwrap();
/// ```
pub struct UnixDatagram {
    pub(super) io: Evented<mio::net::UnixDatagram>,
}

impl UnixDatagram {
    /// Binds a new socket to a path, which must not be there yet.
    ///
    /// # Errors
    ///
    /// If the system refuses, or the runtime has ended.
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn bind<P: AsRef<Path>>(path: P) -> io::Result<Self> {
        let handle = driver::io()?;
        Self::new(&handle, mio::net::UnixDatagram::bind(path)?)
    }

    /// A new socket without an address: it can send, and receive once it is connected to one that knows it.
    ///
    /// # Errors
    ///
    /// If the system refuses, or the runtime has ended.
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn unbound() -> io::Result<Self> {
        let handle = driver::io()?;
        Self::new(&handle, mio::net::UnixDatagram::unbound()?)
    }

    /// Two sockets that are connected with each other, and have no address.
    ///
    /// # Errors
    ///
    /// If the system refuses, or the runtime has ended.
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn pair() -> io::Result<(Self, Self)> {
        let handle = driver::io()?;
        let (one, other) = mio::net::UnixDatagram::pair()?;
        let pair = (Self::new(&handle, one)?, Self::new(&handle, other)?);
        // There is room at both ends.
        pair.0.io.registration().assume(Ready::WRITABLE);
        pair.1.io.registration().assume(Ready::WRITABLE);
        Ok(pair)
    }

    pub(in crate::net) fn new(
        handle: &Arc<IoHandle>,
        socket: mio::net::UnixDatagram,
    ) -> io::Result<Self> {
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
    pub fn from_std(datagram: net::UnixDatagram) -> io::Result<Self> {
        datagram.set_nonblocking(true)?;
        Self::new(&driver::io()?, mio::net::UnixDatagram::from_std(datagram))
    }

    /// Makes a socket of the standard library of this one. It stays non-blocking.
    ///
    /// # Errors
    ///
    /// If the system does not know the socket any more; it is closed then.
    pub fn into_std(self) -> io::Result<net::UnixDatagram> {
        self.io.into_source().map(net::UnixDatagram::from)
    }

    /// Makes the socket at a path the peer: [`send`](Self::send) sends to it, and datagrams of others are not received.
    ///
    /// # Errors
    ///
    /// If there is none, or the system refuses.
    pub fn connect<P: AsRef<Path>>(&self, path: P) -> io::Result<()> {
        self.io.connect(path)
    }

    /// Ends receiving, sending, or both.
    ///
    /// # Errors
    ///
    /// If the socket is not connected.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.io.shutdown(how)
    }

    /// The address that it is bound to.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr().map(SocketAddr::from)
    }

    /// The peer that it is connected to.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.peer_addr().map(SocketAddr::from)
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

impl TryFrom<net::UnixDatagram> for UnixDatagram {
    type Error = io::Error;

    /// As [`from_std`](Self::from_std).
    fn try_from(socket: net::UnixDatagram) -> io::Result<Self> {
        Self::from_std(socket)
    }
}

impl AsRawFd for UnixDatagram {
    fn as_raw_fd(&self) -> RawFd {
        self.io.as_raw_fd()
    }
}

impl AsFd for UnixDatagram {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.io.as_fd()
    }
}

impl fmt::Debug for UnixDatagram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.io.fmt(f)
    }
}
