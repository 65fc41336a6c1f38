//! A writer that takes everything and keeps nothing.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::AsyncWrite;

use crate::coop;

/// A writer that takes everything and keeps nothing; see [`sink`].
#[derive(Debug)]
pub struct Sink {
    _private: (),
}

/// Makes a writer that takes everything and keeps nothing.
///
/// # Cancel safety
///
/// Its operations are, since they have no effect.
///
/// # Examples
///
/// ```
/// # runtime::block_on(async {
/// let mut body: &[u8] = b"of no interest";
/// let length = runtime::io::copy(&mut body, &mut runtime::io::sink()).await?;
/// assert_eq!(length, 14);
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
pub fn sink() -> Sink {
    Sink { _private: () }
}

impl AsyncWrite for Sink {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        coop::poll_complete(cx).map(|()| Ok(buf.len()))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        coop::poll_complete(cx).map(|()| Ok(bufs.iter().map(|buf| buf.len()).sum()))
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        coop::poll_complete(cx).map(Ok)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        coop::poll_complete(cx).map(Ok)
    }
}
