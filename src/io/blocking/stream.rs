//! The stream and its job; see the module's prose.

use std::fmt;
use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::panic::{Location, RefUnwindSafe, UnwindSafe};
use std::task::{Context, Poll, ready};

use tokio::io::ReadBuf;

use super::unread::Unread;
use super::waiting::{Side, Waiting};
use crate::coop::{self, WaitReason};
use crate::runtime;
use crate::task::{JoinError, JoinHandle};
use crate::util::sync::{Arc, Mutex};

/// As many bytes as one job moves at most, where nobody says otherwise.
pub(crate) const MAX_BUF_SIZE: usize = 2 * 1024 * 1024;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Read,
    Write,
    Check,
    #[cfg(feature = "fs")]
    Seek,
    #[cfg(feature = "fs")]
    Rewind,
    #[cfg(feature = "fs")]
    Call,
}

/// What comes back from a job.
pub(super) struct Ended {
    /// Of a read.
    memory: Vec<u8>,
    /// How many bytes were read, or where the position is; else zero.
    outcome: io::Result<u64>,
}

impl Ended {
    pub(super) fn with(outcome: io::Result<u64>) -> Self {
        Self { memory: Vec::new(), outcome }
    }
}

struct Job {
    kind: Kind,
    handle: JoinHandle<Ended>,
}

/// A stream that blocks, for one owner.
pub(crate) struct Blocking<T> {
    pub(super) device: Arc<T>,
    job: Option<Job>,
    /// For the job.
    waiting: Waiting,
    pub(super) unread: Unread,
    /// What was accepted and is not written. Only a job touches it while there is one.
    pending: Arc<Mutex<Vec<u8>>>,
    /// Of a write or a check, for who asks next.
    write_error: Option<io::Error>,
    /// Whether something was written since the last flush.
    needs_flush: bool,
    /// Where the last seek came to.
    #[cfg(feature = "fs")]
    pub(super) position: u64,
    /// Whether the device has no position, as it seemed last. What is unread and what is written then do not meet.
    #[cfg(feature = "fs")]
    pub(super) has_no_position: bool,
}

