//! Temporary.
use std::alloc::Layout;
use std::ptr::NonNull;
pub(super) unsafe fn allocate(layout: Layout) -> NonNull<u8> {
    // SAFETY: not zero-sized.
    NonNull::new(unsafe { std::alloc::alloc(layout) })
        .unwrap_or_else(|| std::alloc::handle_alloc_error(layout))
}
pub(super) unsafe fn free(at: NonNull<u8>, layout: Layout) {
    // SAFETY: as promised
    unsafe { std::alloc::dealloc(at.as_ptr(), layout) }
}
