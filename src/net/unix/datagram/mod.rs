//! Datagrams. As with UDP, each is moved whole by one operation, and every operation takes `&self`.

mod receive;
mod receive_buf;
mod send;
mod socket;

pub use socket::UnixDatagram;
