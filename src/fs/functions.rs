//! What `std::fs` does at a path, each in one call.

use std::fs::{Metadata, Permissions};
use std::io;
use std::path::{Path, PathBuf};

use super::asyncify::{at, at_both};

/// The absolute path without symbolic links and dots; see [`std::fs::canonicalize`].
///
/// # Cancel safety
///
/// Safe.
///
/// # Errors
///
/// As there; for example if there is nothing at `path`.
pub async fn canonicalize(path: impl AsRef<Path>) -> io::Result<PathBuf> {
    at(path, std::fs::canonicalize).await
}

/// Copies a file's bytes and permissions, and returns how many bytes there were; see [`std::fs::copy`].
///
/// The system copies by itself where it can. For progress, or for streams, there is [`io::copy`](crate::io::copy).
///
/// # Cancel safety
///
/// If it is dropped before it is ready, `to` may be made, and be filled later or not.
///
/// # Errors
///
/// As there; for example if there is no file at `from`.
///
/// # Examples
///
/// ```
/// use runtime::fs;
///
/// # runtime::block_on(async {
/// # let dir = tempfile::tempdir()?;
/// # let (from, to) = (dir.path().join("from"), dir.path().join("to"));
/// fs::write(&from, "hello").await?;
/// assert_eq!(fs::copy(&from, &to).await?, 5);
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
pub async fn copy(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<u64> {
    at_both(from, to, std::fs::copy).await
}

/// Makes a directory; see [`std::fs::create_dir`].
///
/// # Cancel safety
///
/// If it is dropped before it is ready, it may or may not be made.
///
/// # Errors
///
/// As there; for example if its parent is not there, or if there is something at `path`.
pub async fn create_dir(path: impl AsRef<Path>) -> io::Result<()> {
    at(path, std::fs::create_dir).await
}

/// Makes a directory, and those above it that are missing; see [`std::fs::create_dir_all`].
///
/// # Cancel safety
///
/// If it is dropped, some of them may be made.
///
/// # Errors
///
/// As there; for example if there is a file at `path`.
///
/// # Examples
///
/// ```
/// use runtime::fs;
///
/// # runtime::block_on(async {
/// # let dir = tempfile::tempdir()?;
/// # let dir = dir.path();
/// fs::create_dir_all(dir.join("deep/down")).await?;
/// assert!(fs::metadata(dir.join("deep")).await?.is_dir());
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
pub async fn create_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    at(path, std::fs::create_dir_all).await
}

/// What the system knows of a file, to which symbolic links are followed; see [`std::fs::metadata`].
///
/// # Cancel safety
///
/// Safe.
///
/// # Errors
///
/// As there; for example if there is nothing at `path`.
pub async fn metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    at(path, std::fs::metadata).await
}

/// All bytes of a file, in one call; see [`std::fs::read`].
///
/// Memory is the bound: large files are better read piece by piece, from a [`File`](super::File).
///
/// # Cancel safety
///
/// Safe.
///
/// # Errors
///
/// As there; for example if there is no file at `path`.
pub async fn read(path: impl AsRef<Path>) -> io::Result<Vec<u8>> {
    at(path, std::fs::read).await
}

/// All of a file as text, in one call; see [`std::fs::read_to_string`].
///
/// Memory is the bound: large files are better read piece by piece, from a [`File`](super::File).
///
/// # Cancel safety
///
/// Safe.
///
/// # Errors
///
/// As there; for example if it is not UTF-8.
///
/// # Examples
///
/// ```
/// # runtime::block_on(async {
/// let manifest = runtime::fs::read_to_string("Cargo.toml").await?;
/// assert!(manifest.contains("[package]"));
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
pub async fn read_to_string(path: impl AsRef<Path>) -> io::Result<String> {
    at(path, std::fs::read_to_string).await
}

