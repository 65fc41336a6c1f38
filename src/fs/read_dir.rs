//! Reading directories.
//!
//! The entries are fetched in batches, each by one call of the blocking pool, since a thread for each would cost far more than the
//! entry itself. A batch that was asked for by a future that is gone is there for the next one.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fmt;
use std::fs::{FileType, Metadata};
use std::future::poll_fn;
use std::io;
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::task::{Context, Poll, ready};

use super::asyncify::{asyncify, at};
use crate::coop::{self, WaitReason};
use crate::io::blocking::{counted, not_done};
use crate::runtime;
use crate::task::JoinHandle;
use crate::util::sync::Arc;

/// So many entries are fetched by one call.
const BATCH: usize = 32;

/// The entries of a directory, in no certain order; see [`std::fs::read_dir`].
///
/// # Cancel safety
///
/// If it is dropped, nothing has happened.
///
/// # Errors
///
/// As there; for example if there is no directory at `path`.
///
/// # Examples
///
/// ```
/// use runtime::fs;
///
/// # runtime::block_on(async {
/// let mut entries = fs::read_dir("src").await?;
/// let mut names = Vec::new();
/// while let Some(entry) = entries.next_entry().await? {
///     names.push(entry.file_name());
/// }
/// assert!(names.contains(&"lib.rs".into()));
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
pub async fn read_dir(path: impl AsRef<Path>) -> io::Result<ReadDir> {
    let batch = at(path, |path| std::fs::read_dir(path).map(Batch::fetch)).await?;
    Ok(ReadDir { state: State::Has(batch) })
}

/// The entries of a directory; see [`read_dir`].
#[must_use = "a directory is read by `next_entry`"]
pub struct ReadDir {
    state: State,
}

enum State {
    Has(Batch),
    Fetches(JoinHandle<Batch>),
    /// A fetch was not made, and what was to be read from is gone with it: for this reason.
    Lost(String),
}

/// Entries that were fetched.
struct Batch {
    entries: VecDeque<io::Result<DirEntry>>,
    /// Where the next come from, unless these are the last.
    rest: Option<std::fs::ReadDir>,
}

impl Batch {
    /// An error ends a batch: whether there is something behind it is known when it is asked for.
    fn fetch(mut source: std::fs::ReadDir) -> Self {
        let mut entries = VecDeque::new();
        while entries.len() < BATCH && !matches!(entries.back(), Some(Err(_))) {
            match source.next() {
                Some(entry) => entries.push_back(entry.map(DirEntry::new)),
                None => return Self { entries, rest: None },
            }
        }
        Self { entries, rest: Some(source) }
    }
}

impl ReadDir {
    /// The next entry; none if there is no other.
    ///
    /// # Cancel safety
    ///
    /// Safe: no entry is lost.
    ///
    /// # Errors
    ///
    /// If the system reports one; those behind it may be asked for nevertheless. And if the runtime ended before the entries
    /// could be fetched: then nothing comes but this error.
    pub async fn next_entry(&mut self) -> io::Result<Option<DirEntry>> {
        poll_fn(|cx| self.poll_next_entry(cx)).await
    }

    /// As [`next_entry`](Self::next_entry), for who is polled by hand. Only the task of the last poll is woken.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn poll_next_entry(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Option<DirEntry>>> {
        counted(cx, |cx| {
            loop {
                match &mut self.state {
                    State::Has(batch) => {
                        if let Some(entry) = batch.entries.pop_front() {
                            return Poll::Ready(entry.map(Some));
                        }
                        let Some(source) = batch.rest.take() else {
                            return Poll::Ready(Ok(None));
                        };
                        self.state = fetching(source);
                    }
                    State::Fetches(batch) => {
                        self.state =
                            match ready!(coop::waits(WaitReason::File, batch.poll_joined(cx))) {
                                Ok(batch) => State::Has(batch),
                                Err(error) => State::Lost(not_done(&error).to_string()),
                            }
                    }
                    State::Lost(why) => return Poll::Ready(Err(io::Error::other(why.clone()))),
                }
            }
        })
    }
}

fn fetching(source: std::fs::ReadDir) -> State {
    match runtime::spawn_blocking(|| Batch::fetch(source), Location::caller()) {
        Ok(batch) => State::Fetches(batch),
        Err(error) => State::Lost(error.to_string()),
    }
}

impl fmt::Debug for ReadDir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fetched = match &self.state {
            State::Has(batch) => batch.entries.len(),
            State::Fetches(_) | State::Lost(_) => 0,
        };
        f.debug_struct("ReadDir").field("fetched", &fetched).finish_non_exhaustive()
    }
}

/// An entry of a directory; see [`std::fs::DirEntry`].
pub struct DirEntry {
    entry: Arc<std::fs::DirEntry>,
    /// Known together with the name on most systems.
    file_type: Option<FileType>,
}

impl DirEntry {
    fn new(entry: std::fs::DirEntry) -> Self {
        Self { file_type: entry.file_type().ok(), entry: Arc::new(entry) }
    }

    /// The path by which the directory was opened, and the name.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.entry.path()
    }

    /// The name in the directory.
    #[must_use]
    pub fn file_name(&self) -> OsString {
        self.entry.file_name()
    }

    /// What the system knows of it; symbolic links are not followed.
    ///
    /// # Cancel safety
    ///
    /// Safe.
    ///
    /// # Errors
    ///
    /// As [`std::fs::DirEntry::metadata`]; for example if it was removed meanwhile.
    pub async fn metadata(&self) -> io::Result<Metadata> {
        let entry = self.entry.clone();
        asyncify(move || entry.metadata()).await
    }

    /// Whether it is a file, a directory, or what else; symbolic links are not followed.
    ///
    /// # Cancel safety
    ///
    /// Safe.
    ///
    /// # Errors
    ///
    /// As [`std::fs::DirEntry::file_type`].
    pub async fn file_type(&self) -> io::Result<FileType> {
        if let Some(file_type) = self.file_type {
            return Ok(file_type);
        }
        let entry = self.entry.clone();
        asyncify(move || entry.file_type()).await
    }

    /// The number of its inode.
    #[cfg(unix)]
    #[must_use]
    pub fn ino(&self) -> u64 {
        std::os::unix::fs::DirEntryExt::ino(&*self.entry)
    }
}

impl fmt::Debug for DirEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entry.fmt(f)
    }
}
