//! The recording half of a thread: its ring, and when it read the clock.
//!
//! A thread gets its ring with the first event of a recording, and keeps it until it records in another, goes to sleep after
//! the recording is over, or ends. What is recorded while the thread's locals are being destroyed may be lost.
//!
//! # Two ways
//!
//! Nearly all events of a busy worker are a poll or a wake that shares a reading of the clock and stays in its chunk. For those
//! there is [`write_fast`], which calls nobody, and so needs no stack; it says no if anything else is to be done.
//!
//! For the same reason the [`Recorder`] has no destructor, which each access would have to ask for. Another local, [`AtEnd`],
//! has one, and is touched when the ring is made.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::sync::atomic::Ordering::Relaxed;

use super::event::{Kind, Source, TEXT_BYTES, text_words};
use super::pace::{Pace, now};
use super::recording::{self, Place};
use super::ring::Writer;
use super::switch::RECORDING;

thread_local! {
    static RECORDER: Recorder = const { Recorder::new() };
    static AT_END: AtEnd = const { AtEnd };
}

struct Recorder {
    /// The recording that the writer belongs to; 0 for none, [`ENDED`] when the thread ends.
    recording: Cell<u64>,
    writer: RefCell<ManuallyDrop<Option<Writer>>>,
    pace: Pace,
    place: Cell<Option<Place>>,
}

/// Gives the ring up when the thread ends.
struct AtEnd;

/// No recording has this number.
const ENDED: u64 = u64::MAX;

impl Recorder {
    const fn new() -> Self {
        Self {
            recording: Cell::new(0),
            writer: RefCell::new(ManuallyDrop::new(None)),
            pace: Pace::new(),
            place: Cell::new(None),
        }
    }

    /// Writes by `f`, if there is a recording, and this thread does not write already: an allocator that records would come
    /// here while the ring is made.
    fn write(&self, f: impl FnOnce(&mut Writer)) {
        let recording = RECORDING.load(Relaxed);
        if self.recording.get() != recording {
            self.join(recording);
        }
        if let Ok(mut writer) = self.writer.try_borrow_mut()
            && let Some(writer) = &mut **writer
        {
            f(writer);
            self.pace.share(writer.count(), writer.room());
        }
    }

    /// Takes part in this recording, with a ring of its own.
    fn join(&self, recording: u64) {
        if self.recording.get() == ENDED || AT_END.try_with(|_| ()).is_err() {
            return;
        }
        self.replace(recording, |place| recording::new_ring(recording, place));
    }

    fn replace(&self, recording: u64, make: impl FnOnce(Option<Place>) -> Option<Writer>) {
        if let Ok(mut writer) = self.writer.try_borrow_mut() {
            self.recording.set(recording);
            self.pace.set_busy(false);
            **writer = make(self.place.get());
        }
    }
}

impl Drop for AtEnd {
    fn drop(&mut self) {
        RECORDER.with(|recorder| recorder.replace(ENDED, |_| None));
    }
}

/// Writes an event that shares the last reading of the clock and needs nothing else; whether it is one.
#[inline]
fn write_fast(kind: Kind, number: u64, source: Option<Source>) -> bool {
    RECORDER.with(|recorder| {
        if recorder.recording.get() == RECORDING.load(Relaxed)
            && let Ok(writer) = recorder.writer.try_borrow()
            && let Some(writer) = &**writer
            && let Some(stamp) = recorder.pace.coarse(writer.count())
        {
            writer.push(kind, stamp, number, source);
            return true;
        }
        false
    })
}

/// The worker of this thread begins a turn.
#[inline]
pub(super) fn turn(kind: Kind, number: u64, source: Source) {
    if !write_fast(kind, number, Some(source)) {
        write_slow(kind, number, Some(source), true);
    }
}

/// Something happens in a turn, or on a thread that has none.
#[inline]
pub(super) fn event(kind: Kind, number: u64, source: Option<Source>) {
    if !write_fast(kind, number, source) {
        write_slow(kind, number, source, false);
    }
}

#[cold]
#[inline(never)]
fn write_slow(kind: Kind, number: u64, source: Option<Source>, is_turn: bool) {
    RECORDER.with(|recorder| {
        recorder.write(|writer| {
            let stamp = recorder.pace.at(now(), writer.count());
            if is_turn {
                recorder.pace.set_busy(true);
            }
            writer.push_anywhere(kind, stamp, number, source);
        });
    });
}

/// Something happened at `at`, and from then on the thread is a busy worker, or is none.
pub(super) fn event_at(kind: Kind, at: u64, number: u64, source: Option<Source>, is_busy: bool) {
    RECORDER.with(|recorder| {
        recorder.write(|writer| {
            let stamp = recorder.pace.at(at, writer.count());
            recorder.pace.set_busy(is_busy);
            writer.push_anywhere(kind, stamp, number, source);
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
            writer.push_anywhere(kind, stamp, number, None);
            for part in text.chunks(TEXT_BYTES) {
                let (stamp, number) = text_words(part);
                writer.push_anywhere(Kind::Text, stamp, number, None);
            }
        });
    });
}

/// This thread sits down at a worker, or at none. It is told at all times, since a recording may begin at any.
pub(super) fn set_place(place: Option<Place>) {
    RECORDER.with(|recorder| {
        recorder.place.set(place);
        if let Ok(writer) = recorder.writer.try_borrow()
            && let (Some(writer), Some(place)) = (&**writer, place)
        {
            writer.set_place(place);
        }
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
