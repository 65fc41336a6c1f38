//! TCP: the listener, the stream, its two directions as values of their own, and the socket before it is either.
//!
//! [`TcpListener`], [`TcpSocket`] and [`TcpStream`] are also found in [`net`](super) itself.

mod halves;
mod listener;
mod ready;
mod socket;
mod socket_options;
mod stream;
mod stream_options;

pub use halves::*;
pub use listener::TcpListener;
pub use socket::TcpSocket;
pub use stream::TcpStream;
