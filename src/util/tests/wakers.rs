//! Wakers that count, panic, or come back.

use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, RawWaker, RawWakerVTable, Wake, Waker};

/// Counts how often its wakers were woken.
#[derive(Default)]
pub(crate) struct Wakes(AtomicUsize);

impl Wakes {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn count(&self) -> usize {
        self.0.load(Relaxed)
    }

    pub(crate) fn waker(self: &Arc<Self>) -> Waker {
        Waker::from(Arc::clone(self))
    }

    /// Wakers that are alive.
    pub(crate) fn wakers(self: &Arc<Self>) -> usize {
        Arc::strong_count(self) - 1
    }
}

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

struct Calls<F>(F);

impl<F: Fn() + Send + Sync + 'static> Wake for Calls<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
    }
}

/// A waker that calls `f`.
pub(crate) fn calling(f: impl Fn() + Send + Sync + 'static) -> Waker {
    Waker::from(Arc::new(Calls(f)))
}

/// A context for `waker`.
#[cfg(feature = "sync")]
pub(crate) fn cx(waker: &Waker) -> Context<'_> {
    Context::from_waker(waker)
}

/// Its wakers panic once, on purpose, where they are told to.
#[cfg(feature = "sync")]
#[derive(Default)]
pub(crate) struct Faulty {
    /// In how many clones one panics; 0 for none.
    clone: AtomicUsize,
    drop: AtomicBool,
}

#[cfg(feature = "sync")]
impl Faulty {
    const VTABLE: RawWakerVTable =
        RawWakerVTable::new(Self::cloned, Self::woken, Self::woken_by_ref, Self::dropped);

    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn waker(self: &Arc<Self>) -> Waker {
        let data = Arc::into_raw(Arc::clone(self)).cast();
        // SAFETY: each function of the table takes `data` for a pointer of an `Arc` of this type, and a waker has one.
        unsafe { Waker::from_raw(RawWaker::new(data, &Self::VTABLE)) }
    }

    /// Has the `n`th clone from now on panic; none if `n` is 0.
    pub(crate) fn panic_in_clone(&self, n: usize) {
        self.clone.store(n, Relaxed);
    }

    /// Has the next drop panic.
    pub(crate) fn panic_in_drop(&self) {
        self.drop.store(true, Relaxed);
    }

    unsafe fn cloned(data: *const ()) -> RawWaker {
        // SAFETY: the waker that is cloned has a reference.
        let this = ManuallyDrop::new(unsafe { Arc::from_raw(data.cast::<Self>()) });
        let n = this.clone.load(Relaxed);
        this.clone.store(n.saturating_sub(1), Relaxed);
        assert!(n != 1, "in a clone, on purpose");
        RawWaker::new(Arc::into_raw(Arc::clone(&this)).cast(), &Self::VTABLE)
    }

    unsafe fn woken(data: *const ()) {
        // SAFETY: the waker gives its reference up.
        drop(unsafe { Arc::from_raw(data.cast::<Self>()) });
    }

    unsafe fn woken_by_ref(_: *const ()) {}

    unsafe fn dropped(data: *const ()) {
        // SAFETY: the waker gives its reference up.
        let this = unsafe { Arc::from_raw(data.cast::<Self>()) };
        assert!(!this.drop.swap(false, Relaxed), "in a drop, on purpose");
    }
}
