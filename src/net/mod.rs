//! Sockets: TCP streams and listeners, UDP, Unix sockets and pipes, and the addresses that they are given.
//!
//! A socket belongs to the runtime that it was made in: that runtime's reactor tells when it is ready, and when the
//! runtime ends, every operation on it fails. Whose thread polls the operations does not matter: they may move between
//! workers, and run under foreign executors. A socket that is made outside of any runtime belongs to the global one.
//!
//! The types carry Tokio's names and behave as those do; they read and write through
//! [`AsyncReadExt`](crate::io::AsyncReadExt) and [`AsyncWriteExt`](crate::io::AsyncWriteExt).
//!
//! # Fairness
//!
//! Every operation takes one unit of its task's budget, so that a peer that never stops sending keeps no other
//! task from running. A wait for readiness is one, and what is tried after it without waiting is none. Once the budget is spent,
//! the first such wait of a poll still tells of a socket that is ready; what is tried then fails with
//! [`WouldBlock`](std::io::ErrorKind::WouldBlock), and the next wait yields.
//!
//! # Names
//!
//! Wherever an address is asked for, a name with a port will do, such as `example.org:80`. It is looked up by a thread of the
//! blocking pool, and its addresses are tried one after another; see [`ToSocketAddrs`] and [`lookup_host`].
//!
//! # Examples
//!
//! ```
//! use runtime::io::{AsyncReadExt, AsyncWriteExt};
//! use runtime::net::{TcpListener, TcpStream};
//!
//! runtime::block_on(async {
//!     let listener = TcpListener::bind("127.0.0.1:0").await?;
//!     let address = listener.local_addr()?;
//!     let server = runtime::spawn(async move {
//!         let (mut stream, _) = listener.accept().await?;
//!         stream.write_all(b"hello").await
//!     });
//!
//!     let mut greeting = String::new();
//!     TcpStream::connect(address).await?.read_to_string(&mut greeting).await?;
//!     assert_eq!(greeting, "hello");
//!     server.await.expect("the server does not panic")
//! })
//! # ?; Ok::<(), std::io::Error>(())
//! ```

// What stands below: the sockets are mio's, each held in an `Evented` with its registration, and the operations are
// those of the registration; before they are bound or connected, and where options are concerned, they are socket2's. `halves`
// is shared by all streams, `byte_stream` by all that moves bytes. Names are looked up by the blocking pool. Here is no concurrency
// and, but for `FromRawFd`, no `unsafe`. It knows neither workers nor timers.

mod addr;
mod byte_stream;
mod growing;
mod halves;
mod lookup;
mod socket;
pub mod tcp;
mod udp;
#[cfg(unix)]
pub mod unix;

#[cfg(all(test, not(loom), target_os = "linux"))]
mod tests;

pub use addr::ToSocketAddrs;
pub use lookup::lookup_host;
pub use tcp::{TcpListener, TcpSocket, TcpStream};
pub use udp::UdpSocket;
#[cfg(unix)]
pub use unix::{UnixDatagram, UnixListener, UnixSocket, UnixStream};
