//! The standard input.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};

use crate::io::blocking::{Blocking, MAX_BUF_SIZE, counted};
use crate::util::sync::Arc;

/// The standard input of the process; see [`stdin`].
#[derive(Debug)]
pub struct Stdin {
    input: Blocking<io::Stdin>,
    /// For its descriptor.
    #[cfg(unix)]
    stream: io::Stdin,
}

/// Makes a handle of the standard input of the process.
///
/// A read is made by a thread of the blocking pool, and nothing can end it but input. So it goes on when nobody wants it any
/// more: what comes then belongs to the handle that asked, and is given to its next read, or lost if the handle is dropped.
/// A program makes one handle, and keeps it.
///
/// A read that waits does not hold the end of [`main`](macro@crate::main). A runtime that is dropped waits for it no longer than
/// [`Runtime::DROP_WAITS`](crate::Runtime::DROP_WAITS).
///
/// For lines, wrap it into a [`BufReader`](crate::io::BufReader).
///
/// # Cancel safety
///
/// A single read that is dropped has lost nothing.
///
/// # Examples
///
/// ```no_run
/// use runtime::io::{self, AsyncBufReadExt, BufReader};
///
/// # runtime::block_on(async {
/// let mut lines = BufReader::new(io::stdin()).lines();
/// while let Some(line) = lines.next_line().await? {
///     println!("{}", line.len());
/// }
/// # io::Result::Ok(())
/// # }).unwrap();
/// ```
pub fn stdin() -> Stdin {
    Stdin {
        input: Blocking::new(Arc::new(io::stdin())),
        #[cfg(unix)]
        stream: io::stdin(),
    }
}

impl AsyncRead for Stdin {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        counted(cx, |cx| self.input.poll_read(cx, buf, MAX_BUF_SIZE))
    }
}

#[cfg(unix)]
impl std::os::fd::AsFd for Stdin {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

#[cfg(unix)]
impl std::os::fd::AsRawFd for Stdin {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        self.stream.as_raw_fd()
    }
}
