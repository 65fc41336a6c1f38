//! Where a file is read and written next, and what else is asked of it.

use std::future::poll_fn;
use std::io::{self, ErrorKind, Seek, SeekFrom};
use std::task::{Context, Poll, Waker, ready};

use super::counted;
use super::stream::{Blocking, Ended, Kind};
use super::waiting::Side;
use crate::util::sync::{Arc, Mutex};

impl<T: Send + Sync + 'static> Blocking<T> {
    /// A seek or a rewind has ended: only one that succeeded changes anything.
    pub(super) fn moved(&mut self, kind: Kind, outcome: &io::Result<u64>) {
        match outcome {
            Ok(position) => {
                self.unread.clear();
                if kind == Kind::Seek {
                    self.position = *position;
                    self.has_no_position = false;
                }
            }
            Err(error) => self.has_no_position |= error.kind() == ErrorKind::NotSeekable,
        }
    }

    /// Begins a seek, from where the user believes to be.
    ///
    /// # Errors
    ///
    /// If something is under way, if there is no such place, or no thread.
    pub(crate) fn start_seek(&mut self, to: SeekFrom) -> io::Result<()>
    where
        for<'a> &'a T: Seek,
    {
        if self.kind().is_some() {
            return Err(io::Error::other(
                "another operation of the file is under way: `poll_complete` has to be ready first",
            ));
        }
        self.give_up();
        let to = self.without_unread(to)?;
        self.start(Kind::Seek, move |mut device| Ended::with(device.seek(to)))
    }

    /// What is to be asked of the device, which is ahead by what is unread.
    fn without_unread(&self, to: SeekFrom) -> io::Result<SeekFrom> {
        let SeekFrom::Current(by) = to else { return Ok(to) };
        let by = by.checked_sub(self.unread_len()).ok_or(ErrorKind::InvalidInput)?;
        Ok(SeekFrom::Current(by))
    }

    /// Waits for the seek, and returns the position. Without one it is where the last seek came to.
    pub(crate) fn poll_sought(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<u64>> {
        if self.kind().is_none() {
            return Poll::Ready(Ok(self.position));
        }
        counted(cx, |cx| {
            Poll::Ready(match ready!(self.poll_idle(cx, Side::Writer)) {
                Some((Kind::Seek, outcome)) => outcome,
                _ => Ok(self.position),
            })
        })
    }

    /// Waits until nothing is under way and the device is where the user believes to be, if it can be.
    pub(crate) fn poll_rewound(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>>
    where
        for<'a> &'a T: Seek,
    {
        loop {
            match ready!(self.poll_idle(cx, Side::Writer)) {
                Some((Kind::Rewind, Err(error))) if !self.has_no_position => {
                    return Poll::Ready(Err(error));
                }
                Some(_) => {}
                None if self.unread.is_empty() || self.has_no_position => {
                    return Poll::Ready(Ok(()));
                }
                None => self.start_rewind()?,
            }
        }
    }

    fn start_rewind(&mut self) -> io::Result<()>
    where
        for<'a> &'a T: Seek,
    {
        let ahead = self.unread_len();
        self.start(Kind::Rewind, move |device| Ended::with(go_back(device, ahead)))
    }

    /// Whether nothing is under way, as far as can be told without waiting. Who waits for the job still does.
    pub(crate) fn is_idle_now(&mut self) -> bool {
        let mut nobody = Context::from_waker(Waker::noop());
        self.has_ended() && self.poll_idle(&mut nobody, Side::Writer).is_ready()
    }

    /// Whether a read is under way, as far as the owner knows.
    pub(crate) fn is_reading(&self) -> bool {
        self.kind() == Some(Kind::Read)
    }

    /// So many bytes the device is ahead of the user.
    pub(crate) fn unread_len(&self) -> i64 {
        i64::try_from(self.unread.len()).expect("memory is less than that")
    }

    /// Waits until nothing is under way, calls `call` and returns what it does.
    pub(crate) async fn call<R, F>(&mut self, call: F) -> io::Result<R>
    where
        R: Send + 'static,
        F: FnOnce(&T) -> io::Result<R> + Send + 'static,
    {
        while poll_fn(|cx| self.poll_idle(cx, Side::Writer)).await.is_some() {}
        let answer = Arc::new(Mutex::new(None));
        let place = answer.clone();
        self.start(Kind::Call, move |device| {
            *place.lock() = Some(call(device));
            Ended::with(Ok(0))
        })?;
        if let Some((_, Err(error))) =
            poll_fn(|cx| counted(cx, |cx| self.poll_idle(cx, Side::Writer))).await
        {
            return Err(error);
        }
        answer.lock().take().expect("the call has returned")
    }
}

/// Takes back what was read last.
///
/// Some devices, such as events and HIDs, take every seek and stay where they are. One that is where nobody can have read so much has
/// no position.
fn go_back(mut device: impl Seek, by: i64) -> io::Result<u64> {
    if device.stream_position()? < by.unsigned_abs() {
        return Err(ErrorKind::NotSeekable.into());
    }
    device.seek(SeekFrom::Current(-by))
}
