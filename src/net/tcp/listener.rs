//! Where connections come in.

use std::fmt;
use std::future::ready;
use std::io;
use std::net::{self, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};

use super::TcpStream;
use crate::coop::{self, WaitReason};
use crate::driver::{Direction, Evented, IoHandle};
use crate::io::{Interest, Ready};
use crate::net::{ToSocketAddrs, lookup};
use crate::runtime::driver;

/// A socket that takes TCP connections.
///
/// # Examples
///
/// Each connection gets a task:
///
/// ```no_run
/// use runtime::net::{TcpListener, TcpStream};
///
/// async fn serve(stream: TcpStream) {
///     // ...
/// }
///
/// runtime::block_on(async {
///     let listener = TcpListener::bind("127.0.0.1:8080").await?;
///     loop {
///         let (stream, peer) = listener.accept().await?;
///         println!("{peer} is here");
///         runtime::spawn(serve(stream));
///     }
///     # #[allow(unreachable_code)]
///     # Ok::<(), std::io::Error>(())
/// })
/// # .unwrap();
/// ```
pub struct TcpListener {
    io: Evented<mio::net::TcpListener>,
}

impl TcpListener {
    /// Binds a new listener to the first of the addresses that can be had.
    ///
    /// With port 0 the system chooses one, which [`local_addr`](Self::local_addr) tells. An address whose last
    /// connections are still being closed can be bound, where this is common.
    ///
    /// # Cancel safety
    ///
    /// This waits only if a name has to be looked up; nothing is bound before that.
    ///
    /// # Errors
    ///
    /// That of the last address, if none can be had; or if `addr` stands for none.
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::net::TcpListener;
    ///
    /// runtime::block_on(async {
    ///     let listener = TcpListener::bind("127.0.0.1:0").await?;
    ///     assert_ne!(listener.local_addr()?.port(), 0);
    ///     # Ok::<(), std::io::Error>(())
    /// })
    /// # .unwrap();
    /// ```
    pub async fn bind<A: ToSocketAddrs>(addr: A) -> io::Result<Self> {
        lookup::try_each(addr, |address| ready(Self::bind_to(address))).await
    }

    fn bind_to(address: SocketAddr) -> io::Result<Self> {
        let handle = driver::io()?;
        let listener = mio::net::TcpListener::bind(address)?;
        lengthen_queue(&listener)?;
        Self::new(&handle, listener)
    }

    pub(super) fn new(handle: &Arc<IoHandle>, listener: mio::net::TcpListener) -> io::Result<Self> {
        Ok(Self { io: Evented::new(handle, listener, Interest::READABLE)? })
    }

    /// Waits for a connection, and takes it.
    ///
    /// The stream belongs to the runtime of the listener.
    ///
    /// # Cancel safety
    ///
    /// No connection is lost: one is taken in the poll that returns it, or not at all.
    ///
    /// # Errors
    ///
    /// An error that concerns one connection, or a lack that may pass, leaves the listener as it was. When the process
    /// has no descriptors left, connections go on to wait in the system's queue, and every call fails at once until a
    /// descriptor is closed: so let some time pass before the next call, or wait for a connection to end.
    ///
    /// If the runtime has ended, every call fails.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let accepted = self.io.registration().async_io(Interest::READABLE, |_| self.io.accept());
        self.adopt(coop::waiting_for(WaitReason::Accept, accepted).await?)
    }

    /// Takes a connection, or has the task woken when there is one.
    ///
    /// Of all tasks that call this, the last is woken; [`accept`](Self::accept) may be called by any number.
    ///
    /// # Errors
    ///
    /// As [`accept`](Self::accept).
    pub fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(TcpStream, SocketAddr)>> {
        let accepted = self.io.registration().poll_io(cx, Direction::Read, |_| self.io.accept());
        coop::waits(WaitReason::Accept, accepted).map(|accepted| self.adopt(accepted?))
    }

    fn adopt(
        &self,
        (stream, peer): (mio::net::TcpStream, SocketAddr),
    ) -> io::Result<(TcpStream, SocketAddr)> {
        let stream = TcpStream::new(self.io.registration().handle(), stream)?;
        // The peer's first bytes are often there, and there is room for ours.
        stream.io.registration().assume(Ready::READABLE | Ready::WRITABLE);
        Ok((stream, peer))
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
    pub fn from_std(listener: net::TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        Self::new(&driver::io()?, mio::net::TcpListener::from_std(listener))
    }

    /// Makes a listener of the standard library of this one. It stays non-blocking.
    ///
    /// # Errors
    ///
    /// If the system does not know the socket any more; it is closed then.
    pub fn into_std(self) -> io::Result<net::TcpListener> {
        self.io.into_source().map(net::TcpListener::from)
    }

    /// The address that it is bound to.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.io.local_addr()
    }

    /// Through how many routers the packets of its connections pass at most.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn ttl(&self) -> io::Result<u32> {
        self.io.ttl()
    }

    /// Sets [`ttl`](Self::ttl).
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        self.io.set_ttl(ttl)
    }
}

impl TryFrom<net::TcpListener> for TcpListener {
    type Error = io::Error;

    /// As [`from_std`](Self::from_std).
    fn try_from(listener: net::TcpListener) -> io::Result<Self> {
        Self::from_std(listener)
    }
}

/// How many connections may wait in the system until they are accepted. A client that finds the queue full tries again
/// after a second.
#[cfg(any(target_os = "android", target_os = "linux"))]
const QUEUE: i32 = 1024;

/// mio asks for a short queue. Linux takes another length while a socket listens.
#[cfg(any(target_os = "android", target_os = "linux"))]
fn lengthen_queue(listener: &mio::net::TcpListener) -> io::Result<()> {
    socket2::SockRef::from(listener).listen(QUEUE)
}

#[cfg(not(any(target_os = "android", target_os = "linux")))]
fn lengthen_queue(_listener: &mio::net::TcpListener) -> io::Result<()> {
    Ok(())
}

impl fmt::Debug for TcpListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.io.fmt(f)
    }
}

#[cfg(unix)]
mod unix {
    use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

    use super::TcpListener;

    impl AsRawFd for TcpListener {
        fn as_raw_fd(&self) -> RawFd {
            self.io.as_raw_fd()
        }
    }

    impl AsFd for TcpListener {
        fn as_fd(&self) -> BorrowedFd<'_> {
            self.io.as_fd()
        }
    }
}
