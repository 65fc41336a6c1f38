//! Opening a pipe that has a name.

use std::fs::File;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use super::{Receiver, Sender, kind};

/// How an end of a pipe with a name is opened.
///
/// # Examples
///
/// ```no_run
/// use runtime::net::unix::pipe;
///
/// runtime::block_on(async {
///     let receiver = pipe::OpenOptions::new().open_receiver("/run/commands")?;
///     // ...
///     # drop(receiver);
///     # Ok::<(), std::io::Error>(())
/// })
/// # .unwrap();
/// ```
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    read_write: bool,
    unchecked: bool,
}

impl OpenOptions {
    /// Each end for its own direction, and nothing but pipes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether to open the end for both directions, which Linux allows.
    ///
    /// Such a sender can be opened before there is a receiver, and such a receiver never comes to the end of the pipe.
    #[cfg(any(target_os = "android", target_os = "linux"))]
    pub fn read_write(&mut self, value: bool) -> &mut Self {
        self.read_write = value;
        self
    }

    /// Whether to believe without a look that the path is that of a pipe.
    ///
    /// If it is not, waiting for the end may fail, or never end.
    pub fn unchecked(&mut self, value: bool) -> &mut Self {
        self.unchecked = value;
        self
    }

    /// Opens the end that reads. It succeeds if nobody writes yet, and is at the end then, until somebody does.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) if the path is not that of a pipe; or if the system refuses, or the
    /// runtime has ended.
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn open_receiver<P: AsRef<Path>>(&self, path: P) -> io::Result<Receiver> {
        Receiver::from_file_unchecked(self.open(path.as_ref(), true, self.read_write)?)
    }

    /// Opens the end that writes.
    ///
    /// # Errors
    ///
    /// The system's `ENXIO` if nobody reads; otherwise as [`open_receiver`](Self::open_receiver).
    ///
    /// # Panics
    ///
    /// If the runtime was built without I/O.
    #[track_caller]
    pub fn open_sender<P: AsRef<Path>>(&self, path: P) -> io::Result<Sender> {
        Sender::from_file_unchecked(self.open(path.as_ref(), self.read_write, true)?)
    }

    fn open(&self, path: &Path, read: bool, write: bool) -> io::Result<File> {
        let file =
            File::options().read(read).write(write).custom_flags(libc::O_NONBLOCK).open(path)?;
        if !self.unchecked {
            kind::has_to_be_pipe(&file)?;
        }
        Ok(file)
    }
}
