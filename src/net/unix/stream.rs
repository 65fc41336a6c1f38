//! One end of a connection.

use std::fmt;
use std::io::{self, ErrorKind, IoSlice};
use std::net::Shutdown;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::os::unix::net;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, SocketAddr, UCred, WriteHalf, address};
use crate::coop::{self, WaitReason};
use crate::driver::{Evented, IoHandle};
use crate::io::{Interest, Ready};
use crate::net::{byte_stream, halves};
use crate::runtime::driver;

/// One end of a connection between Unix sockets.
///
/// It is read and written through [`AsyncReadExt`](crate::io::AsyncReadExt) and
/// [`AsyncWriteExt`](crate::io::AsyncWriteExt). Nothing is buffered here, so nothing needs to be flushed.
///
/// # Examples
///
/// ```
/// use runtime::io::{AsyncReadExt, AsyncWriteExt};
/// use runtime::net::UnixStream;
///
/// runtime::block_on(async {
///     let (mut one, mut other) = UnixStream::pair()?;
///     one.write_all(b"ping").await?;
///     let mut question = [0; 4];
///     other.read_exact(&mut question).await?;
///     assert_eq!(&question, b"ping");
///     # Ok::<(), std::io::Error>(())
/// })
/// # .unwrap();
/// ```
pub struct UnixStream {
    pub(super) io: Evented<mio::net::UnixStream>,
}

impl UnixStream {
    /// Connects to the listener at a path. On Linux one that begins with a zero is an abstract name.
    ///
    /// The system connects at once, or fails with [`WouldBlock`](ErrorKind::WouldBlock) if the listener's queue is full: Linux
    /// tells nobody when there is room again.
    ///
    /// # Cancel safety
    ///
    /// If this is dropped, the attempt ends, and its descriptor is closed.
    ///
    /// # Errors
    ///
    /// If nobody listens there, or the system refuses; or if the runtime has ended.
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    pub async fn connect<P: AsRef<Path>>(path: P) -> io::Result<Self> {
        Self::connect_addr(&SocketAddr(address::of_path(path.as_ref())?)).await
    }

    /// As [`connect`](Self::connect), to a path or an abstract name.
    ///
    /// # Cancel safety
    ///
    /// If this is dropped, the attempt ends, and its descriptor is closed.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    pub async fn connect_addr(socket_addr: &SocketAddr) -> io::Result<Self> {
        let handle = driver::io()?;
        let stream = mio::net::UnixStream::connect_addr(&socket_addr.0)?;
        Self::new(&handle, stream)?.connected().await
    }

    /// Waits for the end of an attempt to connect that has begun.
    pub(super) async fn connected(self) -> io::Result<Self> {
        let outcome = self.io.registration().async_io(Interest::WRITABLE, |_| self.outcome());
        coop::waiting_for(WaitReason::Connect, outcome).await?;
        Ok(self)
    }

    /// How an attempt to connect ended, or that it has to be waited for.
    fn outcome(&self) -> io::Result<()> {
        if let Some(error) = self.io.take_error()? {
            return Err(error);
        }
        match self.io.peer_addr() {
            Err(error) if error.kind() == ErrorKind::NotConnected => {
                Err(ErrorKind::WouldBlock.into())
            }
            other => other.map(drop),
        }
    }

    pub(super) fn new(handle: &Arc<IoHandle>, stream: mio::net::UnixStream) -> io::Result<Self> {
        let both = Interest::READABLE.add(Interest::WRITABLE);
        Ok(Self { io: Evented::new(handle, stream, both)? })
    }

    /// Two streams that are connected with each other, and have no address.
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
        let (one, other) = mio::net::UnixStream::pair()?;
        let pair = (Self::new(&handle, one)?, Self::new(&handle, other)?);
        // There is room at both ends.
        pair.0.io.registration().assume(Ready::WRITABLE);
        pair.1.io.registration().assume(Ready::WRITABLE);
        Ok(pair)
    }

    /// Makes a stream of one of the standard library.
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
    pub fn from_std(stream: net::UnixStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Self::new(&driver::io()?, mio::net::UnixStream::from_std(stream))
    }

    /// Makes a stream of the standard library of this one. It stays non-blocking.
    ///
    /// # Errors
    ///
    /// If the system does not know the socket any more; it is closed then.
    pub fn into_std(self) -> io::Result<net::UnixStream> {
        self.io.into_source().map(net::UnixStream::from)
    }

    /// The address of this end.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr().map(SocketAddr)
    }

    /// The address of the other end.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.peer_addr().map(SocketAddr)
    }

    /// Who the process at the other end was when it connected, or began to listen.
    ///
    /// # Errors
    ///
    /// If the system does not tell. Only Linux is asked.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(target_os = "linux")] {
    /// use runtime::net::UnixStream;
    ///
    /// runtime::block_on(async {
    ///     let (one, _other) = UnixStream::pair()?;
    ///     let peer = one.peer_cred()?;
    ///     assert_eq!(peer.pid(), Some(std::process::id() as i32));
    ///     # Ok::<(), std::io::Error>(())
    /// })
    /// # .unwrap(); }
    /// ```
    pub fn peer_cred(&self) -> io::Result<UCred> {
        UCred::of_peer(self)
    }

    /// The error that waits to be fetched, if there is one; nobody else gets it then.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.io.take_error()
    }

    /// The two directions, to be used at the same time by one task. This costs nothing.
    pub fn split(&mut self) -> (ReadHalf<'_>, WriteHalf<'_>) {
        (ReadHalf::new(self), WriteHalf::new(self))
    }

    /// The two directions, to be used by tasks of their own. This takes an allocation.
    ///
    /// When the writing half is dropped, the peer is told that nothing more will come.
    pub fn into_split(self) -> (OwnedReadHalf, OwnedWriteHalf) {
        halves::split(self)
    }

    pub(super) fn poll_read(
        &self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        byte_stream::poll_read(&self.io, cx, buf)
    }

    pub(super) fn poll_write(&self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        byte_stream::poll_write(&self.io, cx, buf)
    }

    pub(super) fn poll_write_vectored(
        &self,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        byte_stream::poll_write_vectored(&self.io, cx, bufs)
    }

    /// Tells the peer that nothing more will come. If the connection has ended, there is nobody to tell.
    pub(super) fn shutdown_write(&self) -> io::Result<()> {
        match self.io.shutdown(Shutdown::Write) {
            Err(error) if error.kind() == ErrorKind::NotConnected => Ok(()),
            result => result,
        }
    }
}

impl AsyncRead for UnixStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Self::poll_read(&self, cx, buf)
    }
}

impl AsyncWrite for UnixStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Self::poll_write(&self, cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Self::poll_write_vectored(&self, cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.shutdown_write())
    }
}

impl TryFrom<net::UnixStream> for UnixStream {
    type Error = io::Error;

    /// As [`from_std`](Self::from_std).
    fn try_from(stream: net::UnixStream) -> io::Result<Self> {
        Self::from_std(stream)
    }
}

impl AsRef<Self> for UnixStream {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl fmt::Debug for UnixStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.io.fmt(f)
    }
}

impl AsRawFd for UnixStream {
    fn as_raw_fd(&self) -> RawFd {
        self.io.as_raw_fd()
    }
}

impl AsFd for UnixStream {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.io.as_fd()
    }
}
