//! A pipe in memory: bytes that one end wrote and the other has not read yet, up to a limit.
//!
//! # Invariants
//!
//! 1. Of the tasks that wait at one end, the pipe keeps the waker of the last. It is taken by whatever ends the wait, so
//!    each wait is ended by one wake.
//! 2. Wakers are woken, cloned and dropped outside the lock. So an end that finds that it has to wait, and no waker of its
//!    own in place, unlocks, clones its waker, and looks again: what came meanwhile found nobody to wake.
//! 3. Once the pipe is closed nobody waits: a read returns what is left and then nothing, and a write fails.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, ErrorKind, IoSlice};
use std::task::{Context, Poll, Waker, ready};

use tokio::io::ReadBuf;

use crate::coop::{self, WaitReason};
use crate::util::sync::Mutex;

/// See the module's prose.
pub(super) struct Pipe {
    capacity: usize,
    state: Mutex<State>,
}

/// Who waits at a pipe.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    Reader,
    Writer,
}

struct State {
    bytes: VecDeque<u8>,
    closed: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

/// An operation that need not wait, and whom it has ended the wait of.
struct Done<R> {
    result: R,
    woken: Option<Waker>,
}

impl<R> Done<R> {
    fn alone(result: R) -> Self {
        Self { result, woken: None }
    }
}

impl Pipe {
    /// An empty pipe for at most `capacity` bytes.
    pub(super) fn new(capacity: usize) -> Self {
        let state = State { bytes: VecDeque::new(), closed: false, reader: None, writer: None };
        Self { capacity, state: Mutex::new(state) }
    }

    /// Moves bytes into `buf`: none if the pipe is closed and empty.
    pub(super) fn poll_read(&self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<()> {
        self.poll(cx, End::Reader, |state| state.read(buf))
    }

    /// Takes as many of the bytes as there is room for.
    pub(super) fn poll_write(
        &self,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll(cx, End::Writer, |state| state.write(bufs, self.capacity))
    }

    /// Closes the pipe, and wakes who waits at `end`, the one that did not do this.
    pub(super) fn close(&self, end: End) {
        if let Some(waker) = self.end(end) {
            waker.wake();
        }
    }

    /// Closes the pipe, and leaves it to the caller to wake who waits at `end`.
    #[must_use = "who waits has to be woken"]
    pub(super) fn end(&self, end: End) -> Option<Waker> {
        let mut state = self.state.lock();
        state.closed = true;
        state.waiting(end).take()
    }

    fn poll<R>(
        &self,
        cx: &mut Context<'_>,
        end: End,
        operation: impl FnMut(&mut State) -> Option<Done<R>>,
    ) -> Poll<R> {
        let unit = ready!(coop::poll_proceed(cx));
        let done = self.poll_unlimited(cx.waker(), end, operation);
        let done = ready!(coop::waits(WaitReason::InMemoryStream, done));
        unit.made_progress();
        if let Some(waker) = done.woken {
            waker.wake();
        }
        Poll::Ready(done.result)
    }

    fn poll_unlimited<R>(
        &self,
        waker: &Waker,
        end: End,
        mut operation: impl FnMut(&mut State) -> Option<Done<R>>,
    ) -> Poll<Done<R>> {
        // Declared before the guard, and so dropped after it, on every way out.
        let mut spare = None;
        loop {
            let mut state = self.state.lock();
            if let Some(done) = operation(&mut state) {
                return Poll::Ready(done);
            }
            let place = state.waiting(end);
            if place.as_ref().is_some_and(|current| current.will_wake(waker)) {
                return Poll::Pending;
            }
            if spare.is_some() {
                std::mem::swap(place, &mut spare);
                return Poll::Pending;
            }
            drop(state);
            spare = Some(waker.clone());
        }
    }
}

impl State {
    fn waiting(&mut self, end: End) -> &mut Option<Waker> {
        match end {
            End::Reader => &mut self.reader,
            End::Writer => &mut self.writer,
        }
    }

    /// `None` if there is nothing to read yet.
    fn read(&mut self, buf: &mut ReadBuf<'_>) -> Option<Done<()>> {
        let count = self.bytes.len().min(buf.remaining());
        if count == 0 {
            return (self.closed || buf.remaining() == 0).then(|| Done::alone(()));
        }
        let (front, back) = self.bytes.as_slices();
        let from_front = count.min(front.len());
        buf.put_slice(&front[..from_front]);
        buf.put_slice(&back[..count - from_front]);
        self.bytes.drain(..count);
        Some(Done { result: (), woken: self.writer.take() })
    }

    /// `None` if there is no room yet.
    fn write(&mut self, bufs: &[IoSlice<'_>], capacity: usize) -> Option<Done<io::Result<usize>>> {
        if self.closed {
            return Some(Done::alone(Err(ErrorKind::BrokenPipe.into())));
        }
        let room = capacity - self.bytes.len();
        let mut left = room;
        for buf in bufs {
            let count = buf.len().min(left);
            self.bytes.extend(&buf[..count]);
            left -= count;
        }
        match room - left {
            0 if bufs.iter().all(|buf| buf.is_empty()) => Some(Done::alone(Ok(0))),
            0 => None,
            count => Some(Done { result: Ok(count), woken: self.reader.take() }),
        }
    }
}

impl fmt::Debug for Pipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (held, closed) = {
            let state = self.state.lock();
            (state.bytes.len(), state.closed)
        };
        f.debug_struct("Pipe")
            .field("capacity", &self.capacity)
            .field("held", &held)
            .field("closed", &closed)
            .finish_non_exhaustive()
    }
}
