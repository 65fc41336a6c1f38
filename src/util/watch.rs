//! Whether anybody watches what tasks do: the one word that an unwatched poll reads for all who may.
//!
//! Hooks of a runtime and recordings of a trace each hold a [`Watcher`] while they want to be told. The word counts those of
//! the whole process: so a poll asks once, whatever there is to be told, and only who is watched looks for whom. A runtime that
//! nobody watches pays for the watchers of another by a call a poll.
//!
//! The word orders nothing. Whoever must see a hook from the first poll on made it before the threads that poll; a recording
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

impl Clone for Watcher {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let before = WATCHERS.0.fetch_sub(1, Relaxed);
        debug_assert!(before > 0, "more watchers left than came");
    }
}
