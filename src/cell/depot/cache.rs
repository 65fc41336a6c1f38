//! A thread's own dead cells, and the way through cache, shelf and allocator.

use std::alloc::{self, Layout};
use std::cell::Cell;
use std::ptr::NonNull;

use super::chain::{Batch, Chain, Pile};
use super::class::{CLASSES, Class, allocate_directly};
use super::shelf::Shelf;
use crate::util::sync::{AtomicUsize, Mutex};

/// The depot: a shelf for each class.
static DEPOT: [Shelf; CLASSES] =
    [const { Shelf { stock: Mutex::new(Pile::new()), count: AtomicUsize::new(0) } }; CLASSES];

thread_local! {
    static CACHE: Cache = const { Cache([const { Bin::new() }; CLASSES]) };
}

/// A bin for each class.
struct Cache([Bin; CLASSES]);

/// A thread's dead cells of one class.
struct Bin {
    /// Where cells come from and go to.
    loaded: Chain,
    /// A batch more, so that a thread at the edge of a batch does not exchange one each time.
    reserve: Cell<Option<Batch>>,
}

/// Memory for a cell, that of a dead one if there is one.
///
/// Works at any time on any thread, in the destructors of thread-locals too. If there is no memory,
/// [`alloc::handle_alloc_error`] ends the process.
///
/// # Safety
///
/// The size is not 0.
#[inline]
pub(crate) unsafe fn allocate(layout: Layout) -> NonNull<u8> {
    let Some(class) = Class::of(layout) else {
        // SAFETY: the size is not 0, by the caller's promise.
        return unsafe { allocate_directly(layout) };
    };
    match CACHE.try_with(|cache| cache.0[class.number()].loaded.pop()) {
        Ok(Some(cell)) => cell,
        _ => restock(class),
    }
}

/// Takes back memory that [`allocate`] gave, on this thread or another one.
///
/// # Safety
///
/// `memory` is from [`allocate`] with the same layout, and is not used any more.
#[inline]
pub(crate) unsafe fn free(memory: NonNull<u8>, layout: Layout) {
    let Some(class) = Class::of(layout) else {
        // SAFETY: of such a layout, `allocate` got it from the allocator.
        return unsafe { alloc::dealloc(memory.as_ptr(), layout) };
    };
    let kept = CACHE.try_with(|cache| {
        let loaded = &cache.0[class.number()].loaded;
        let has_room = !loaded.is_full();
        if has_room {
            // SAFETY: the memory is a cell of `class` that the caller gives up (invariant 1).
            unsafe { loaded.push(memory) };
        }
        has_room
    });
    if !matches!(kept, Ok(true)) {
        // SAFETY: as above, and nothing took the cell yet.
        unsafe { make_room(class, memory) };
    }
}

/// The second and third step of an allocation.
#[cold]
fn restock(class: Class) -> NonNull<u8> {
    let found = CACHE.try_with(|cache| {
        let bin = &cache.0[class.number()];
        let batch = bin.reserve.take().or_else(|| DEPOT[class.number()].take())?;
        bin.loaded.load(batch);
        bin.loaded.pop()
    });
    found.ok().flatten().unwrap_or_else(|| class.create())
}

/// All steps of a free, or the way past a cache that is destroyed.
///
/// # Safety
///
/// `memory` is a cell of `class` that its owner gives up.
#[cold]
unsafe fn make_room(class: Class, memory: NonNull<u8>) {
    let kept = CACHE.try_with(|cache| {
        let bin = &cache.0[class.number()];
        // Once, unless the allocator came back to us and filled the chain again (invariant 4).
        while bin.loaded.is_full() {
            bin.set_aside(class);
        }
        // SAFETY: the caller gives the cell up, and it is of this bin's class (invariant 1).
        unsafe { bin.loaded.push(memory) };
    });
    if kept.is_err() {
        // SAFETY: this thread's cache is gone, so nothing took the cell.
        unsafe { class.destroy(memory) };
    }
}

impl Bin {
    const fn new() -> Self {
        Self { loaded: Chain::new(), reserve: Cell::new(None) }
    }

    /// Makes the full chain the reserve, and what was the reserve everybody's.
    fn set_aside(&self, class: Class) {
        if let Some(batch) = self.reserve.replace(self.loaded.take_batch()) {
            give_up(class, batch);
        }
    }
}

/// Puts a batch on its shelf, or destroys it if the shelf is full.
fn give_up(class: Class, batch: Batch) {
    if let Err(batch) = DEPOT[class.number()].put(batch) {
        // SAFETY: the callers take batches out of the bin of their class (invariant 2).
        unsafe { batch.destroy(class) };
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        for class in Class::all() {
            let bin = &self.0[class.number()];
            let full = bin.loaded.take_batch();
            bin.reserve.take().into_iter().chain(full).for_each(|batch| give_up(class, batch));
            // SAFETY: what is left in the bin of a class is of that class (invariant 2).
            unsafe { bin.loaded.destroy(class) };
        }
    }
}
