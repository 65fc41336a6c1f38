//! From a reader to a writer.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;

use tokio::io::{AsyncRead, AsyncWrite};

use super::transfer::{BUFFER_SIZE, Transfer};

/// Copies everything from a reader into a writer, and returns how many bytes that was.
///
/// The writer is flushed when the reader has ended, and also whenever the reader has to wait after something was written.
/// It is not shut down. The bytes go through a buffer of 8 KiB; a reader that has a buffer of its own
/// needs only [`copy_buf`](super::copy_buf()).
///
/// Where both sides are always ready, other tasks are let run after a bounded number of buffers.
///
/// # Cancel safety
///
/// Not cancel safe: what was read and not yet written is lost with the future, and so is the count. To copy with
/// interruptions, read and write in a loop of one's own.
///
/// # Errors
///
/// The first error of a read, a write or a flush ends the copy at once; what was read and not yet written is lost then.
/// Interrupted reads and writes are tried again. A writer that takes none of the bytes causes
/// [`ErrorKind::WriteZero`](io::ErrorKind::WriteZero).
///
/// # Examples
///
/// ```
/// # runtime::block_on(async {
/// let mut reader: &[u8] = b"hello";
/// let mut writer = Vec::new();
/// let copied = runtime::io::copy(&mut reader, &mut writer).await?;
/// assert_eq!((copied, &*writer), (5, &b"hello"[..]));
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
pub async fn copy<'a, R, W>(reader: &'a mut R, writer: &'a mut W) -> io::Result<u64>
where
    R: AsyncRead + Unpin + ?Sized,
    W: AsyncWrite + Unpin + ?Sized,
{
    let mut transfer = Transfer::new(BUFFER_SIZE);
    poll_fn(|cx| transfer.poll(cx, Pin::new(&mut *reader), Pin::new(&mut *writer))).await
}
