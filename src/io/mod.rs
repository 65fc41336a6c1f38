//! Reading and writing: the traits that every library speaks, and what moves bytes between them.
//!
//! The traits, the readers and writers that wrap others, and the extension methods are those of the `tokio` package,
//! so that whatever was written for them (codecs, TLS, compression) takes our sockets as they are. That package is
//! compiled without its runtime, and so without its budget: a loop of its own over a reader that is always ready would
//! keep a worker until there is nothing left to read. Therefore everything that loops by itself, or is always ready, is
//! our own, under the same name: `transfer` (bytes on their way), `copy` and `bidirectional` (which drive it),
//! `copy_buf`, `duplex` and `simplex` (over one `pipe`), `empty`, `repeat`, `sink`.
//!
//! With the feature `io-std` there are the standard streams of the process (`stdio`), whose calls block: they are made by the
//! blocking pool, see `blocking`.
//!
//! With the feature `net` there is also readiness: what one may wait for ([`Interest`]), and what one is told
//! ([`Ready`]); and on Unix readiness of any descriptor, [`unix::AsyncFd`].
//!
//! # Invariants
//!
//! 1. An operation takes one unit of the task's budget as it completes, and a loop takes one for each round. So no poll
//!    moves more than a bounded number of buffers, whatever it is that it moves them between.
//! 2. A loop that waits for its reader has flushed what it wrote: the peer may answer only what has reached it.
//! 3. No foreign code runs under a lock: wakers are woken, cloned and dropped outside.
//!
//! # What it does not know
//!
//! Sockets, and, but for `unix`, the driver. Apart from the budget, all that is used of a task is its waker; so these futures
//! run under any executor. Only `blocking`, which makes streams that block into ones that do not, needs the blocking pool.

#[cfg(any(feature = "fs", feature = "io-std"))]
pub(crate) mod blocking;

mod transfer;

mod bidirectional;
mod copy;
mod copy_buf;

mod pipe;

mod duplex;
mod simplex;

mod empty;
mod repeat;
mod sink;

#[cfg(feature = "io-std")]
mod stdio;

#[cfg(feature = "net")]
mod interest;
#[cfg(feature = "net")]
mod ready;
#[cfg(all(feature = "net", unix))]
pub mod unix;

#[doc(no_inline)]
pub use std::io::{Error, ErrorKind, Result, SeekFrom};

/// From Tokio, as it is there.
#[doc(inline)]
pub use tokio::io::{
    AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncSeek, AsyncSeekExt, AsyncWrite,
    AsyncWriteExt, BufReader, BufStream, BufWriter, Chain, Join, Lines, ReadBuf, ReadHalf, Split,
    Take, WriteHalf, join, split,
};

pub use bidirectional::{copy_bidirectional, copy_bidirectional_with_sizes};
pub use copy::copy;
pub use copy_buf::copy_buf;
pub use duplex::{DuplexStream, duplex};
pub use empty::{Empty, empty};
#[cfg(feature = "net")]
pub use interest::Interest;
#[cfg(feature = "net")]
pub use ready::Ready;
pub use repeat::{Repeat, repeat};
pub use simplex::{SimplexStream, simplex};
pub use sink::{Sink, sink};
#[cfg(feature = "io-std")]
pub use stdio::{Stderr, Stdin, Stdout, stderr, stdin, stdout};