impl<T: Send + Sync + 'static> Blocking<T> {
    pub(crate) fn new(device: Arc<T>) -> Self {
        Self {
            device,
            job: None,
            waiting: Waiting::default(),
            unread: Unread::default(),
            pending: Arc::default(),
            write_error: None,
            needs_flush: false,
            #[cfg(feature = "fs")]
            position: 0,
            #[cfg(feature = "fs")]
            has_no_position: false,
        }
    }

    /// What is under way, as far as the owner knows.
    #[cfg(feature = "fs")]
    pub(super) fn kind(&self) -> Option<Kind> {
        self.job.as_ref().map(|job| job.kind)
    }

    /// Whether the job, if there is one, has nothing more to do.
    #[cfg(feature = "fs")]
    pub(super) fn has_ended(&self) -> bool {
        self.job.as_ref().is_none_or(|job| job.handle.is_finished())
    }

    /// Starts a job. Nothing else is under way.
    ///
    /// # Errors
    ///
    /// If there is no thread for it. It has been dropped then.
    #[track_caller]
    pub(super) fn start<F>(&mut self, kind: Kind, call: F) -> io::Result<()>
    where
        F: FnOnce(&T) -> Ended + Send + 'static,
    {
        debug_assert!(self.job.is_none(), "a second job");
        let device = self.device.clone();
        let (call, place) = (move || call(&device), Location::caller());
        let handle = match kind {
            // It was accepted, so it is done even if the runtime ends first.
            Kind::Write => runtime::spawn_promised(call, place),
            _ => runtime::spawn_blocking(call, place),
        }?;
        self.job = Some(Job { kind, handle });
        Ok(())
    }

    /// Waits for the job, if there is one, and takes notice of what it came to. Errors of writes and checks are kept.
    pub(super) fn poll_idle(
        &mut self,
        cx: &mut Context<'_>,
        side: Side,
    ) -> Poll<Option<(Kind, io::Result<u64>)>> {
        let Some(job) = &mut self.job else { return Poll::Ready(None) };
        let kind = job.kind;
        let waker = self.waiting.and(side, cx.waker());
        let ended = job.handle.poll_joined(&mut Context::from_waker(&waker));
        let ended = ready!(coop::waits(WaitReason::File, ended));
        self.job = None;
        self.waiting.end(side);
        let ended = ended.unwrap_or_else(|error| Ended::with(Err(not_done(&error))));
        Poll::Ready(Some((kind, self.settle(kind, ended))))
    }

    fn settle(&mut self, kind: Kind, ended: Ended) -> io::Result<u64> {
        let Ended { memory, outcome } = ended;
        match kind {
            Kind::Read => {
                let len = outcome.as_ref().map_or(0, |len| *len as usize);
                self.unread.fill(memory, len);
            }
            Kind::Write | Kind::Check => {
                // What is flushed in vain is still there.
                self.needs_flush |= outcome.is_err();
                self.write_error = outcome.err();
                return Ok(0);
            }
            #[cfg(feature = "fs")]
            Kind::Seek | Kind::Rewind => self.moved(kind, &outcome),
            #[cfg(feature = "fs")]
            Kind::Call => {}
        }
        outcome
    }

    /// Reads at most `max` bytes, ahead of what the buffer takes only if another read was given up.
    pub(crate) fn poll_read(
        &mut self,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
        max: usize,
    ) -> Poll<io::Result<()>>
    where
        for<'a> &'a T: Read,
    {
        if buf.remaining() > 0 {
            ready!(self.poll_filled(cx, buf.remaining().min(max)))?;
            self.unread.deliver(buf);
        }
        Poll::Ready(Ok(()))
    }

    /// Waits until something is unread, or a read came to the end.
    fn poll_filled(&mut self, cx: &mut Context<'_>, len: usize) -> Poll<io::Result<()>>
    where
        for<'a> &'a T: Read,
    {
        loop {
            match ready!(self.poll_idle(cx, Side::Reader)) {
                Some((Kind::Read, outcome)) => return Poll::Ready(outcome.map(drop)),
                Some(_) => {}
                None if !self.unread.is_empty() => return Poll::Ready(Ok(())),
                None => self.start_read(len)?,
            }
        }
    }

    fn start_read(&mut self, len: usize) -> io::Result<()>
    where
        for<'a> &'a T: Read,
    {
        self.give_up();
        let mut memory = self.unread.lend();
        self.start(Kind::Read, move |mut device| {
            if memory.len() < len {
                memory.resize(len, 0);
            }
            let outcome = uninterrupted(|| device.read(&mut memory[..len]));
            Ended { memory, outcome: outcome.map(|len| len as u64) }
        })
    }

    /// Takes at most `max` bytes, and has them written in the background.
    pub(crate) fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
        max: usize,
    ) -> Poll<io::Result<usize>>
    where
        for<'a> &'a T: Write,
    {
        ready!(self.poll_written(cx))?;
        let mut pending = self.pending.lock();
        for buf in bufs {
            let room = max - pending.len();
            pending.extend_from_slice(&buf[..buf.len().min(room)]);
        }
        let len = pending.len();
        drop(pending);
        if len > 0
            && let Err(error) = self.start_write()
        {
            self.give_up(); // the caller has the bytes still
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(len))
    }

    /// Waits until all that was accepted is written.
    pub(crate) fn poll_written(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>
    where
        for<'a> &'a T: Write,
    {
        loop {
            ready!(self.poll_idle(cx, Side::Writer));
            if let Some(error) = self.write_error.take() {
                return Poll::Ready(Err(error));
            }
            if self.pending.lock().is_empty() {
                return Poll::Ready(Ok(()));
            }
            self.start_write()?;
        }
    }

    fn start_write(&mut self) -> io::Result<()>
    where
        for<'a> &'a T: Write,
    {
        let pending = self.pending.clone();
        self.start(Kind::Write, move |device| {
            Ended::with(write_all(device, &mut pending.lock()).map(|()| 0))
        })?;
        self.needs_flush = true;
        Ok(())
    }

    /// Forgets bytes that could not be written: see the module's prose.
    pub(crate) fn give_up(&mut self) {
        self.pending.lock().clear();
    }

    /// Waits until all that was accepted is written, and then calls `check`, whose error is lost as little as a write's.
    #[cfg(feature = "fs")]
    pub(crate) fn poll_checked(
        &mut self,
        cx: &mut Context<'_>,
        check: &mut Option<impl FnOnce(&T) -> io::Result<()> + Send + 'static>,
    ) -> Poll<io::Result<()>>
    where
        for<'a> &'a T: Write,
    {
        ready!(self.poll_written(cx))?;
        if let Some(check) = check.take() {
            self.start(Kind::Check, |device| Ended::with(check(device).map(|()| 0)))?;
            return self.poll_written(cx);
        }
        Poll::Ready(Ok(()))
    }

    /// Waits until all that was accepted is written and flushed.
    #[cfg(feature = "io-std")]
    pub(crate) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>
    where
        for<'a> &'a T: Write,
    {
        ready!(self.poll_written(cx))?;
        if !self.needs_flush {
            return Poll::Ready(Ok(()));
        }
        self.start(Kind::Check, |mut device| Ended::with(device.flush().map(|()| 0)))?;
        self.needs_flush = false;
        self.poll_written(cx)
    }

    /// Whether somebody would have to be told of an error of a write.
    #[cfg(feature = "fs")]
    pub(crate) fn has_write_error(&self) -> bool {
        self.write_error.is_some()
    }
}

/// Writes what there is, and takes it off as far as it came.
fn write_all(device: impl Write, pending: &mut Vec<u8>) -> io::Result<()> {
    let (done, outcome) = write_through(device, pending);
    pending.drain(..done);
    outcome
}

/// Writes all, or as many bytes as it comes to, and why no more.
pub(crate) fn write_through(mut device: impl Write, bytes: &[u8]) -> (usize, io::Result<()>) {
    let mut done = 0;
    while done < bytes.len() {
        match uninterrupted(|| device.write(&bytes[done..])) {
            Ok(0) => return (done, Err(ErrorKind::WriteZero.into())),
            Ok(len) => done += len,
            Err(error) => return (done, Err(error)),
        }
    }
    (done, Ok(()))
}

fn uninterrupted(mut call: impl FnMut() -> io::Result<usize>) -> io::Result<usize> {
    loop {
        match call() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

/// For who waits for a job that was not called to its end.
pub(crate) fn not_done(error: &JoinError) -> io::Error {
    let why = match error.is_cancelled() {
        true => "its runtime ended before it began".to_owned(),
        false => error.to_string(),
    };
    io::Error::other(format!("the blocking operation was not done: {why}"))
}

// Only the error that it keeps is not; and nothing can panic between two changes that belong together.
impl<T: UnwindSafe> UnwindSafe for Blocking<T> {}

impl<T: RefUnwindSafe> RefUnwindSafe for Blocking<T> {}

impl<T: fmt::Debug> fmt::Debug for Blocking<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocking")
            .field("device", &self.device)
            .field("job", &self.job.as_ref().map(|job| job.kind))
            .field("unread", &self.unread)
            .field("write_error", &self.write_error)
            .finish_non_exhaustive()
    }
}
