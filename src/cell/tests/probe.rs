//! A joiner's waker that counts what is done with it, and panics where it is told to.

use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{RawWaker, RawWakerVTable, Waker};

/// What can be done with a waker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Clone,
    Wake,
    Drop,
}

/// Counts over all clones of one waker.
#[derive(Debug)]
pub(super) struct Probe {
    panics_in: Option<Act>,
    wakes: AtomicUsize,
    alive: AtomicUsize,
}

static VTABLE: RawWakerVTable = RawWakerVTable::new(clone, wake, wake_by_ref, drop);

impl Probe {
    pub(super) fn new(panics_in: Option<Act>) -> Arc<Self> {
        Arc::new(Self { panics_in, wakes: AtomicUsize::new(0), alive: AtomicUsize::new(0) })
    }

    /// A waker that reports here. It is not counted itself, and its own drop does not panic: only what the
    /// code under test makes of it counts.
    pub(super) fn waker(self: &Arc<Self>) -> ManuallyDrop<Waker> {
        // SAFETY: the functions below keep the contract of a waker. The probe outlives the waker, which owns nothing
        // and is never dropped, while it is used.
        ManuallyDrop::new(unsafe { Waker::new(Arc::as_ptr(self).cast(), &VTABLE) })
    }

    pub(super) fn wakes(&self) -> usize {
        self.wakes.load(Relaxed)
    }

    /// How many clones are not dropped.
    pub(super) fn alive(&self) -> usize {
        self.alive.load(Relaxed)
    }

    fn act(&self, act: Act) {
        if self.panics_in == Some(act) {
            panic!("the joiner's waker panics in {act:?}");
        }
    }

    /// One clone less.
    fn leave(&self) {
        assert_ne!(self.alive.fetch_sub(1, Relaxed), 0, "a waker was dropped twice");
    }
}

fn probe(data: *const ()) -> Arc<Probe> {
    // SAFETY: a clone of the waker has a count of its own, or borrows one.
    unsafe {
        Arc::increment_strong_count(data.cast::<Probe>());
        Arc::from_raw(data.cast())
    }
}

unsafe fn clone(data: *const ()) -> RawWaker {
    let probe = probe(data);
    probe.act(Act::Clone);
    probe.alive.fetch_add(1, Relaxed);
    RawWaker::new(Arc::into_raw(probe).cast(), &VTABLE)
}

unsafe fn wake(data: *const ()) {
    // SAFETY: the clone that is used up had this count.
    let probe = unsafe { Arc::from_raw(data.cast::<Probe>()) };
    probe.leave();
    probe.wakes.fetch_add(1, Relaxed);
    probe.act(Act::Wake);
}

unsafe fn wake_by_ref(data: *const ()) {
    let probe = probe(data);
    probe.wakes.fetch_add(1, Relaxed);
    probe.act(Act::Wake);
}

unsafe fn drop(data: *const ()) {
    // SAFETY: the clone that is dropped had this count.
    let probe = unsafe { Arc::from_raw(data.cast::<Probe>()) };
    probe.leave();
    probe.act(Act::Drop);
}
