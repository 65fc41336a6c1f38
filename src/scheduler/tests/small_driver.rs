//! The driver in small, for models of parking: events that come, and the attendant who waits for them. It mirrors
//! `Driver::{sleep, look_in}` and `Turn` without timers; `driver::tests::loom_attend` has those.

use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};

use crate::driver::Parker;
use crate::util::sync::{AtomicBool, AtomicUsize, Mutex};

/// Events, each of which wakes one task.
pub(super) struct Driver {
    /// Events that are not dispatched yet.
    ready: AtomicUsize,
    /// Whether the attendant is in its place.
    attendant: AtomicBool,
    waiting: Mutex<Option<Arc<Parker>>>,
}

/// The attendant, until its events are dispatched.
pub(super) struct Turn<'a>(&'a Driver);

impl Driver {
    pub(super) fn new() -> Self {
        Self {
            ready: AtomicUsize::new(0),
            attendant: AtomicBool::new(true),
            waiting: Mutex::new(None),
        }
    }

    /// The system has an event: it ends the wait of the attendant, or the next one.
    pub(super) fn event(&self) {
        self.ready.fetch_add(1, Release);
        let waiting = self.waiting.lock().clone();
        if let Some(parker) = waiting {
            parker.unpark();
        }
    }

    /// `Driver::sleep`.
    pub(super) fn sleep(&self, parker: &Arc<Parker>) -> Option<Turn<'_>> {
        let Some(turn) = self.take_attendant() else {
            parker.park(None);
            return None;
        };
        *self.waiting.lock() = Some(parker.clone());
        if self.ready.load(Acquire) == 0 {
            parker.park(None);
        }
        *self.waiting.lock() = None;
        Some(turn)
    }

    /// `Driver::look_in`: how many tasks it wakes.
    pub(super) fn look_in(&self) -> usize {
        self.take_attendant().map_or(0, Turn::finish)
    }

    fn take_attendant(&self) -> Option<Turn<'_>> {
        self.attendant.swap(false, AcqRel).then(|| Turn(self))
    }
}

impl Turn<'_> {
    /// `Turn::finish`: how many tasks it wakes.
    pub(super) fn finish(self) -> usize {
        self.0.ready.swap(0, AcqRel)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.attendant.swap(true, AcqRel);
    }
}
