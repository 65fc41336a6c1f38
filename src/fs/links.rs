//! Links between paths.

use std::io;
use std::path::{Path, PathBuf};

use super::asyncify::{at, at_both};

/// Makes `link` another name of the file `original`; see [`std::fs::hard_link`].
///
/// # Cancel safety
///
/// If it is dropped, the link may or may not be made.
///
/// # Errors
///
/// As there; for example if `original` is no file, or is on another file system.
pub async fn hard_link(original: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    at_both(original, link, std::fs::hard_link).await
}

/// The path that a symbolic link has; see [`std::fs::read_link`].
///
/// # Cancel safety
///
/// Safe.
///
/// # Errors
///
/// As there; for example if `path` is no symbolic link.
pub async fn read_link(path: impl AsRef<Path>) -> io::Result<PathBuf> {
    at(path, std::fs::read_link).await
}

/// Makes the symbolic link `link` to `original`, which need not exist; see [`std::os::unix::fs::symlink`].
///
/// # Cancel safety
///
/// If it is dropped, the link may or may not be made.
///
/// # Errors
///
/// As there; for example if there is something at `link`.
///
/// # Examples
///
/// ```
/// use runtime::fs;
///
/// # runtime::block_on(async {
/// # let dir = tempfile::tempdir()?;
/// # let link = dir.path().join("link");
/// fs::symlink("elsewhere", &link).await?;
/// assert_eq!(fs::read_link(&link).await?.to_str(), Some("elsewhere"));
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
#[cfg(unix)]
pub async fn symlink(original: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    at_both(original, link, std::os::unix::fs::symlink).await
}

/// Makes the symbolic link `link` to the directory `original`; see [`std::os::windows::fs::symlink_dir`].
///
/// # Cancel safety
///
/// If it is dropped, the link may or may not be made.
///
/// # Errors
///
/// As there.
#[cfg(windows)]
pub async fn symlink_dir(original: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    at_both(original, link, std::os::windows::fs::symlink_dir).await
}

/// Makes the symbolic link `link` to the file `original`; see [`std::os::windows::fs::symlink_file`].
///
/// # Cancel safety
///
/// If it is dropped, the link may or may not be made.
///
/// # Errors
///
/// As there.
#[cfg(windows)]
pub async fn symlink_file(original: impl AsRef<Path>, link: impl AsRef<Path>) -> io::Result<()> {
    at_both(original, link, std::os::windows::fs::symlink_file).await
}
