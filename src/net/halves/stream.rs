//! What the halves ask of a stream.

use std::io::{self, IoSlice, IoSliceMut};
use std::task::{Context, Poll};

use tokio::io::ReadBuf;

use crate::io::{Interest, Ready};

/// A stream that has halves. All of this takes `&self`, since both use it at once.
pub trait Stream: Sized + Send + Sync {
    /// What its ends are named by.
    type Addr;

    fn local_addr(&self) -> io::Result<Self::Addr>;

    fn peer_addr(&self) -> io::Result<Self::Addr>;

    fn ready(&self, interest: Interest) -> impl Future<Output = io::Result<Ready>> + Send;

    fn try_read(&self, buf: &mut [u8]) -> io::Result<usize>;

    fn try_read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize>;

    fn try_write(&self, buf: &[u8]) -> io::Result<usize>;

    fn try_write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize>;

    fn poll_read(&self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>>;

    fn poll_write(&self, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>>;

    fn poll_write_vectored(
        &self,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>>;

    /// Tells the peer that nothing more will come. If the connection has ended, there is nobody to tell.
    fn shutdown_write(&self) -> io::Result<()>;
}
