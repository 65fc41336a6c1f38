//! Where connections come in.

use std::fmt;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::os::unix::net;
use std::path::Path;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::{SocketAddr, UnixStream, address};
use crate::coop::{self, WaitReason};
use crate::driver::{Direction, Evented, IoHandle};
use crate::io::{Interest, Ready};
use crate::runtime::driver;

/// A Unix socket that takes connections.
///
/// Its path stays in the file system when it is dropped, and cannot be bound again until it is removed.
///
/// # Examples
///
/// ```
/// use runtime::io::{AsyncReadExt, AsyncWriteExt};
/// use runtime::net::{UnixListener, UnixStream};
///
/// # let directory = std::env::temp_dir().join(format!("listener-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// # let path = directory.join("socket");
/// runtime::block_on(async {
///     let listener = UnixListener::bind(&path)?;
///     let mut client = UnixStream::connect(&path).await?;
///     let (mut server, _) = listener.accept().await?;
///
///     server.write_all(b"hello").await?;
///     let mut greeting = [0; 5];
///     client.read_exact(&mut greeting).await?;
///     assert_eq!(&greeting, b"hello");
///     # Ok::<(), std::io::Error>(())
/// })
/// # ?;
/// # std::fs::remove_dir_all(&directory)?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct UnixListener {
    io: Evented<mio::net::UnixListener>,
}

impl UnixListener {
    /// Binds a new listener to a path, which must not be there yet. On Linux one that begins with a zero is an abstract name.
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
        Self::bind_addr(&SocketAddr(address::of_path(path.as_ref())?))
    }

    /// As [`bind`](Self::bind), to a path or an abstract name.
    ///
    /// # Errors
    ///
    /// As [`bind`](Self::bind).
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(target_os = "linux")] {
    /// use std::os::linux::net::SocketAddrExt;
    /// use std::os::unix::net::SocketAddr;
    /// use runtime::net::{UnixListener, UnixStream};
    ///
    /// # let name = format!("listener-doc-{}", std::process::id());
    /// runtime::block_on(async {
    ///     let address = SocketAddr::from_abstract_name(&name)?.into();
    ///     let listener = UnixListener::bind_addr(&address)?;
    ///     let client = UnixStream::connect_addr(&address).await?;
    ///     assert_eq!(client.peer_addr()?.as_abstract_name(), Some(name.as_bytes()));
    ///     # Ok::<(), std::io::Error>(())
    /// })
    /// # .unwrap(); }
    /// ```
    #[track_caller]
    pub fn bind_addr(socket_addr: &SocketAddr) -> io::Result<Self> {
        let handle = driver::io()?;
        Self::new(&handle, mio::net::UnixListener::bind_addr(&socket_addr.0)?)
    }

    pub(super) fn new(
        handle: &Arc<IoHandle>,
        listener: mio::net::UnixListener,
    ) -> io::Result<Self> {
        Ok(Self { io: Evented::new(handle, listener, Interest::READABLE)? })
    }

    /// Waits for a connection, and takes it. Any number of tasks may wait here.
    ///
    /// The stream belongs to the runtime of the listener.
    ///
    /// # Cancel safety
    ///
    /// No connection is lost: one is taken in the poll that returns it, or not at all.
    ///
    /// # Errors
    ///
    /// As [`TcpListener::accept`](crate::net::TcpListener::accept).
    pub async fn accept(&self) -> io::Result<(UnixStream, SocketAddr)> {
        let accepted = self.io.registration().async_io(Interest::READABLE, |_| self.io.accept());
        self.adopt(coop::waiting_for(WaitReason::Accept, accepted).await?)
    }

    /// As [`accept`](Self::accept), for one task: of all that poll for connections, the last is woken.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept).
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(UnixStream, SocketAddr)>> {
        let accepted = self.io.registration().poll_io(cx, Direction::Read, |_| self.io.accept());
        coop::waits(WaitReason::Accept, accepted).map(|accepted| self.adopt(accepted?))
    }

    fn adopt(
        &self,
        (stream, peer): (mio::net::UnixStream, net::SocketAddr),
    ) -> io::Result<(UnixStream, SocketAddr)> {
        let stream = UnixStream::new(self.io.registration().handle(), stream)?;
        // The peer's first bytes are often there, and there is room for ours.
        stream.io.registration().assume(Ready::READABLE | Ready::WRITABLE);
        Ok((stream, SocketAddr(peer)))
    }

    /// Makes a listener of one of the standard library.
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
    pub fn from_std(listener: net::UnixListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        Self::new(&driver::io()?, mio::net::UnixListener::from_std(listener))
    }

    /// Makes a listener of the standard library of this one. It stays non-blocking.
    ///
    /// # Errors
    ///
    /// If the system does not know the socket any more; it is closed then.
    pub fn into_std(self) -> io::Result<net::UnixListener> {
        self.io.into_source().map(net::UnixListener::from)
    }

    /// The address that it is bound to.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr().map(SocketAddr)
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

impl TryFrom<net::UnixListener> for UnixListener {
    type Error = io::Error;

    /// As [`from_std`](Self::from_std).
    fn try_from(listener: net::UnixListener) -> io::Result<Self> {
        Self::from_std(listener)
    }
}

impl AsRawFd for UnixListener {
    fn as_raw_fd(&self) -> RawFd {
        self.io.as_raw_fd()
    }
}

impl AsFd for UnixListener {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.io.as_fd()
    }
}

impl fmt::Debug for UnixListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.io.fmt(f)
    }
}
