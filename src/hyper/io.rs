//! Streams for hyper, and hyper's streams for everybody else.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::ptr;
use std::task::{Context, Poll, ready};

use ::hyper::rt;
use pin_project_lite::pin_project;

use crate::io::{AsyncRead, AsyncWrite, ReadBuf};

pin_project! {
    /// Makes a stream one of hyper's, and one of hyper's an ordinary one.
    ///
    /// Around what implements [`AsyncRead`] and [`AsyncWrite`], such as a
    /// [`TcpStream`](crate::net::TcpStream), it implements [`hyper::rt::Read`](rt::Read) and
    /// [`hyper::rt::Write`](rt::Write). Around what implements those, such as a connection after an upgrade, it
    /// implements the former. Bytes are read to where they are wanted and not copied on the way.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use hyper::client::conn::http1;
    /// use http_body_util::Empty;
    /// use hyper::body::Bytes;
    /// use runtime::hyper::Io;
    /// use runtime::net::TcpStream;
    ///
    /// # async fn connect() -> Result<(), Box<dyn std::error::Error>> {
    /// let stream = TcpStream::connect("127.0.0.1:3000").await?;
    /// let (mut requests, connection) = http1::handshake(Io::new(stream)).await?;
    /// runtime::spawn(connection);
    /// let answer = requests.send_request(hyper::Request::new(Empty::<Bytes>::new())).await?;
    /// assert!(answer.status().is_success());
    /// # Ok(())
    /// # }
    /// ```
    #[derive(Debug)]
    pub struct Io<T> {
        #[pin]
        inner: T,
    }
}

impl<T> Io<T> {
    /// Wraps a stream.
    pub const fn new(inner: T) -> Self {
        Self { inner }
    }

    /// The stream inside.
    pub const fn inner(&self) -> &T {
        &self.inner
    }

    /// The stream inside, to be changed.
    pub const fn inner_mut(&mut self) -> &mut T {
        &mut self.inner
    }

    /// Takes the stream out.
    pub fn into_inner(self) -> T {
        self.inner
    }
}

impl<T: AsyncRead> rt::Read for Io<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut cursor: rt::ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        // SAFETY: by invariant 1 of the module no byte that is initialized ceases to be.
        let free = unsafe { cursor.as_mut() };
        let begin = free.as_ptr().cast::<u8>();
        let mut buf = ReadBuf::uninit(free);
        ready!(self.project().inner.poll_read(cx, &mut buf))?;
        let filled = buf.filled();
        assert!(
            ptr::eq(filled.as_ptr(), begin),
            "a reader returned another buffer than it was given"
        );
        let count = filled.len();
        // SAFETY: by invariant 2 of the module, which was just checked, the filled part is the beginning of the
        // cursor's memory, and by invariant 1 it is initialized.
        unsafe { cursor.advance(count) };
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite> rt::Write for Io<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.project().inner.poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.project().inner.poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_shutdown(cx)
    }
}

impl<T: rt::Read> AsyncRead for Io<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut theirs = rt::ReadBuf::new(buf.initialize_unfilled());
        ready!(self.project().inner.poll_read(cx, theirs.unfilled()))?;
        let count = theirs.filled().len();
        buf.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl<T: rt::Write> AsyncWrite for Io<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.project().inner.poll_write(cx, buf)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.project().inner.poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().inner.poll_shutdown(cx)
    }
}
