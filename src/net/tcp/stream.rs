//! One end of a connection.

use std::fmt;
use std::io::{self, ErrorKind, IoSlice};
use std::net::{self, Shutdown, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, WriteHalf};
use crate::coop::{self, WaitReason};
use crate::driver::{Direction, Evented, IoHandle};
use crate::io::Interest;
use crate::net::{ToSocketAddrs, byte_stream, halves, lookup};
use crate::runtime::driver;
use crate::util::fill;

/// What is asked of the system for a stream.
///
/// Urgent data are asked for, though few read them, since a read stops short at their mark: `driver::io` has to know
/// that there is one.
#[cfg(any(target_os = "android", target_os = "linux"))]
const ALL: Interest = Interest::READABLE.add(Interest::WRITABLE).add(Interest::PRIORITY);
#[cfg(not(any(target_os = "android", target_os = "linux")))]
const ALL: Interest = Interest::READABLE.add(Interest::WRITABLE);

/// One end of a TCP connection.
///
/// It is read and written through [`AsyncReadExt`](crate::io::AsyncReadExt) and
/// [`AsyncWriteExt`](crate::io::AsyncWriteExt). Nothing is buffered here, so nothing needs to be flushed.
///
/// Dropping it closes the connection. If data lie unread then, the system may reset it, and what was written
/// last be lost; [`shutdown`](crate::io::AsyncWriteExt::shutdown) first tells the peer that nothing more will come.
///
/// # Examples
///
/// ```
/// use runtime::io::{AsyncReadExt, AsyncWriteExt};
/// use runtime::net::{TcpListener, TcpStream};
///
/// runtime::block_on(async {
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     let mut client = TcpStream::connect(listener.local_addr()?).await?;
///     let (mut server, _) = listener.accept().await?;
///
///     client.write_all(b"ping").await?;
///     let mut question = [0; 4];
///     server.read_exact(&mut question).await?;
///     assert_eq!(&question, b"ping");
///     # Ok::<(), std::io::Error>(())
/// })
/// # .unwrap();
/// ```
pub struct TcpStream {
    pub(super) io: Evented<mio::net::TcpStream>,
}

impl TcpStream {
    /// Connects to the first of the addresses that answers.
    ///
    /// # Cancel safety
    ///
    /// If this is dropped, the attempt ends, and its descriptor is closed.
    ///
    /// # Errors
    ///
    /// That of the last address, if none answers; or if `addr` stands for none.
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    pub async fn connect<A: ToSocketAddrs>(addr: A) -> io::Result<Self> {
        lookup::try_each(addr, Self::connect_to).await
    }

    async fn connect_to(address: SocketAddr) -> io::Result<Self> {
        let handle = driver::io()?;
        Self::new(&handle, mio::net::TcpStream::connect(address)?)?.connected().await
    }

    /// Waits for the end of an attempt to connect that has begun.
    ///
    /// How it ended is asked, not taken from the event, which may come early or for another reason.
    pub(in crate::net) async fn connected(self) -> io::Result<Self> {
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

    pub(in crate::net) fn new(
        handle: &Arc<IoHandle>,
        stream: mio::net::TcpStream,
    ) -> io::Result<Self> {
        Ok(Self { io: Evented::new(handle, stream, ALL)? })
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
    pub fn from_std(stream: net::TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Self::new(&driver::io()?, mio::net::TcpStream::from_std(stream))
    }

    /// Makes a stream of the standard library of this one. It stays non-blocking.
    ///
    /// # Errors
    ///
    /// If the system does not know the socket any more; it is closed then.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::net::TcpStream;
    ///
    /// # let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// # let address = listener.local_addr()?;
    /// runtime::block_on(async {
    ///     let stream = TcpStream::connect(address).await?.into_std()?;
    ///     stream.set_nonblocking(false) // for threads that may block
    /// })
    /// # ?; Ok::<(), std::io::Error>(())
    /// ```
    pub fn into_std(self) -> io::Result<net::TcpStream> {
        self.io.into_source().map(net::TcpStream::from)
    }

    /// The address of this end.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }

    /// The address of the other end.
    ///
    /// # Errors
    ///
    /// If the connection has ended.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.io.peer_addr()
    }

    /// The error that waits to be fetched, if there is one; nobody else gets it then.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.io.take_error()
    }

    /// Reads what has come, and leaves it to be read again; waits if there is nothing.
    ///
    /// Returns how many bytes; zero is the end of the stream.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Errors
    ///
    /// As a read.
    pub async fn peek(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.async_io(Interest::READABLE, || self.io.peek(buf)).await
    }

    /// As [`peek`](Self::peek), for one task: of all that call this or read, the last is woken.
    ///
    /// # Errors
    ///
    /// As a read.
    pub fn poll_peek(
        &self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<usize>> {
        let space = fill::clear(buf);
        let peek = |_| self.io.peek(space);
        let n = ready!(self.io.registration().poll_io(cx, Direction::Read, peek))?;
        buf.advance(n);
        Poll::Ready(Ok(n))
    }

    /// The two directions, to be used at the same time by one task. This costs nothing.
    pub fn split(&mut self) -> (ReadHalf<'_>, WriteHalf<'_>) {
        (ReadHalf::new(self), WriteHalf::new(self))
    }

    /// The two directions, to be used by tasks of their own. This takes an allocation.
    ///
    /// When the writing half is dropped, the peer is told that nothing more will come.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::io::{AsyncReadExt, AsyncWriteExt};
    /// use runtime::net::TcpStream;
    ///
    /// # let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    /// # let address = listener.local_addr()?;
    /// # let server = std::thread::spawn(move || {
    /// #     let (mut stream, _) = listener.accept()?;
    /// #     std::io::copy(&mut stream.try_clone()?, &mut stream)
    /// # });
    /// runtime::block_on(async {
    ///     let (mut reader, mut writer) = TcpStream::connect(address).await?.into_split();
    ///     runtime::spawn(async move { writer.write_all(b"to be echoed").await });
    ///     let mut echo = String::new();
    ///     reader.read_to_string(&mut echo).await?;
    ///     assert_eq!(echo, "to be echoed");
    ///     # Ok::<(), std::io::Error>(())
    /// })
    /// # ?; Ok::<(), std::io::Error>(())
    /// ```
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

impl AsyncRead for TcpStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Self::poll_read(&self, cx, buf)
    }
}

impl AsyncWrite for TcpStream {
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

impl TryFrom<net::TcpStream> for TcpStream {
    type Error = io::Error;

    /// As [`from_std`](Self::from_std).
    fn try_from(stream: net::TcpStream) -> io::Result<Self> {
        Self::from_std(stream)
    }
}

impl AsRef<Self> for TcpStream {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl fmt::Debug for TcpStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.io.fmt(f)
    }
}

#[cfg(unix)]
mod unix {
    use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

    use super::TcpStream;

    impl AsRawFd for TcpStream {
        fn as_raw_fd(&self) -> RawFd {
            self.io.as_raw_fd()
        }
    }

    impl AsFd for TcpStream {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.io.as_fd()
        }
    }
}
