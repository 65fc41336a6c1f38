//! TCP: the listener, the stream, and its two directions as values of their own.
//!
//! [`TcpListener`] and [`TcpStream`] are also found in [`net`](super) itself.

mod into_split;
mod listener;
mod ready;
mod split;
mod stream;

pub use into_split::{OwnedReadHalf, OwnedWriteHalf, ReuniteError};
pub use listener::TcpListener;
pub use split::{ReadHalf, WriteHalf};
pub use stream::TcpStream;
