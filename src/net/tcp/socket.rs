//! A socket that is neither bound nor connected yet.

use std::fmt;
use std::io::{self, ErrorKind};
use std::net::{self, SocketAddr};

use socket2::{Domain, Protocol, Socket, Type};

use super::{TcpListener, TcpStream};
use crate::net::socket::{self, Attempt};
use crate::runtime::driver;

/// A TCP socket that is to become a listener or a stream, for those who want to choose more than an address.
///
/// It belongs to no runtime before it does: so it can be made anywhere.
///
/// # Examples
///
/// ```
/// use runtime::net::TcpSocket;
///
/// runtime::block_on(async {
///     let socket = TcpSocket::new_v4()?;
///     socket.set_reuseaddr(true)?;
///     socket.bind("127.0.0.1:0".parse().unwrap())?;
///     let listener = socket.listen(128)?;
///
///     let socket = TcpSocket::new_v4()?;
///     socket.set_nodelay(true)?;
///     let stream = socket.connect(listener.local_addr()?).await?;
///     assert!(stream.nodelay()?);
///     # Ok::<(), std::io::Error>(())
/// })
/// # .unwrap();
/// ```
pub struct TcpSocket {
    pub(super) socket: Socket,
}

impl TcpSocket {
    /// A new socket for IPv4.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn new_v4() -> io::Result<Self> {
        Self::new(Domain::IPV4)
    }

    /// A new socket for IPv6.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn new_v6() -> io::Result<Self> {
        Self::new(Domain::IPV6)
    }

    fn new(domain: Domain) -> io::Result<Self> {
        let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket })
    }

    /// Makes a socket of one that the standard library calls a stream, but that is not connected.
    ///
    /// It has to be non-blocking; nobody makes it so here.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::net::TcpSocket;
    /// use socket2::{Domain, Socket, Type};
    ///
    /// let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    /// socket.set_nonblocking(true)?;
    /// let socket = TcpSocket::from_std_stream(socket.into());
    /// assert!(!socket.keepalive()?);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn from_std_stream(std_stream: net::TcpStream) -> Self {
        Self { socket: std_stream.into() }
    }

    /// The address that it is bound to.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()?.as_socket().ok_or_else(|| ErrorKind::InvalidInput.into())
    }

    /// The error that waits to be fetched, if there is one; nobody else gets it then.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.socket.take_error()
    }

    /// Binds it to an address. With port 0 the system chooses one.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn bind(&self, addr: SocketAddr) -> io::Result<()> {
        self.socket.bind(&addr.into())
    }

    /// Connects it.
    ///
    /// # Cancel safety
    ///
    /// If this is dropped, the attempt ends, and the descriptor is closed.
    ///
    /// # Errors
    ///
    /// If nobody answers, or the system refuses; or if the runtime has ended.
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    pub async fn connect(self, addr: SocketAddr) -> io::Result<TcpStream> {
        let handle = driver::io()?;
        let begun = socket::begin_to_connect(&self.socket, &addr.into())?;
        let stream = TcpStream::new(&handle, mio::net::TcpStream::from_std(self.socket.into()))?;
        match begun {
            Attempt::Done => Ok(stream),
            Attempt::Begun => stream.connected().await,
        }
    }

    /// Listens for connections, of which `backlog` may wait until they are accepted.
    ///
    /// # Errors
    ///
    /// If the system refuses, or the runtime has ended.
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn listen(self, backlog: u32) -> io::Result<TcpListener> {
        let handle = driver::io()?;
        self.socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
        TcpListener::new(&handle, mio::net::TcpListener::from_std(self.socket.into()))
    }
}

impl fmt::Debug for TcpSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.socket.fmt(f)
    }
}

#[cfg(unix)]
mod unix {
    use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};

    use super::TcpSocket;

    impl AsRawFd for TcpSocket {
        fn as_raw_fd(&self) -> RawFd {
            self.socket.as_raw_fd()
        }
    }

    impl AsFd for TcpSocket {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.socket.as_fd()
        }
    }

    impl IntoRawFd for TcpSocket {
        fn into_raw_fd(self) -> RawFd {
            self.socket.into_raw_fd()
        }
    }

    impl FromRawFd for TcpSocket {
        /// Takes over the descriptor of a socket that is non-blocking and for TCP, but not connected.
        ///
        /// # Safety
        ///
        /// As [`OwnedFd::from_raw_fd`]: it is open, and belongs to nobody else.
        unsafe fn from_raw_fd(fd: RawFd) -> Self {
            // SAFETY: the caller promises what is asked for here, word for word.
            unsafe { OwnedFd::from_raw_fd(fd) }.into()
        }
    }

    impl From<OwnedFd> for TcpSocket {
        /// Of a socket that is non-blocking and for TCP, but not connected.
        fn from(fd: OwnedFd) -> Self {
            Self { socket: fd.into() }
        }
    }
}
