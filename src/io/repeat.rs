//! A reader of one byte without end.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};

use crate::coop;

/// A reader that yields one byte without end; see [`repeat`].
#[derive(Debug)]
pub struct Repeat {
    byte: u8,
}

/// Makes a reader that yields `byte` without end.
///
/// Every read fills the whole buffer. To read a part of it, use
/// [`take`](super::AsyncReadExt::take): what reads up to the end does not return.
///
/// # Cancel safety
///
/// A read is, since nothing is used up by it.
///
/// # Examples
///
/// ```
/// use runtime::io::AsyncReadExt;
///
/// # runtime::block_on(async {
/// let mut text = String::new();
/// runtime::io::repeat(b'z').take(3).read_to_string(&mut text).await?;
/// assert_eq!(text, "zzz");
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
pub fn repeat(byte: u8) -> Repeat {
    Repeat { byte }
}

impl AsyncRead for Repeat {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(coop::poll_complete(cx));
        let count = buf.remaining();
        buf.initialize_unfilled().fill(self.byte);
        buf.advance(count);
        Poll::Ready(Ok(()))
    }
}
