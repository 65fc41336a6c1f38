//! What can be chosen of a socket before it is bound or connected. The streams of a listener take its choices over.

use std::io;
use std::time::Duration;

use super::TcpSocket;

impl TcpSocket {
    /// Whether the system asks a peer that has been silent for long whether it is still there.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn keepalive(&self) -> io::Result<bool> {
        self.socket.keepalive()
    }

    /// Sets [`keepalive`](Self::keepalive).
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn set_keepalive(&self, keepalive: bool) -> io::Result<()> {
        self.socket.set_keepalive(keepalive)
    }

    /// Whether an address can be bound whose last connections are still being closed.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn reuseaddr(&self) -> io::Result<bool> {
        self.socket.reuse_address()
    }

    /// Sets [`reuseaddr`](Self::reuseaddr).
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn set_reuseaddr(&self, reuseaddr: bool) -> io::Result<()> {
        self.socket.set_reuse_address(reuseaddr)
    }

    /// Whether an address can be bound by several sockets at once, among which the system shares out the connections.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    #[cfg(all(unix, not(any(target_os = "solaris", target_os = "illumos", target_os = "cygwin"))))]
    pub fn reuseport(&self) -> io::Result<bool> {
        self.socket.reuse_port()
    }

    /// Sets [`reuseport`](Self::reuseport).
    ///
    /// # Errors
    ///
    /// If the system refuses.
    #[cfg(all(unix, not(any(target_os = "solaris", target_os = "illumos", target_os = "cygwin"))))]
    pub fn set_reuseport(&self, reuseport: bool) -> io::Result<()> {
        self.socket.set_reuse_port(reuseport)
    }

    /// How many bytes the system holds until the peer has confirmed them. Linux tells twice of what was set.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn send_buffer_size(&self) -> io::Result<u32> {
        self.socket.send_buffer_size().map(saturated)
    }

    /// Sets [`send_buffer_size`](Self::send_buffer_size).
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn set_send_buffer_size(&self, size: u32) -> io::Result<()> {
        self.socket.set_send_buffer_size(size as usize)
    }

    /// How many bytes the system holds until they are read. Linux tells twice of what was set.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn recv_buffer_size(&self) -> io::Result<u32> {
        self.socket.recv_buffer_size().map(saturated)
    }

    /// Sets [`recv_buffer_size`](Self::recv_buffer_size).
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn set_recv_buffer_size(&self, size: u32) -> io::Result<()> {
        self.socket.set_recv_buffer_size(size as usize)
    }

    /// Whether small writes are sent at once, instead of being gathered while the peer's answer is awaited.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn nodelay(&self) -> io::Result<bool> {
        self.socket.tcp_nodelay()
    }

    /// Sets [`nodelay`](Self::nodelay).
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.socket.set_tcp_nodelay(nodelay)
    }

    /// How long closing goes on trying to send what the peer has not confirmed; `None` is in the background, as long as the
    /// system pleases.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn linger(&self) -> io::Result<Option<Duration>> {
        self.socket.linger()
    }

    /// Sets [`linger`](Self::linger).
    ///
    /// With a time that is not zero, dropping a stream **blocks its thread** for so long while the peer confirms nothing.
    /// [`set_zero_linger`](Self::set_zero_linger) does not block.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    #[deprecated(
        note = "with a time above zero, the drop of the socket blocks its thread; use `set_zero_linger`"
    )]
    pub fn set_linger(&self, dur: Option<Duration>) -> io::Result<()> {
        self.socket.set_linger(dur)
    }

    /// Makes closing reset the connection: what was not sent is thrown away, and the peer sees an error.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn set_zero_linger(&self) -> io::Result<()> {
        self.socket.set_linger(Some(Duration::ZERO))
    }

    /// The type of service of its IPv4 packets.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    #[cfg(not(any(
        target_os = "fuchsia",
        target_os = "redox",
        target_os = "solaris",
        target_os = "illumos",
        target_os = "haiku"
    )))]
    pub fn tos_v4(&self) -> io::Result<u32> {
        self.socket.tos_v4()
    }

    /// Sets [`tos_v4`](Self::tos_v4).
    ///
    /// # Errors
    ///
    /// If the system refuses.
    #[cfg(not(any(
        target_os = "fuchsia",
        target_os = "redox",
        target_os = "solaris",
        target_os = "illumos",
        target_os = "haiku"
    )))]
    pub fn set_tos_v4(&self, tos: u32) -> io::Result<()> {
        self.socket.set_tos_v4(tos)
    }

    /// The traffic class of its IPv6 packets.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    #[cfg(any(target_os = "android", target_os = "linux"))]
    pub fn tclass_v6(&self) -> io::Result<u32> {
        self.socket.tclass_v6()
    }

    /// Sets [`tclass_v6`](Self::tclass_v6).
    ///
    /// # Errors
    ///
    /// If the system refuses.
    #[cfg(any(target_os = "android", target_os = "linux"))]
    pub fn set_tclass_v6(&self, tclass: u32) -> io::Result<()> {
        self.socket.set_tclass_v6(tclass)
    }

    /// The interface that it is bound to by [`bind_device`](Self::bind_device), if it is to one.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    pub fn device(&self) -> io::Result<Option<Vec<u8>>> {
        self.socket.device()
    }

    /// Binds it to the interface of this name, so that it takes and sends packets there alone; with `None` to none.
    ///
    /// # Errors
    ///
    /// If there is none of this name, or the process may not.
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    pub fn bind_device(&self, interface: Option<&[u8]>) -> io::Result<()> {
        self.socket.bind_device(interface)
    }
}

/// The API counts in `u32`; no system has larger buffers.
fn saturated(size: usize) -> u32 {
    size.try_into().unwrap_or(u32::MAX)
}
