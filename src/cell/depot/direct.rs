//! The way under loom: past the caches, straight to the allocator.
//!
//! A thread-local of `std` outlives the threads of a model, and so would carry cells from one run of it
//! into the next. The exchange itself is explored by `loom_depot`.

use std::alloc::{self, Layout};
use std::ptr::NonNull;

use super::class::allocate_directly;

/// Memory for a cell.
///
/// # Safety
///
/// The size is not 0.
pub(crate) unsafe fn allocate(layout: Layout) -> NonNull<u8> {
    // SAFETY: the size is not 0, by the caller's promise.
    unsafe { allocate_directly(layout) }
}

/// Takes back memory that [`allocate`] gave.
///
/// # Safety
///
/// `memory` is from [`allocate`] with the same layout, and is not used any more.
pub(crate) unsafe fn free(memory: NonNull<u8>, layout: Layout) {
    // SAFETY: `allocate` got it from the allocator, with this layout.
    unsafe { alloc::dealloc(memory.as_ptr(), layout) };
}
