//! Both ways between two streams, as a proxy does.
//!
//! The two directions share the budget of one task. If the same one always went first and its ends were always ready,
//! it would spend every poll's budget, and the other would starve. So they take turns in going first.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite};

use super::transfer::{BUFFER_SIZE, Transfer};

/// Copies both ways between two streams until both have ended, and returns how many bytes went from `a` to `b` and from
/// `b` to `a`.
///
/// When one stream has ended, the other is shut down for writing, and what it still sends is copied on: a half close on
/// one side becomes a half close on the other. A stream is flushed whenever its peer has to wait after something
/// was written. Each direction has a buffer of 8 KiB; see [`copy_bidirectional_with_sizes`] for others.
///
/// Neither direction starves the other, nor both of them other tasks, if streams are always ready.
///
/// # Cancel safety
///
/// Not cancel safe: what was read and not yet written is lost with the future.
///
/// # Errors
///
/// The first error of a read, a write, a flush or a shutdown, in either direction, ends both at once. What was read and
/// not yet written is lost then. Interrupted reads and writes are tried again.
///
/// # Examples
///
/// ```
/// use runtime::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional, duplex};
///
/// # runtime::block_on(async {
/// let (mut client, mut near) = duplex(64);
/// let (mut far, mut server) = duplex(64);
/// let proxy = runtime::spawn(async move { copy_bidirectional(&mut near, &mut far).await });
///
/// client.write_all(b"ping").await?;
/// client.shutdown().await?; // the server sees the end, and can still answer
/// let mut asked = String::new();
/// server.read_to_string(&mut asked).await?;
/// server.write_all(b"and pong").await?;
/// drop(server);
///
/// assert_eq!(asked, "ping");
/// assert_eq!(proxy.await??, (4, 8));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub async fn copy_bidirectional<A, B>(a: &mut A, b: &mut B) -> io::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + ?Sized,
    B: AsyncRead + AsyncWrite + Unpin + ?Sized,
{
    copy_bidirectional_with_sizes(a, b, BUFFER_SIZE, BUFFER_SIZE).await
}

/// Copies both ways between two streams, through buffers of the given sizes.
///
/// In all else it is [`copy_bidirectional`].
///
/// # Cancel safety
///
/// Not cancel safe: what was read and not yet written is lost with the future.
///
/// # Panics
///
/// If a size is zero.
///
/// # Errors
///
/// As [`copy_bidirectional`].
///
/// # Examples
///
/// ```
/// use runtime::io::{copy_bidirectional_with_sizes, duplex};
///
/// # runtime::block_on(async {
/// let (client, mut near) = duplex(64);
/// let (mut far, server) = duplex(64);
/// drop((client, server));
/// // What clients send is short; what they get is long.
/// let copied = copy_bidirectional_with_sizes(&mut near, &mut far, 1024, 64 * 1024).await?;
/// assert_eq!(copied, (0, 0));
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
pub async fn copy_bidirectional_with_sizes<A, B>(
    a: &mut A,
    b: &mut B,
    a_to_b_buf_size: usize,
    b_to_a_buf_size: usize,
) -> io::Result<(u64, u64)>
where
    A: AsyncRead + AsyncWrite + Unpin + ?Sized,
    B: AsyncRead + AsyncWrite + Unpin + ?Sized,
{
    assert!(a_to_b_buf_size > 0, "`a_to_b_buf_size` must be greater than 0");
    assert!(b_to_a_buf_size > 0, "`b_to_a_buf_size` must be greater than 0");
    let mut a_to_b = Direction::new(a_to_b_buf_size);
    let mut b_to_a = Direction::new(b_to_a_buf_size);
    let mut a_goes_first = false;
    poll_fn(|cx| {
        a_goes_first = !a_goes_first;
        if a_goes_first {
            a_to_b.advance(cx, a, b)?;
            b_to_a.advance(cx, b, a)?;
        } else {
            b_to_a.advance(cx, b, a)?;
            a_to_b.advance(cx, a, b)?;
        }
        match (&a_to_b, &b_to_a) {
            (Direction::Closed(there), Direction::Closed(back)) => Poll::Ready(Ok((*there, *back))),
            _ => Poll::Pending,
        }
    })
    .await
}

enum Direction {
    /// The reader has not ended.
    Copying(Transfer),
    /// The reader has ended after so many bytes, and the writer is being shut down.
    Closing(u64),
    /// The writer was shut down.
    Closed(u64),
}

impl Direction {
    fn new(buffer_size: usize) -> Self {
        Self::Copying(Transfer::new(buffer_size))
    }

    /// Goes as far as is possible now.
    ///
    /// # Errors
    ///
    /// If anything failed, and not if it has to wait.
    fn advance<R, W>(
        &mut self,
        cx: &mut Context<'_>,
        reader: &mut R,
        writer: &mut W,
    ) -> io::Result<()>
    where
        R: AsyncRead + Unpin + ?Sized,
        W: AsyncWrite + Unpin + ?Sized,
    {
        match self.poll_closed(cx, Pin::new(reader), Pin::new(writer)) {
            Poll::Ready(result) => result,
            Poll::Pending => Ok(()),
        }
    }

    fn poll_closed<R, W>(
        &mut self,
        cx: &mut Context<'_>,
        reader: Pin<&mut R>,
        mut writer: Pin<&mut W>,
    ) -> Poll<io::Result<()>>
    where
        R: AsyncRead + ?Sized,
        W: AsyncWrite + ?Sized,
    {
        if let Self::Copying(transfer) = self {
            *self = Self::Closing(ready!(transfer.poll(cx, reader, writer.as_mut()))?);
        }
        if let Self::Closing(copied) = *self {
            ready!(writer.poll_shutdown(cx))?;
            *self = Self::Closed(copied);
        }
        Poll::Ready(Ok(()))
    }
}
