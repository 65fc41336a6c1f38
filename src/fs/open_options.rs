//! How a file is opened.

use std::io;
use std::path::Path;

use super::File;
use super::asyncify::at;

/// How a file is opened; see [`std::fs::OpenOptions`].
///
/// # Examples
///
/// ```
/// use runtime::fs::OpenOptions;
/// use runtime::io::AsyncWriteExt;
///
/// # runtime::block_on(async {
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("log");
/// let mut log = OpenOptions::new().append(true).create(true).open(&path).await?;
/// log.write_all(b"a line\n").await?;
/// log.flush().await?;
/// # assert_eq!(std::fs::read(&path)?, b"a line\n");
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct OpenOptions(pub(super) std::fs::OpenOptions);

impl OpenOptions {
    /// Options that are all off. At least one of `read`, `write` and `append` is needed.
    pub fn new() -> Self {
        Self(std::fs::OpenOptions::new())
    }

    /// Whether the file can be read.
    pub fn read(&mut self, read: bool) -> &mut Self {
        self.0.read(read);
        self
    }

    /// Whether the file can be written.
    pub fn write(&mut self, write: bool) -> &mut Self {
        self.0.write(write);
        self
    }

    /// Whether each write goes to the end of the file, wherever that is by then.
    pub fn append(&mut self, append: bool) -> &mut Self {
        self.0.append(append);
        self
    }

    /// Whether a file that is there is emptied.
    pub fn truncate(&mut self, truncate: bool) -> &mut Self {
        self.0.truncate(truncate);
        self
    }

    /// Whether a file that is not there is made.
    pub fn create(&mut self, create: bool) -> &mut Self {
        self.0.create(create);
        self
    }

    /// Whether the file is made, and it is an error if there is something already. `create` and `truncate` do not matter then.
    pub fn create_new(&mut self, create_new: bool) -> &mut Self {
        self.0.create_new(create_new);
        self
    }

    /// Opens the file.
    ///
    /// # Cancel safety
    ///
    /// If it is dropped before it is ready, the file may or may not be made or emptied; it does not stay open.
    ///
    /// # Errors
    ///
    /// As [`std::fs::OpenOptions::open`]; for example if there is no such file, or no descriptor is left.
    pub async fn open(&self, path: impl AsRef<Path>) -> io::Result<File> {
        let options = self.0.clone();
        at(path, move |path| options.open(path)).await.map(File::from_std)
    }
}

#[cfg(unix)]
impl OpenOptions {
    /// The permissions of a file that is made, as far as the process's mask allows; `0o666` where nothing is said.
    pub fn mode(&mut self, mode: u32) -> &mut Self {
        std::os::unix::fs::OpenOptionsExt::mode(&mut self.0, mode);
        self
    }

    /// Further flags for the system's `open`; those for reading and writing are taken out.
    pub fn custom_flags(&mut self, flags: i32) -> &mut Self {
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut self.0, flags);
        self
    }
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl From<std::fs::OpenOptions> for OpenOptions {
    fn from(options: std::fs::OpenOptions) -> Self {
        Self(options)
    }
}
