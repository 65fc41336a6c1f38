//! A task's waker: a counted reference behind the standard vtable.

use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;
use std::task::{RawWaker, RawWakerVTable, Waker};

use super::poll::schedule_header;
use super::raw::{Header, drop_reference};
use super::state::Wake;

/// One for all tasks, so that [`Waker::will_wake`] is a comparison of two pointers.
static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop);

/// A waker that borrows the reference of the task that is being polled.
pub(super) struct Borrowed<'a> {
    waker: ManuallyDrop<Waker>,
    task: PhantomData<&'a Header>,
}

impl<'a> Borrowed<'a> {
    #[inline]
    pub(super) fn new(header: &'a NonNull<Header>) -> Self {
        let raw = RawWaker::new(header.as_ptr() as *const (), &VTABLE);
        // SAFETY: the functions below keep the contract of a waker for a pointer to a header. The waker does
        // not own a reference, so it is never dropped; the task's own lasts as long as the borrow.
        let waker = ManuallyDrop::new(unsafe { Waker::from_raw(raw) });
        Self { waker, task: PhantomData }
    }
}

impl Deref for Borrowed<'_> {
    type Target = Waker;

    #[inline]
    fn deref(&self) -> &Waker {
        &self.waker
    }
}

#[inline]
fn header(data: *const ()) -> NonNull<Header> {
    // SAFETY: a waker's data is never null: it was made from a `NonNull`.
    unsafe { NonNull::new_unchecked(data as *mut Header) }
}

unsafe fn clone(data: *const ()) -> RawWaker {
    // SAFETY: invariant 1: the waker that is cloned has or borrows a reference.
    unsafe { header(data).as_ref() }.state.add_reference();
    RawWaker::new(data, &VTABLE)
}

unsafe fn wake(data: *const ()) {
    let header = header(data);
    // SAFETY: invariant 1, by the waker's reference, which the transition gives up.
    let task = unsafe { header.as_ref() };
    let vtable = task.vtable();
    match task.state.wake_by_value() {
        Wake::Done => {}
        // SAFETY: the transition gave us the token, which keeps the cell alive.
        Wake::Queue => unsafe { schedule_header(header) },
        // SAFETY: ours was the last reference, so the stage is empty (invariant 3).
        Wake::Free => unsafe { (vtable.free)(header) },
    }
}

unsafe fn wake_by_ref(data: *const ()) {
    let header = header(data);
    // SAFETY: invariant 1, by the waker's reference.
    if unsafe { header.as_ref() }.state.wake_by_ref() {
        // SAFETY: the transition gave us the token.
        unsafe { schedule_header(header) };
    }
}

unsafe fn drop(data: *const ()) {
    // SAFETY: the waker owns the reference that is given up.
    unsafe { drop_reference(header(data)) };
}
