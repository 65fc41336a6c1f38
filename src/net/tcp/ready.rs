//! Waiting until a stream is ready, and what is done then without waiting.

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::task::{Context, Poll};

use bytes::BufMut;

use super::TcpStream;
use crate::io::{Interest, Ready};
use crate::net::growing;
use crate::util::fill;

impl TcpStream {
    /// Waits until the stream is ready for one of the things in `interest`, and tells for which.
    ///
    /// An operation may have to wait all the same: what is ready is known from the last report of the system.
    /// Any number of tasks may wait here.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost: what is ready stays so until an operation has to wait.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::ErrorKind;
    /// use runtime::io::Interest;
    /// use runtime::net::TcpStream;
    ///
    /// /// What has come, at most 1,024 bytes of it.
    /// async fn receive(stream: &TcpStream) -> std::io::Result<Vec<u8>> {
    ///     let mut bytes = vec![0; 1024];
    ///     loop {
    ///         stream.ready(Interest::READABLE).await?;
    ///         match stream.try_read(&mut bytes) {
    ///             Err(error) if error.kind() == ErrorKind::WouldBlock => {}
    ///             read => {
    ///                 bytes.truncate(read?);
    ///                 return Ok(bytes);
    ///             }
    ///         }
    ///     }
    /// }
    /// # runtime::block_on(async {
    /// # let listener = runtime::net::TcpListener::bind("127.0.0.1:0").await?;
    /// # let stream = TcpStream::connect(listener.local_addr()?).await?;
    /// # runtime::io::AsyncWriteExt::write_all(&mut listener.accept().await?.0, b"x").await?;
    /// # assert_eq!(receive(&stream).await?, b"x");
    /// # std::io::Result::Ok(())
    /// # }).unwrap();
    /// ```
    pub async fn ready(&self, interest: Interest) -> io::Result<Ready> {
        self.io.registration().ready(interest).await
    }

    /// Waits until a read would not have to wait; see [`ready`](Self::ready).
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub async fn readable(&self) -> io::Result<()> {
        self.ready(Interest::READABLE).await.map(drop)
    }

    /// Waits until a write would not have to wait; see [`ready`](Self::ready).
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub async fn writable(&self) -> io::Result<()> {
        self.ready(Interest::WRITABLE).await.map(drop)
    }

    /// As [`readable`](Self::readable), for one task: of all that call this or read, the last is woken.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub fn poll_read_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io.registration().poll_read_ready(cx).map_ok(drop)
    }

    /// As [`writable`](Self::writable), for one task: of all that call this or write, the last is woken.
    ///
    /// # Errors
    ///
    /// If the runtime has ended.
    pub fn poll_write_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.io.registration().poll_write_ready(cx).map_ok(drop)
    }

    /// Reads what has come, without waiting. Returns how many bytes; zero is the end of the stream.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if nothing has; or as a read.
    pub fn try_read(&self, buf: &mut [u8]) -> io::Result<usize> {
        self.try_io(Interest::READABLE, || (&*self.io).read(buf))
    }

    /// Reads what has come into one buffer after the other, without waiting.
    ///
    /// # Errors
    ///
    /// As [`try_read`](Self::try_read).
    pub fn try_read_vectored(&self, bufs: &mut [IoSliceMut<'_>]) -> io::Result<usize> {
        self.try_io(Interest::READABLE, || (&*self.io).read_vectored(bufs))
    }

    /// Reads what has come into the room that `buf` has, without waiting.
    ///
    /// # Errors
    ///
    /// As [`try_read`](Self::try_read).
    pub fn try_read_buf<B: BufMut>(&self, buf: &mut B) -> io::Result<usize> {
        growing::receive(buf, fill::MOST_CLEARED, |room| self.try_read(room))
    }

    /// Writes what the system takes at once. Returns how many bytes.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if it takes nothing now; or as a write.
    pub fn try_write(&self, buf: &[u8]) -> io::Result<usize> {
        self.try_io(Interest::WRITABLE, || (&*self.io).write(buf))
    }

    /// Writes what the system takes at once of all buffers, in their order.
    ///
    /// # Errors
    ///
    /// As [`try_write`](Self::try_write).
    pub fn try_write_vectored(&self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        self.try_io(Interest::WRITABLE, || (&*self.io).write_vectored(bufs))
    }

    /// Does an operation on the socket, if it is ready for `interest` as far as is known.
    ///
    /// `f` is to make one system call that does not wait, and to return its
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) where it would have had to: the stream then counts as not ready, for all
    /// of `interest`, until the system reports otherwise. So ask for no more than what `f` does.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) if it is not ready; or that of `f`; or if the runtime has ended.
    pub fn try_io<R>(
        &self,
        interest: Interest,
        f: impl FnOnce() -> io::Result<R>,
    ) -> io::Result<R> {
        self.io.registration().try_io(interest, f)
    }

    /// Does an operation on the socket, as soon as that does not have to wait; see [`try_io`](Self::try_io).
    ///
    /// # Cancel safety
    ///
    /// `f` has been done when this returns, else not.
    ///
    /// # Errors
    ///
    /// That of `f`; or if the runtime has ended.
    pub async fn async_io<R>(
        &self,
        interest: Interest,
        mut f: impl FnMut() -> io::Result<R>,
    ) -> io::Result<R> {
        self.io.registration().async_io(interest, |_| f()).await
    }
}
