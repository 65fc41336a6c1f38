//! What some tasks have beside their cell: a name, and the time at which they were queued.
//!
//! Few tasks are given a name, and few runtimes measure for how long tasks wait; a place for either in every cell would
//! cost all the others 16 bytes. So a task that has one of them has an *annex* behind its cell, in the same allocation,
//! and a vtable that says where it begins. The choice is made where the task is spawned, for good. Who schedules, polls or frees
//! the task goes by the vtable anyhow, so it pays nothing for the choice, but for a look when a task was woken in its own poll.
//!
//! | field | read | written |
//! |---|---|---|
//! | `name` | who may read the header | never |
//! | `queued_at` | the holder of the token | the holder of the token, before it queues the task |
//!
//! # Rejected
//!
//! - *A vtable for each of name, time, both and neither*: four layouts of one task, where 16 bytes are saved for the few.
//! - *The annex before the cell*: the pointer to the header is then not that of the allocation, and its distance grows with the
//!   alignment of the future.
//! - *A pointer to it in the header*: 8 bytes for all, and another allocation for those that have one.

use std::mem::offset_of;
use std::num::NonZeroUsize;
use std::panic::Location;
use std::ptr::NonNull;
use std::sync::Arc;

use super::raw::{Cell, Header};
use crate::util::sync::UnsafeCell;

/// What a task is called. One pointer, as each task that is looked at takes the place of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name(Arc<String>);

impl Name {
    pub(crate) fn new(name: &str) -> Self {
        Self(Arc::new(name.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    #[cfg(all(test, not(loom)))]
    pub(super) fn holders(&self) -> usize {
        Arc::strong_count(&self.0)
    }
}

/// Where a task comes from, and what it is to have beside its cell.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) spawned_at: &'static Location<'static>,
    pub(crate) name: Option<Name>,
    /// Whether it is noted when the task is queued.
    pub(crate) is_timed: bool,
}

impl Origin {
    pub(crate) fn new(spawned_at: &'static Location<'static>, name: Option<Name>) -> Self {
        Self { spawned_at, name, is_timed: false }
    }

    #[inline]
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_ref().map(Name::as_str)
    }
}

impl From<&'static Location<'static>> for Origin {
    #[inline]
    fn from(spawned_at: &'static Location<'static>) -> Self {
        Self { spawned_at, name: None, is_timed: false }
    }
}

/// See the module's prose.
pub(super) struct Annex {
    name: Option<Name>,
    queued_at: Option<UnsafeCell<u64>>,
}

/// A cell with an annex. `repr(C)`, so that the cell is at its address (invariant 5).
#[repr(C)]
pub(super) struct Annexed<F: Future, S> {
    cell: Cell<F, S>,
    annex: Annex,
}

impl<F: Future, S> Annexed<F, S> {
    /// How far behind the header the annex begins.
    pub(super) const DISTANCE: NonZeroUsize =
        NonZeroUsize::new(offset_of!(Self, annex)).expect("the cell comes first");
}

impl Annex {
    /// For a task that needs one. It is queued `now`, as it is spawned.
    #[inline]
    pub(super) fn new(name: Option<Name>, is_timed: bool, now: fn() -> u64) -> Option<Self> {
        if name.is_none() && !is_timed {
            return None;
        }
        Some(Self { name, queued_at: is_timed.then(|| UnsafeCell::new(now())) })
    }

    /// That of a task, which may have none.
    ///
    /// # Safety
    ///
    /// The pointer is to a whole cell, not to its header alone, and the cell is alive for `'a` (invariant 1).
    #[inline]
    pub(super) unsafe fn of<'a>(header: NonNull<Header>) -> Option<&'a Self> {
        // SAFETY: the caller's promise.
        let distance = unsafe { header.as_ref() }.vtable().annex?;
        // SAFETY: the vtable tells the truth of its cell (invariant 5). What changes in an annex stands in an `UnsafeCell`.
        Some(unsafe { header.byte_add(distance.get()).cast().as_ref() })
    }

    pub(super) fn name(&self) -> Option<&Name> {
        self.name.as_ref()
    }

    /// Notes that the task is queued `now`, if that is measured.
    ///
    /// # Safety
    ///
    /// The caller holds the task's token (invariant 8).
    pub(super) unsafe fn note_queued(&self, now: fn() -> u64) {
        if let Some(queued_at) = &self.queued_at {
            let now = now();
            // SAFETY: the caller's promise.
            queued_at.with_mut(|place| unsafe { place.write(now) });
        }
    }

    /// When the task was queued, if that is measured.
    ///
    /// # Safety
    ///
    /// The caller holds the task's token (invariant 8).
    pub(super) unsafe fn queued_at(&self) -> Option<u64> {
        // SAFETY: the caller's promise.
        self.queued_at.as_ref().map(|place| place.with(|place| unsafe { place.read() }))
    }
}
