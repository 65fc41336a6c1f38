//! The recording half of a thread: its ring, and when it read the clock.
//!
//! A thread gets its ring with the first event of a recording, and keeps it until it records in another, goes to sleep after
//! the recording is over, or ends. What is recorded while the thread's locals are being destroyed may be lost.
//!
//! # Two ways
//!
//! Nearly all events of a busy worker are a poll or a wake that shares a reading of the clock and stays in its chunk. For those
//! there is [`Recorder::write_fast`], which calls nobody, and so needs no stack; it says no if anything else is to be done.
//!
//! For the same reason the [`Recorder`] has no destructor, which each access would have to ask for. Another local, [`AtEnd`],
//! has one, and is touched when the ring is made. And a worker asks for the recorder of its thread once, and not for each
//! poll ([`on_this_thread`]): in a library that may be a call.

use std::cell::Cell;
use std::sync::atomic::Ordering::Relaxed;

use super::event::{Kind, Source, TEXT_BYTES, text_words};
use super::pace::{Pace, now};
use super::pen::Pen;
use super::recording::{self, Place};
use super::ring::Writer;
use super::switch::RECORDING;

thread_local! {
    static RECORDER: Recorder = const { Recorder::new() };
    static AT_END: AtEnd = const { AtEnd };
}

/// What a thread records with.
pub(crate) struct Recorder {
    /// The recording that the writer belongs to; 0 for none, [`ENDED`] when the thread ends.
    recording: Cell<u64>,
    pen: Pen,
    pace: Pace,
    place: Cell<Option<Place>>,
}

/// Gives the ring up when the thread ends.
struct AtEnd;

/// No recording has this number.
const ENDED: u64 = u64::MAX;

impl Recorder {
    const fn new() -> Self {
        Self { recording: Cell::new(0), pen: Pen::new(), pace: Pace::new(), place: Cell::new(None) }
    }

    /// Writes by `f`, if there is a recording, and this thread does not write already: an allocator that records would come
    /// here while the ring is made.
    fn write(&self, f: impl FnOnce(&mut Writer)) {
        let recording = RECORDING.load(Relaxed);
        if self.recording.get() != recording {
            self.join(recording);
        }
        self.pen.lend(|writer| {
            if let Some(writer) = writer {
                f(writer);
                self.pace.share(writer.count(), writer.room());
            }
        });
    }

    /// Takes part in this recording, with a ring of its own.
    fn join(&self, recording: u64) {
        if self.recording.get() == ENDED || AT_END.try_with(|_| ()).is_err() {
            return;
        }
        self.replace(recording, |place| recording::new_ring(recording, place));
    }

    fn replace(&self, recording: u64, make: impl FnOnce(Option<Place>) -> Option<Writer>) {
        self.pen.lend(|writer| {
            self.recording.set(recording);
            self.pace.set_busy(false);
            *writer = make(self.place.get());
        });
    }

    /// Something happens in a turn, or begins one, or happens on a thread that has none.
    #[inline]
    pub(super) fn event(&self, kind: Kind, number: u64, source: Option<Source>) {
        if !self.write_fast(kind, number, source) {
            self.write_slow(kind, number, source);
        }
    }

    /// Writes an event that shares the last reading of the clock and needs nothing else; whether it is one.
    #[inline]
    fn write_fast(&self, kind: Kind, number: u64, source: Option<Source>) -> bool {
        let (until, stamp) = self.pace.shared();
        self.recording.get() == RECORDING.load(Relaxed)
            && self.pen.write(until, kind, stamp, number, source)
    }

    #[cold]
    #[inline(never)]
    fn write_slow(&self, kind: Kind, number: u64, source: Option<Source>) {
        self.write(|writer| {
            let stamp = self.pace.at(now(), writer.count());
            if kind == Kind::Poll {
                self.pace.set_busy(true);
            }
            writer.push(kind, stamp, number, source);
        });
    }
}

impl Drop for AtEnd {
    fn drop(&mut self) {
        RECORDER.with(|recorder| recorder.replace(ENDED, |_| None));
    }
}

/// Calls `f` with the recorder of this thread.
#[inline]
pub(crate) fn on_this_thread<R>(f: impl FnOnce(&Recorder) -> R) -> R {
    RECORDER.with(f)
}

/// See [`Recorder::event`].
#[inline]
pub(super) fn event(kind: Kind, number: u64, source: Option<Source>) {
    on_this_thread(|recorder| recorder.event(kind, number, source));
}

/// Something happened at `at`, and from then on the thread is a busy worker, or is none.
pub(super) fn event_at(kind: Kind, at: u64, number: u64, source: Option<Source>, is_busy: bool) {
    RECORDER.with(|recorder| {
        recorder.write(|writer| {
            let stamp = recorder.pace.at(at, writer.count());
            recorder.pace.set_busy(is_busy);
            writer.push(kind, stamp, number, source);
        });
    });
}

/// Something happens at this very moment, which changes nothing of what the thread is.
pub(super) fn event_now(kind: Kind, number: u64) {
    event_with_text(kind, number, &[]);
}

/// Something with a text, at this very moment.
pub(super) fn event_with_text(kind: Kind, number: u64, text: &[u8]) {
    RECORDER.with(|recorder| {
        recorder.write(|writer| {
            let stamp = recorder.pace.at(now(), writer.count());
            writer.push(kind, stamp, number, None);
            for part in text.chunks(TEXT_BYTES) {
                let (stamp, number) = text_words(part);
                writer.push(Kind::Text, stamp, number, None);
            }
        });
    });
}

/// This thread sits down at a worker, or at none. It is told at all times, since a recording may begin at any.
pub(super) fn set_place(place: Option<Place>) {
    RECORDER.with(|recorder| {
        recorder.place.set(place);
        recorder.pen.lend(|writer| {
            if let (Some(writer), Some(place)) = (writer, place) {
                writer.set_place(place);
            }
        });
    });
}

/// This thread will not record for a while: it gives its ring up if the recording is over.
pub(super) fn rest() {
    RECORDER.with(|recorder| {
        if recorder.recording.get() != 0 && recorder.recording.get() != ENDED {
            recorder.replace(0, |_| None);
        }
    });
}
