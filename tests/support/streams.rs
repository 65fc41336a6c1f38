//! Readers and writers for tests: one that does what it is told and writes down what was done to it, and one that is
//! always ready.
#![allow(dead_code, reason = "each test file uses another part")]

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use runtime::io::{AsyncRead, AsyncWrite, ReadBuf};

/// What a [`Scripted`] stream does when it is asked once.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Has these bytes to read.
    Bytes(&'static [u8]),
    /// Takes so many bytes; or, for a flush or a shutdown, succeeds.
    Takes(usize),
    /// Waits. It wakes nobody: the test polls again.
    Waits,
    /// Fails.
    Fails(ErrorKind),
}

/// A stream that does what it is told, and then: has no more to read, takes everything, flushes and shuts down.
#[derive(Clone, Default)]
pub struct Scripted {
    reads: VecDeque<Step>,
    writes: VecDeque<Step>,
    flushes: VecDeque<Step>,
    shutdowns: VecDeque<Step>,
    log: Arc<Mutex<Vec<String>>>,
}

impl Scripted {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn reads(mut self, steps: &[Step]) -> Self {
        self.reads.extend(steps);
        self
    }

    pub fn writes(mut self, steps: &[Step]) -> Self {
        self.writes.extend(steps);
        self
    }

    pub fn flushes(mut self, steps: &[Step]) -> Self {
        self.flushes.extend(steps);
        self
    }

    pub fn shutdowns(mut self, steps: &[Step]) -> Self {
        self.shutdowns.extend(steps);
        self
    }

    /// Writes down in the other's log what is done to this one.
    pub fn logged_with(mut self, other: &Self) -> Self {
        self.log = other.log.clone();
        self
    }

    /// What was done since this was last asked.
    pub fn trace(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.lock().unwrap())
    }

    fn note(&self, what: impl Into<String>) {
        self.log.lock().unwrap().push(what.into());
    }

    /// Flushing and shutting down.
    fn end(&self, name: &str, step: Option<Step>) -> Poll<io::Result<()>> {
        match step {
            None | Some(Step::Takes(_)) => {
                self.note(name);
                Poll::Ready(Ok(()))
            }
            Some(Step::Waits) => {
                self.note(format!("{name} waits"));
                Poll::Pending
            }
            Some(Step::Fails(kind)) => Poll::Ready(Err(kind.into())),
            Some(Step::Bytes(_)) => panic!("{name} has no bytes"),
        }
    }
}

impl AsyncRead for Scripted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.reads.pop_front() {
            None => self.note("end"),
            Some(Step::Bytes(bytes)) => {
                let (now, later) = bytes.split_at(bytes.len().min(buf.remaining()));
                buf.put_slice(now);
                if !later.is_empty() {
                    self.reads.push_front(Step::Bytes(later));
                }
                self.note(format!("read {}", String::from_utf8_lossy(now)));
            }
            Some(Step::Waits) => {
                self.note("read waits");
                return Poll::Pending;
            }
            Some(Step::Fails(kind)) => return Poll::Ready(Err(kind.into())),
            Some(Step::Takes(_)) => panic!("a read takes nothing"),
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Scripted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        let count = match self.writes.pop_front() {
            None => buf.len(),
            Some(Step::Takes(count)) => count,
            Some(Step::Waits) => {
                self.note("write waits");
                return Poll::Pending;
            }
            Some(Step::Fails(kind)) => return Poll::Ready(Err(kind.into())),
            Some(Step::Bytes(_)) => panic!("a write has no bytes"),
        };
        let taken = &buf[..count.min(buf.len())];
        self.note(format!("write {}", String::from_utf8_lossy(taken)));
        Poll::Ready(Ok(count))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let step = self.flushes.pop_front();
        self.end("flush", step)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        let step = self.shutdowns.pop_front();
        self.end("shutdown", step)
    }
}

/// A stream that is always ready, takes no unit of any budget, and counts.
#[derive(Clone, Default)]
pub struct Flood {
    read: Arc<AtomicU64>,
    written: Arc<AtomicU64>,
}

impl Flood {
    pub fn new() -> Self {
        Self::default()
    }

    /// How many bytes were written to it.
    pub fn written(&self) -> u64 {
        self.written.load(SeqCst)
    }
}

impl AsyncRead for Flood {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let count = buf.remaining();
        self.read.fetch_add(count as u64, SeqCst);
        buf.initialize_unfilled();
        buf.advance(count);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Flood {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.written.fetch_add(buf.len() as u64, SeqCst);
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