/// Removes an empty directory; see [`std::fs::remove_dir`].
///
/// # Cancel safety
///
/// If it is dropped before it is ready, it may or may not be removed.
///
/// # Errors
///
/// As there; for example if it is not empty.
pub async fn remove_dir(path: impl AsRef<Path>) -> io::Result<()> {
    at(path, std::fs::remove_dir).await
}

/// Removes a directory with all that is in it; symbolic links are not followed; see [`std::fs::remove_dir_all`].
///
/// # Cancel safety
///
/// If it is dropped before it is ready, some of it may be removed, or all.
///
/// # Errors
///
/// As there; for example if there is no directory at `path`.
pub async fn remove_dir_all(path: impl AsRef<Path>) -> io::Result<()> {
    at(path, std::fs::remove_dir_all).await
}

/// Removes a file; see [`std::fs::remove_file`].
///
/// # Cancel safety
///
/// If it is dropped before it is ready, it may or may not be removed.
///
/// # Errors
///
/// As there; for example if there is no file at `path`.
pub async fn remove_file(path: impl AsRef<Path>) -> io::Result<()> {
    at(path, std::fs::remove_file).await
}

/// Gives a file or directory another name, in place of what has that name; see [`std::fs::rename`].
///
/// # Cancel safety
///
/// If it is dropped before it is ready, it may or may not be renamed.
///
/// # Errors
///
/// As there; for example if `to` is on another file system.
pub async fn rename(from: impl AsRef<Path>, to: impl AsRef<Path>) -> io::Result<()> {
    at_both(from, to, std::fs::rename).await
}

/// Says who may do what with a file or directory; see [`std::fs::set_permissions`].
///
/// # Cancel safety
///
/// If it is dropped before it is ready, they may or may not be set.
///
/// # Errors
///
/// As there; for example if it belongs to somebody else.
pub async fn set_permissions(path: impl AsRef<Path>, perm: Permissions) -> io::Result<()> {
    at(path, |path| std::fs::set_permissions(path, perm)).await
}

/// What the system knows of what is at a path; symbolic links are not followed; see [`std::fs::symlink_metadata`].
///
/// # Cancel safety
///
/// Safe.
///
/// # Errors
///
/// As there; for example if there is nothing at `path`.
pub async fn symlink_metadata(path: impl AsRef<Path>) -> io::Result<Metadata> {
    at(path, std::fs::symlink_metadata).await
}

/// Whether there is something at a path, to which symbolic links are followed; see [`std::fs::exists`].
///
/// # Cancel safety
///
/// Safe.
///
/// # Errors
///
/// If nobody can tell, for example because a directory above must not be read.
///
/// # Examples
///
/// ```
/// # runtime::block_on(async {
/// assert!(runtime::fs::try_exists("Cargo.toml").await?);
/// assert!(!runtime::fs::try_exists("no-such-file").await?);
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
pub async fn try_exists(path: impl AsRef<Path>) -> io::Result<bool> {
    at(path, |path| path.try_exists()).await
}

/// Makes a file of these bytes, in place of what is in it; see [`std::fs::write`].
///
/// The bytes are copied first. When this is ready, the system has them; to know that they are on the disk, use
/// [`File::sync_all`](super::File::sync_all).
///
/// # Cancel safety
///
/// If it is dropped before it is ready, the file may be left as it was, or be empty, or be written later.
///
/// # Errors
///
/// As there; for example if its directory is not there, or the disk is full.
///
/// # Examples
///
/// ```
/// use runtime::fs;
///
/// # runtime::block_on(async {
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("hello");
/// fs::write(&path, "hello").await?;
/// assert_eq!(fs::read(&path).await?, b"hello");
/// # std::io::Result::Ok(())
/// # }).unwrap();
/// ```
pub async fn write(path: impl AsRef<Path>, contents: impl AsRef<[u8]>) -> io::Result<()> {
    let contents = contents.as_ref().to_owned();
    at(path, |path| std::fs::write(path, contents)).await
}
