//! Whether anybody watches what tasks do: the one word that an unwatched poll reads for all who may.
//!
//! The observers of a worker (hooks, histograms) and the recordings of a trace each hold a [`Watcher`] while they want to be told. The word counts those of
//! the whole process: so a poll asks once, whatever there is to be told, and only who is watched looks for whom. A runtime that
//! nobody watches pays for the watchers of another by a call a poll.
//!
//! The word orders nothing. Observers are made before the first thread that polls for them, and so are seen from the first poll on; a recording
//! begins on other threads a little later. In a forked child the watchers of the parent count on, and find nothing.
//!
//! It has its cache lines for itself: beside a word that is often written each poll would wait for that.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

#[repr(align(128))]
struct Alone(AtomicUsize);

static WATCHERS: Alone = Alone(AtomicUsize::new(0));

#[inline(always)]
pub(crate) fn is_watched() -> bool {
    WATCHERS.0.load(Relaxed) != 0
}

/// The wish to be told, until it is dropped.
#[derive(Debug)]
pub(crate) struct Watcher(());

impl Watcher {
    pub(crate) fn new() -> Self {
        WATCHERS.0.fetch_add(1, Relaxed);
        Self(())
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let before = WATCHERS.0.fetch_sub(1, Relaxed);
        debug_assert!(before > 0, "more watchers left than came");
    }
}
