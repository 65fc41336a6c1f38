//! TCP: the listener, the stream, and its two directions as values of their own.
//!
//! [`TcpListener`] and [`TcpStream`] are also found in [`net`](super) itself.

mod halves;
mod listener;
mod ready;
mod stream;

pub use halves::*;
pub use listener::TcpListener;
pub use stream::TcpStream;
