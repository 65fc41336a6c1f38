//! A value, where several receivers may clone it.
//!
//! A clone is foreign code: it may panic, take long, or come back to the channel, so it must not run under the
//! channel's lock. But values need not be `Sync`, so that two receivers must not clone the same one at once; and the
//! channel may take a value away while it is cloned. So each value has a place of its own, which is counted and has a
//! lock of its own. Receivers take a reference to the place from the channel, and then clone under that lock, for
//! which only those wait who want the same value at the same time. A sender never does.
//!
//! # Invariant
//!
//! A place in the channel, or one that a [`Taken`] has, holds a value. It is emptied only by who has the channel's lock
//! and the one reference there is; then it can be filled again.

use crate::util::sync::{Arc, Mutex};

/// Where a value stands. The lock guards no change but the one that empties or fills it; clones run under it.
pub(super) struct Place<T>(Arc<Mutex<Option<T>>>);

/// A value outside of the channel's lock: to be cloned, or to be dropped.
#[must_use = "it is to be dropped outside of the lock"]
pub(super) enum Taken<T> {
    /// It is in the channel no more, and nobody else has it.
    Whole(T),
    /// Others have it too, or may get it.
    Shared(Place<T>),
}

impl<T> Place<T> {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(None)))
    }

    /// Fills an empty place.
    pub(super) fn fill(&self, value: T) {
        let before = self.0.lock().replace(value);
        debug_assert!(before.is_none(), "a place was filled twice");
    }

    /// The value, for one of several.
    pub(super) fn share(&self) -> Taken<T> {
        Taken::Shared(Self(Arc::clone(&self.0)))
    }

    /// The value, which leaves the channel by this; and its place, if nobody else has it.
    ///
    /// That nobody has it is an acquire, which meets the release of whoever gave it up, so their clones are done.
    pub(super) fn empty(mut self) -> (Taken<T>, Option<Self>) {
        match Arc::get_mut(&mut self.0).and_then(|place| place.get_mut().take()) {
            Some(value) => (Taken::Whole(value), Some(self)),
            None => (Taken::Shared(self), None),
        }
    }
}

impl<T: Clone> Taken<T> {
    /// A clone of the value; the value itself is dropped if it was the last of it.
    pub(super) fn copy(self) -> T {
        match self {
            Self::Whole(value) => value.clone(),
            Self::Shared(place) => {
                let value = place.0.lock();
                let copy = value.as_ref().expect("a place that was taken has its value").clone();
                drop(value); // before the place, whose value may have to be dropped
                copy
            }
        }
    }
}
