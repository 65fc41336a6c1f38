//! Dead cells, linked through themselves: nothing is allocated to keep what was freed.

use std::cell::Cell;
use std::ptr::{self, NonNull};

use super::class::Class;

/// Cells that move together between a cache and a shelf.
pub(crate) const BATCH: usize = if cfg!(loom) { 2 } else { 64 };

/// What a dead cell holds. The smallest class has room for it.
struct Dead {
    /// The cell below this one, or null.
    next: *mut Dead,
    /// In the first cell of a batch on a shelf: the batch below. Else not initialised.
    below: *mut Dead,
}

/// Up to [`BATCH`] dead cells of one class, held by one thread.
///
/// Dropping a chain forgets its cells; whoever knows their class [destroys](Self::destroy) them.
#[derive(Debug)]
pub(crate) struct Chain {
    top: Cell<*mut Dead>,
    len: Cell<usize>,
}

impl Chain {
    pub(crate) const fn new() -> Self {
        Self { top: Cell::new(ptr::null_mut()), len: Cell::new(0) }
    }

    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.len.get() == BATCH
    }

    /// Takes the cell that was freed last, whose memory is the warmest.
    #[inline]
    pub(crate) fn pop(&self) -> Option<NonNull<u8>> {
        let top = NonNull::new(self.top.get())?;
        // SAFETY: the cell is dead and stands in this chain, so its `next` was set by `push` and
        // nobody else touches it (invariants 1 and 3).
        self.top.set(unsafe { (*top.as_ptr()).next });
        self.len.set(self.len.get() - 1);
        Some(top.cast())
    }

    /// Adds a cell to a chain that is not full.
    ///
    /// # Safety
    ///
    /// `cell` is memory for a cell of this chain's class, and its owner gives it up: from here on it
    /// is dead (invariant 1).
    #[inline]
    pub(crate) unsafe fn push(&self, cell: NonNull<u8>) {
        debug_assert!(!self.is_full(), "depot: a chain grows beyond a batch");
        let cell = cell.cast::<Dead>().as_ptr();
        debug_assert_ne!(cell, self.top.get(), "depot: a cell is freed twice");
        // SAFETY: by invariant 1 the memory is large enough and aligned for `Dead`, and it is ours.
        unsafe { (&raw mut (*cell).next).write(self.top.get()) };
        self.top.set(cell);
        self.len.set(self.len.get() + 1);
    }

    /// Takes all the cells of a full chain.
    pub(crate) fn take_batch(&self) -> Option<Batch> {
        if !self.is_full() {
            return None;
        }
        self.len.set(0);
        NonNull::new(self.top.replace(ptr::null_mut())).map(Batch)
    }

    /// Puts a batch of the same class into an empty chain.
    pub(crate) fn load(&self, batch: Batch) {
        debug_assert_eq!(self.len.get(), 0, "depot: a batch is loaded over other cells");
        self.top.set(batch.0.as_ptr());
        self.len.set(BATCH);
    }

    /// Gives all the cells back to the allocator.
    ///
    /// # Safety
    ///
    /// The cells are of this class.
    pub(crate) unsafe fn destroy(&self, class: Class) {
        while let Some(cell) = self.pop() {
            // SAFETY: the cell was dead and is now in hand; its class is the caller's promise.
            unsafe { class.destroy(cell) };
        }
    }
}

/// Exactly [`BATCH`] dead cells of one class, on their way between threads.
#[derive(Debug)]
#[must_use = "a batch that is forgotten leaks its cells"]
pub(crate) struct Batch(NonNull<Dead>);

// SAFETY: a batch is the only way to its cells (invariant 1), and dead cells belong to no thread.
unsafe impl Send for Batch {}

impl Batch {
    /// Gives all the cells back to the allocator.
    ///
    /// # Safety
    ///
    /// The cells are of this class.
    pub(crate) unsafe fn destroy(self, class: Class) {
        let chain = Chain::new();
        chain.load(self);
        // SAFETY: the class is the caller's promise.
        unsafe { chain.destroy(class) };
    }
}

/// Batches on top of one another.
#[derive(Debug, Default)]
pub(crate) struct Pile {
    top: Option<Batch>,
    len: usize,
}

impl Pile {
    pub(crate) const fn new() -> Self {
        Self { top: None, len: 0 }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn push(&mut self, batch: Batch) {
        let below = self.top.take().map_or(ptr::null_mut(), |below| below.0.as_ptr());
        // SAFETY: whoever holds the batch holds its first cell, which has room (invariant 1).
        unsafe { (&raw mut (*batch.0.as_ptr()).below).write(below) };
        self.top = Some(batch);
        self.len += 1;
    }

    pub(crate) fn pop(&mut self) -> Option<Batch> {
        let batch = self.top.take()?;
        // SAFETY: the pile held the batch, so `push` set `below` and nobody touched it since
        // (invariant 1); if it is not null it was the pile's, and is again.
        self.top = NonNull::new(unsafe { (*batch.0.as_ptr()).below }).map(Batch);
        self.len -= 1;
        Some(batch)
    }
}
