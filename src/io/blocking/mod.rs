//! A stream whose reads and writes block, made one that tasks can use: under `fs::File` and the standard streams.
//!
//! The problem: a call that blocks is made by another thread, and so it outlives the future that asked for it. Bytes that it has
//! read for a future that is gone must not be missing later; bytes that it could not write must not be forgotten; and the
//! position in the file has to be where its user believes it to be.
//!
//! # States, and who changes them
//!
//! A stream ([`Blocking`]) is idle or has one job, which the blocking pool calls. Only its owner, who has it by `&mut`, starts a
//! job and takes notice of its end ([`Blocking::poll_idle`]): each operation first waits for the job that is there, whoever asked
//! for it. So jobs of one stream are called one at a time and in order, and nothing here is shared but the stream itself and
//! the bytes to be written.
//!
//! Two tasks may wait for one job, since a stream can be split into a half that is read and one that is written: one may take the
//! place of the other's waker, and then be gone when the job ends. So the job wakes both, and so does who finds that it has ended
//! (`waiting`).
//!
//! - *Read.* Its bytes become what is unread, and are delivered to this read or a later one. It is started only when nothing is
//!   unread. The device is then ahead of the user by what is unread, which `position` takes into account.
//! - *Write.* The bytes are copied, and the operation completes; the job goes on in the background. What it writes is taken off
//!   the bytes that are pending; the rest stays there if it fails, or is not called since its runtime had ended before. It is
//!   promised: a runtime that ends later calls it all the same.
//! - *Check*: a flush or a sync. Its error is kept as a write's is.
//! - *Seek* and *rewind*: the latter takes back what was read ahead.
//! - *Call*: anything else, whose answer has a place of its own.
//!
//! # Errors of writes
//!
//! The first one is kept until somebody is told: the next write, flush or sync. After that the rest is tried again by each of
//! them, so that none says that all is well while bytes are missing; it ends with the first seek, read or change of the length, which would
//! put it in the wrong place, and which the user made knowing of the error, or will be told by the next write.
//!
//! # What was rejected
//!
//! - *To take the bytes that failed for lost after they were reported once*: who flushes again is told that all is well.
//! - *To discard what was read ahead when a seek begins*: a seek that fails would have moved the position, and on a
//!   terminal or a pipe would have lost bytes.
//! - *To call several jobs of one stream at a time*, such as a sync and a `set_len`: a job whose future was dropped could then be
//!   overtaken by the write behind it.

#[cfg(feature = "fs")]
mod position;
mod stream;
mod unread;
mod waiting;

#[cfg(feature = "fs")]
pub(crate) use stream::not_done;
#[cfg(feature = "io-std")]
pub(crate) use stream::write_through;
pub(crate) use stream::{Blocking, MAX_BUF_SIZE};

use std::task::{Context, Poll, ready};

use crate::coop;

/// An operation that takes one unit of the budget as it completes, whatever it is made of.
pub(crate) fn counted<R>(
    cx: &mut Context<'_>,
    operation: impl FnOnce(&mut Context<'_>) -> Poll<R>,
) -> Poll<R> {
    let unit = ready!(coop::poll_proceed(cx));
    let output = ready!(operation(cx));
    unit.made_progress();
    Poll::Ready(output)
}
