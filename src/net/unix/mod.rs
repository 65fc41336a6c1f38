//! Unix sockets: the listener, the stream with its two directions, datagrams; and pipes.
//!
//! The sockets are also found in [`net`](super) itself. Here is besides what goes with them: addresses, credentials, the halves of a
//! stream, and [`pipe`].
//!
//! # Short reads
//!
//! A read stops behind each message that carries descriptors or credentials, with more behind it. So, other than on TCP, a
//! short read says nothing about what is left, and the next one asks the system.
#![allow(non_camel_case_types, reason = "the types of numbers are named as in C")]

mod address;
mod credentials;
mod datagram;
mod halves;
mod listener;
pub mod pipe;

mod ready;
mod socket;
mod stream;

pub use address::SocketAddr;
pub use credentials::UCred;
pub use datagram::UnixDatagram;
pub use halves::*;
pub use listener::UnixListener;
pub use socket::UnixSocket;
pub use stream::UnixStream;

/// The number of a user.
pub type uid_t = u32;

/// The number of a group.
pub type gid_t = u32;

/// The number of a process.
pub type pid_t = i32;
