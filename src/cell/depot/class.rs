//! Size classes: which cells can stand in for one another.
//!
//! glibc's blocks are multiples of 16 bytes, of which 8 are its own: a request is served with the next
//! `16k + 8` bytes, 24 at least. The classes are these very sizes, so that no request costs more than
//! it would without classes: 88 bytes stay 88, and are resident as 96. An allocator with other sizes may
//! serve half of the requests one of its steps larger.

use std::alloc::{self, Layout};
use std::ptr::NonNull;

/// Number of classes: 24, 40, 56, .. 520 bytes.
pub(crate) const CLASSES: usize = 32;

/// Distance between two classes.
const STEP: usize = 16;

/// The part of the allocator's block that is not ours.
const OVERHEAD: usize = 8;

/// What every allocator gives without being asked, on the platform's terms.
const ALIGN: usize = 2 * size_of::<usize>();

/// One of the size classes; its number is below [`CLASSES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Class(usize);

impl Class {
    /// The class that serves `layout`, or `None` if it is too large or aligned too strictly.
    ///
    /// With a constant layout this is a constant.
    #[inline(always)]
    pub(crate) const fn of(layout: Layout) -> Option<Self> {
        let number = (layout.size() + OVERHEAD - 1) / STEP;
        if layout.align() > ALIGN || number > CLASSES {
            return None;
        }
        Some(Self(number.saturating_sub(1)))
    }

    #[inline(always)]
    pub(crate) const fn number(self) -> usize {
        self.0
    }

    /// All of them, the smallest first.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        (0..CLASSES).map(Self)
    }

    /// What the allocator is asked for, whichever request of the class it was.
    pub(crate) const fn layout(self) -> Layout {
        match Layout::from_size_align(STEP * (self.0 + 1) + OVERHEAD, ALIGN) {
            Ok(layout) => layout,
            Err(_) => panic!("the classes are small, and their alignment is a power of two"),
        }
    }

    /// Asks the allocator for a cell.
    pub(crate) fn create(self) -> NonNull<u8> {
        // SAFETY: no class has size 0.
        unsafe { allocate_directly(self.layout()) }
    }

    /// Gives a cell back to the allocator.
    ///
    /// # Safety
    ///
    /// `cell` is a dead cell of this class (invariant 1), and the caller holds it.
    pub(crate) unsafe fn destroy(self, cell: NonNull<u8>) {
        // SAFETY: by invariant 1 the allocator gave `cell` for this layout.
        unsafe { alloc::dealloc(cell.as_ptr(), self.layout()) }
    }
}

/// Memory from the allocator.
///
/// # Safety
///
/// The size is not 0.
pub(crate) unsafe fn allocate_directly(layout: Layout) -> NonNull<u8> {
    // SAFETY: the size is not 0, by the caller's promise.
    let memory = unsafe { alloc::alloc(layout) };
    NonNull::new(memory).unwrap_or_else(|| alloc::handle_alloc_error(layout))
}
