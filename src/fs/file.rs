//! An open file.

use std::fs::{File as StdFile, FileTimes, Metadata, Permissions};
use std::future::poll_fn;
use std::io::{self, IoSlice, Seek, SeekFrom};
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncSeek, AsyncWrite, ReadBuf};

use super::OpenOptions;
use super::asyncify::{asyncify, at};
use crate::io::blocking::{Blocking, MAX_BUF_SIZE, counted};
use crate::sync::{Mutex, MutexGuard};
use crate::util::sync::Arc;

/// An open file; see [`std::fs::File`].
///
/// It is read, written and sought by the extension methods of [`io`](crate::io). Its operations are made one after the other, also
/// those of several tasks that share it. So while one waits for the input of a terminal or a pipe, the others wait too, but for
/// [`metadata`](Self::metadata); for these there is `io::unix::AsyncFd`.
///
/// # Writing
///
/// A write is ready as soon as the file has accepted the bytes; they are written in the background, and in order. So
///
/// - [`flush`](crate::io::AsyncWriteExt::flush) waits until the system has them. What reads the file by another way may
///   not see them before. To have them on the disk, use [`sync_all`](Self::sync_all).
/// - if they cannot be written, the next write, flush or sync reports that. The bytes stay, and each of these
///   operations tries to write them again before it does anything else: none of them is ready without an error while something is
///   missing. A read, a seek or a [`set_len`](Self::set_len) gives these bytes up, for else they would be written in the wrong place.
/// - **a file that is dropped is closed only when what it has accepted is written**, and errors of that are reported to nobody. Flush
///   it first.
///
/// # Cancel safety
///
/// An operation that has begun goes on if its future is dropped, and the next one waits for its end.
///
/// - *Read*: safe. Bytes that come too late are delivered by the next read. The position is where the last byte was delivered,
///   for seeks and writes too.
/// - *Write*: a single `write` is safe, as it has accepted bytes only if it is ready; `write_all` has accepted nobody knows how many.
/// - *Flush and sync*: safe, an error is reported by the next one. *Seek* and the others: they may or may not be done.
///
/// # The end of the runtime
///
/// Operations that have not begun fail, and those that run are made to their end; writes that were accepted are made all the same,
/// and [`main`](macro@crate::main) waits for them, for a second at most. What is written after the end stays in the file, and is
/// written by the next flush, if another runtime or the global one is there to do it.
///
/// # Examples
///
/// ```
/// use runtime::fs::File;
/// use runtime::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};
///
/// # runtime::block_on(async {
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("hello");
/// let mut file = File::options().read(true).write(true).create(true).truncate(true).open(&path).await?;
/// file.write_all(b"hello").await?;
/// file.rewind().await?;
/// let mut text = String::new();
/// file.read_to_string(&mut text).await?;
/// assert_eq!(text, "hello");
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
pub struct File {
    pub(super) std: Arc<StdFile>,
    state: Mutex<Blocking<StdFile>>,
    max_buf_size: usize,
}

