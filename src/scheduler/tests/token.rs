//! A task for tests: it has a number, counts its drops, and its content shows who touches it when.

use std::ptr::NonNull;

use crate::scheduler::run_queue::Queued;
use crate::util::sync::{Arc, AtomicUsize, UnsafeCell};
use std::sync::atomic::Ordering::Relaxed;

/// One task. Loom watches the cell: a taker that was handed the pointer without the content races.
pub(super) struct Token(Box<Content>);

struct Content {
    number: UnsafeCell<usize>,
    drops: Arc<AtomicUsize>,
}

// SAFETY: a token is owned by one thread at a time; the cell is only there for loom to watch.
unsafe impl Send for Token {}

impl Token {
    pub(super) fn new(number: usize, drops: &Arc<AtomicUsize>) -> Self {
        Self(Box::new(Content { number: UnsafeCell::new(number), drops: Arc::clone(drops) }))
    }

    pub(super) fn number(&mut self) -> usize {
        // SAFETY: `&mut self` is the only access.
        self.0.number.with_mut(|number| unsafe { *number })
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.number();
        self.0.drops.fetch_add(1, Relaxed);
    }
}

impl Queued for Token {
    fn into_raw(self) -> NonNull<()> {
        let this = std::mem::ManuallyDrop::new(self);
        // SAFETY: `this` is never dropped, so the box is moved out of it once.
        let content = unsafe { std::ptr::read(&this.0) };
        NonNull::from(Box::leak(content)).cast()
    }

    unsafe fn from_raw(raw: NonNull<()>) -> Self {
        // SAFETY: by the contract `raw` is the box that `into_raw` leaked, and turned back once.
        Self(unsafe { Box::from_raw(raw.cast().as_ptr()) })
    }
}
