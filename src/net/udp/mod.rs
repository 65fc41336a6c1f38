//! UDP: one socket, which sends and receives datagrams.
//!
//! A datagram is moved whole or not at all, and is one operation. So nothing follows from a short one, and there are no
//! halves: every operation takes `&self`.

mod options;
mod receive;
mod receive_buf;
mod send;
mod socket;

pub use socket::UdpSocket;