impl File {
    /// Opens a file for reading; see [`std::fs::File::open`].
    ///
    /// # Errors
    ///
    /// As [`OpenOptions::open`], and so it is with its cancel safety.
    pub async fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        at(path, StdFile::open).await.map(Self::from_std)
    }

    /// Opens a file for writing; one that is there is emptied, and one that is not is made. See [`std::fs::File::create`].
    ///
    /// # Errors
    ///
    /// As [`OpenOptions::open`], and so it is with its cancel safety.
    pub async fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        at(path, StdFile::create).await.map(Self::from_std)
    }

    /// Makes a file, for reading and writing; see [`std::fs::File::create_new`].
    ///
    /// # Errors
    ///
    /// If there is something already, and as [`OpenOptions::open`]; so it is with its cancel safety.
    pub async fn create_new<P: AsRef<Path>>(path: P) -> io::Result<Self> {
        at(path, StdFile::create_new).await.map(Self::from_std)
    }

    /// The same as [`OpenOptions::new`].
    #[must_use]
    pub fn options() -> OpenOptions {
        OpenOptions::new()
    }

    /// Takes over a file of the standard library.
    ///
    /// # Examples
    ///
    /// ```
    /// let file = std::fs::File::open("Cargo.toml")?;
    /// let file = runtime::fs::File::from_std(file);
    /// # drop(file);
    /// # std::io::Result::Ok(())
    /// ```
    pub fn from_std(std: StdFile) -> Self {
        let std = Arc::new(std);
        let state = Mutex::new(Blocking::new(std.clone()));
        Self { std, state, max_buf_size: MAX_BUF_SIZE }
    }

    /// Has all bytes and all that is known of the file on the disk; see [`std::fs::File::sync_all`].
    ///
    /// # Errors
    ///
    /// If bytes that were accepted could not be written, or the system reports an error.
    pub async fn sync_all(&self) -> io::Result<()> {
        self.check(StdFile::sync_all).await
    }

    /// Has all bytes on the disk, and what is needed to find them; see [`std::fs::File::sync_data`].
    ///
    /// # Errors
    ///
    /// As [`sync_all`](Self::sync_all).
    pub async fn sync_data(&self) -> io::Result<()> {
        self.check(StdFile::sync_data).await
    }

    async fn check(&self, check: fn(&StdFile) -> io::Result<()>) -> io::Result<()> {
        let mut state = self.state.lock().await;
        let mut check = Some(check);
        poll_fn(|cx| counted(cx, |cx| state.poll_checked(cx, &mut check))).await
    }

    /// Makes an operation, when those before it are done.
    async fn call<R, F>(&self, call: F) -> io::Result<R>
    where
        R: Send + 'static,
        F: FnOnce(&StdFile) -> io::Result<R> + Send + 'static,
    {
        self.state.lock().await.call(call).await
    }

    /// Waits until those before it are done, and the position is where the last byte was delivered.
    async fn rewound(&self) -> io::Result<MutexGuard<'_, Blocking<StdFile>>> {
        let mut state = self.state.lock().await;
        poll_fn(|cx| state.poll_rewound(cx)).await?;
        Ok(state)
    }

    /// Makes the file as long as this; what is added is zero. See [`std::fs::File::set_len`].
    ///
    /// The position stays where it is, and is then perhaps behind the end. Bytes that could not be written are given up, so that a
    /// write of which a part succeeded can be taken back.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, or not be so long.
    pub async fn set_len(&self, size: u64) -> io::Result<()> {
        // What was read ahead may be gone then.
        let mut state = self.rewound().await?;
        state.give_up();
        state.call(move |file| file.set_len(size)).await
    }

    /// What the system knows of the file. Bytes that were accepted are counted, if they could be written.
    ///
    /// A read that was given up and is still under way is not waited for.
    ///
    /// # Errors
    ///
    /// If the system reports one, or no descriptor is left while a read is under way.
    pub async fn metadata(&self) -> io::Result<Metadata> {
        let mut state = self.state.lock().await;
        if !state.is_reading() {
            return state.call(StdFile::metadata).await;
        }
        drop(state);
        // The input of a pipe may never come. Who takes the file back must be its only holder, so this is another descriptor.
        let same = self.std.try_clone()?;
        asyncify(move || same.metadata()).await
    }

    /// Another handle of the same open file: they have one position, and each its own buffer.
    ///
    /// # Errors
    ///
    /// If no descriptor is left, say.
    pub async fn try_clone(&self) -> io::Result<Self> {
        let std = self.rewound().await?.call(StdFile::try_clone).await?;
        Ok(Self { max_buf_size: self.max_buf_size, ..Self::from_std(std) })
    }

    /// Says who may do what with the file; see [`std::fs::File::set_permissions`].
    ///
    /// # Errors
    ///
    /// If the system reports one.
    pub async fn set_permissions(&self, perm: Permissions) -> io::Result<()> {
        self.call(|file| file.set_permissions(perm)).await
    }

    /// Sets when the file was read and changed; see [`std::fs::File::set_times`].
    ///
    /// # Errors
    ///
    /// If the system reports one.
    pub async fn set_times(&self, times: FileTimes) -> io::Result<()> {
        self.call(move |file| file.set_times(times)).await
    }

    /// Sets when the file was changed; see [`std::fs::File::set_modified`].
    ///
    /// # Errors
    ///
    /// If the system reports one.
    pub async fn set_modified(&self, time: std::time::SystemTime) -> io::Result<()> {
        self.call(move |file| file.set_modified(time)).await
    }

    /// The file of the standard library, when what is under way is done.
    ///
    /// Its position is where the next read would have begun. An error of a write that nobody was told of is lost: flush it
    /// first.
    pub async fn into_std(mut self) -> StdFile {
        let state = self.state.get_mut();
        // If the device cannot go back, it stays where it is.
        let _ = poll_fn(|cx| state.poll_rewound(cx)).await;
        self.unwrapped()
    }

    /// The file of the standard library, if nothing is under way.
    ///
    /// # Errors
    ///
    /// This file itself, if an operation is not done or nobody was told yet of an error of a write. A flush tells it.
    #[expect(clippy::result_large_err, reason = "nothing is lost, and it is rare")]
    pub fn try_into_std(mut self) -> Result<StdFile, Self> {
        let state = self.state.get_mut();
        if !state.is_idle_now() || state.has_write_error() {
            return Err(self);
        }
        let ahead = state.unread_len();
        // It concerns the descriptor alone, and so does not block; if it cannot go back, it stays where it is.
        let _ = if ahead > 0 { (&*self.std).seek(SeekFrom::Current(-ahead)) } else { Ok(0) };
        Ok(self.unwrapped())
    }

    /// Nothing is under way.
    fn unwrapped(self) -> StdFile {
        drop(self.state);
        Arc::try_unwrap(self.std).expect("a call that is over holds no file")
    }

    /// How many bytes one read or write moves at most. At first it is 2 MiB.
    ///
    /// # Panics
    ///
    /// If it is zero.
    #[track_caller]
    pub fn set_max_buf_size(&mut self, max_buf_size: usize) {
        assert!(max_buf_size > 0, "`max_buf_size` must be greater than 0");
        self.max_buf_size = max_buf_size;
    }

    /// How many bytes one read or write moves at most.
    #[must_use]
    pub fn max_buf_size(&self) -> usize {
        self.max_buf_size
    }
}

impl AsyncRead for File {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let max = self.max_buf_size;
        counted(cx, |cx| self.state.get_mut().poll_read(cx, buf, max))
    }
}

impl AsyncSeek for File {
    fn start_seek(mut self: Pin<&mut Self>, position: SeekFrom) -> io::Result<()> {
        self.state.get_mut().start_seek(position)
    }

    fn poll_complete(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        self.state.get_mut().poll_sought(cx)
    }
}

impl AsyncWrite for File {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let max = self.max_buf_size;
        counted(cx, |cx| {
            let state = self.state.get_mut();
            ready!(state.poll_rewound(cx))?;
            state.poll_write(cx, bufs, max)
        })
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        counted(cx, |cx| self.state.get_mut().poll_written(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}

impl From<StdFile> for File {
    fn from(std: StdFile) -> Self {
        Self::from_std(std)
    }
}

impl std::fmt::Debug for File {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("File").field("std", &self.std).finish_non_exhaustive()
    }
}
