//! What can be chosen of a stream.

use std::io;
use std::time::Duration;

use socket2::SockRef;

use super::TcpStream;

impl TcpStream {
    /// Whether small writes are sent at once, instead of being gathered while the peer's answer is awaited.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn nodelay(&self) -> io::Result<bool> {
        self.io.nodelay()
    }

    /// Sets [`nodelay`](Self::nodelay).
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.io.set_nodelay(nodelay)
    }

    /// Through how many routers a packet passes at most.
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

    /// How long closing goes on trying to send what the peer has not confirmed; `None` is in the background, as long as the
    /// system pleases.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    pub fn linger(&self) -> io::Result<Option<Duration>> {
        SockRef::from(&*self.io).linger()
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
        SockRef::from(&*self.io).set_linger(dur)
    }

    /// Makes closing reset the connection: what was not sent is thrown away, and the peer sees an error.
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn set_zero_linger(&self) -> io::Result<()> {
        SockRef::from(&*self.io).set_linger(Some(Duration::ZERO))
    }

    /// Whether what comes is confirmed at once, instead of with the next data that go out. The system may change it by itself.
    ///
    /// # Errors
    ///
    /// If the system does not tell.
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    pub fn quickack(&self) -> io::Result<bool> {
        SockRef::from(&*self.io).tcp_quickack()
    }

    /// Sets [`quickack`](Self::quickack).
    ///
    /// # Errors
    ///
    /// If the system refuses.
    #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
    pub fn set_quickack(&self, quickack: bool) -> io::Result<()> {
        SockRef::from(&*self.io).set_tcp_quickack(quickack)
    }
}
