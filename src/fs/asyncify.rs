//! A call of the blocking pool as one operation.

use std::io;
use std::panic::Location;
use std::path::{Path, PathBuf};

use crate::coop::{self, WaitReason};
use crate::io::blocking::not_done;
use crate::runtime;
use crate::task::JoinHandle;

/// A call that waits for a thread, or has one. Nobody wants its outcome once this is dropped: then it does not begin any more.
struct Call<R>(JoinHandle<io::Result<R>>);

impl<R> Drop for Call<R> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Makes a call where it may block.
pub(super) async fn asyncify<R, F>(call: F) -> io::Result<R>
where
    R: Send + 'static,
    F: FnOnce() -> io::Result<R> + Send + 'static,
{
    let mut call = Call(runtime::spawn_blocking(call, Location::caller())?);
    let done = coop::waiting_for(WaitReason::File, &mut call.0).await;
    done.unwrap_or_else(|error| Err(not_done(&error)))
}

/// The same, of what is at a path.
pub(super) async fn at<R, F>(path: impl AsRef<Path>, call: F) -> io::Result<R>
where
    R: Send + 'static,
    F: FnOnce(PathBuf) -> io::Result<R> + Send + 'static,
{
    let path = path.as_ref().to_owned();
    asyncify(move || call(path)).await
}

/// The same, of two paths.
pub(super) async fn at_both<R, F>(
    from: impl AsRef<Path>,
    to: impl AsRef<Path>,
    call: F,
) -> io::Result<R>
where
    R: Send + 'static,
    F: FnOnce(PathBuf, PathBuf) -> io::Result<R> + Send + 'static,
{
    let (from, to) = (from.as_ref().to_owned(), to.as_ref().to_owned());
    asyncify(move || call(from, to)).await
}
