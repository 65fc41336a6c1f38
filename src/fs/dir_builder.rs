//! Making directories with options.

use std::io;
use std::path::Path;

use super::asyncify::at;

/// Makes directories; see [`std::fs::DirBuilder`].
///
/// # Examples
///
/// ```
/// use runtime::fs::{self, DirBuilder};
///
/// # runtime::block_on(async {
/// # let dir = tempfile::tempdir()?;
/// # let dir = dir.path();
/// DirBuilder::new().recursive(true).create(dir.join("deep/down")).await?;
/// assert!(fs::metadata(dir.join("deep/down")).await?.is_dir());
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
#[derive(Debug, Default)]
pub struct DirBuilder {
    recursive: bool,
    #[cfg(unix)]
    mode: Option<u32>,
}

impl DirBuilder {
    /// One that makes a single directory, which all may use as far as the process's mask allows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether directories above that are missing are made too, and one that is there already is no error.
    pub fn recursive(&mut self, recursive: bool) -> &mut Self {
        self.recursive = recursive;
        self
    }

    /// The permissions of the directories, as far as the process's mask allows; `0o777` where nothing is said.
    #[cfg(unix)]
    pub fn mode(&mut self, mode: u32) -> &mut Self {
        self.mode = Some(mode);
        self
    }

    /// Makes the directory.
    ///
    /// # Cancel safety
    ///
    /// If it is dropped before it is ready, the directory may or may not be made.
    ///
    /// # Errors
    ///
    /// As [`std::fs::DirBuilder::create`]; for example if a directory above is not there.
    pub async fn create(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let builder = self.builder();
        at(path, move |path| builder.create(path)).await
    }

    fn builder(&self) -> std::fs::DirBuilder {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(self.recursive);
        #[cfg(unix)]
        if let Some(mode) = self.mode {
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, mode);
        }
        builder
    }
}
