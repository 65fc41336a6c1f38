//! A socket that is neither bound nor connected yet.

use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::path::Path;

use socket2::{Domain, SockAddr, Socket, Type};

use super::{UnixDatagram, UnixListener, UnixStream};
use crate::net::socket::{self, Attempt};
use crate::runtime::driver;

/// A Unix socket that is to become a listener, a stream, or one for datagrams.
///
/// It belongs to no runtime before it does: so it can be made anywhere.
///
/// # Examples
///
/// A client that is bound too, so that the server can see who it is:
///
/// ```
/// use runtime::net::UnixSocket;
///
/// # let directory = std::env::temp_dir().join(format!("socket-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&directory)?;
/// # let (server, client) = (directory.join("server"), directory.join("client"));
/// runtime::block_on(async {
///     let socket = UnixSocket::new_stream()?;
///     socket.bind(&server)?;
///     let listener = socket.listen(16)?;
///
///     let socket = UnixSocket::new_stream()?;
///     socket.bind(&client)?;
///     let stream = socket.connect(&server).await?;
///     let (_, peer) = listener.accept().await?;
///     assert_eq!(peer.as_pathname(), Some(&*client));
///     # Ok::<(), std::io::Error>(())
/// })
/// # ?;
/// # std::fs::remove_dir_all(&directory)?;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct UnixSocket {
    socket: Socket,
}

impl UnixSocket {
    /// A new socket for [`listen`](Self::listen) or [`connect`](Self::connect).
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn new_stream() -> io::Result<Self> {
        Self::new(Type::STREAM)
    }

    /// A new socket for [`datagram`](Self::datagram).
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn new_datagram() -> io::Result<Self> {
        Self::new(Type::DGRAM)
    }

    fn new(kind: Type) -> io::Result<Self> {
        let socket = Socket::new(Domain::UNIX, kind, None)?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket })
    }

    /// Binds it to a path, which must not be there yet.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn bind(&self, path: impl AsRef<Path>) -> io::Result<()> {
        self.socket.bind(&SockAddr::unix(path)?)
    }

    /// Listens for connections, of which `backlog` may wait until they are accepted.
    ///
    /// # Errors
    ///
    /// If the socket is for datagrams, or the system refuses, or the runtime has ended.
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn listen(self, backlog: u32) -> io::Result<UnixListener> {
        self.has_to_be(Type::STREAM, "a socket for datagrams does not listen")?;
        let handle = driver::io()?;
        self.socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
        UnixListener::new(&handle, mio::net::UnixListener::from_std(self.socket.into()))
    }

    /// Connects it to the listener at a path; see [`UnixStream::connect`].
    ///
    /// # Cancel safety
    ///
    /// If this is dropped, the attempt ends, and the descriptor is closed.
    ///
    /// # Errors
    ///
    /// If the socket is for datagrams, or as [`UnixStream::connect`].
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    pub async fn connect(self, path: impl AsRef<Path>) -> io::Result<UnixStream> {
        self.has_to_be(Type::STREAM, "a socket for datagrams does not become a stream")?;
        let handle = driver::io()?;
        let begun = socket::begin_to_connect(&self.socket, &SockAddr::unix(path)?)?;
        let stream = UnixStream::new(&handle, mio::net::UnixStream::from_std(self.socket.into()))?;
        match begun {
            Attempt::Done => Ok(stream),
            Attempt::Begun => stream.connected().await,
        }
    }

    /// Makes it a [`UnixDatagram`].
    ///
    /// # Errors
    ///
    /// If the socket is for streams, or the runtime has ended.
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn datagram(self) -> io::Result<UnixDatagram> {
        self.has_to_be(Type::DGRAM, "a socket for streams takes no datagrams")?;
        UnixDatagram::new(&driver::io()?, mio::net::UnixDatagram::from_std(self.socket.into()))
    }

    fn has_to_be(&self, kind: Type, otherwise: &'static str) -> io::Result<()> {
        if self.socket.r#type()? == kind {
            return Ok(());
        }
        Err(io::Error::new(ErrorKind::InvalidInput, otherwise))
    }
}

impl AsRawFd for UnixSocket {
    fn as_raw_fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }
}

impl AsFd for UnixSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl IntoRawFd for UnixSocket {
    fn into_raw_fd(self) -> RawFd {
        self.socket.into_raw_fd()
    }
}

impl FromRawFd for UnixSocket {
    /// Takes over the descriptor of a socket that is non-blocking and for Unix, but not connected.
    ///
    /// # Safety
    ///
    /// As [`OwnedFd::from_raw_fd`]: it is open, and belongs to nobody else.
    unsafe fn from_raw_fd(fd: RawFd) -> Self {
        // SAFETY: the caller promises what is asked for here, word for word.
        unsafe { OwnedFd::from_raw_fd(fd) }.into()
    }
}

impl From<OwnedFd> for UnixSocket {
    /// Of a socket that is non-blocking and for Unix, but not connected.
    fn from(fd: OwnedFd) -> Self {
        Self { socket: fd.into() }
    }
}
