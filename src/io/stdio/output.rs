//! A stream of output that the whole process shares.

use std::io::{self, IoSlice, Write};
use std::task::{Context, Poll};

use crate::io::blocking::{Blocking, MAX_BUF_SIZE, counted, write_through};
use crate::util::sync::Arc;

/// A stream that can be had for oneself, for as long as one writes.
pub(super) trait Lock: Send + Sync + 'static {
    /// The stream, for its holder alone.
    fn lock(&self) -> impl Write + '_;
}

/// Writes what it is given in one piece: between two calls of the stream somebody else could write.
#[derive(Debug)]
struct Whole<T>(T);

impl<T: Lock> Write for &Whole<T> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match write_through(self.0.lock(), buf) {
            (0, outcome) => outcome.map(|()| 0),
            (done, _) => Ok(done), // who goes on meets the error again
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.lock().flush()
    }
}

/// What a handle of such a stream does.
#[derive(Debug)]
pub(super) struct Output<T>(Blocking<Whole<T>>);

impl<T: Lock> Output<T> {
    pub(super) fn new(stream: T) -> Self {
        Self(Blocking::new(Arc::new(Whole(stream))))
    }

    pub(super) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        counted(cx, |cx| self.0.poll_write(cx, bufs, MAX_BUF_SIZE))
    }

    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        counted(cx, |cx| self.0.poll_flush(cx))
    }
}
