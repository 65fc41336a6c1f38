//! Systems with `fork`.

use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

/// How often a process of this line was forked off another. It is changed while there is one thread, so it orders nothing.
static GENERATION: AtomicU32 = AtomicU32::new(0);

extern "C" fn in_the_child() {
    GENERATION.fetch_add(1, Relaxed);
}

#[inline]
pub(super) fn generation() -> u32 {
    GENERATION.load(Relaxed)
}

/// From now on, forks are counted. If there is no memory left to note that down they are not, and a child takes what
/// is its parent's for its own.
pub(super) fn count_forks() {
    // SAFETY: the function may be called in a child in which whatever is locked stays so (invariant 2).
    let _ = unsafe { libc::pthread_atfork(None, None, Some(in_the_child)) };
}

/// Has `f` called when the process exits, by a return of main or a call of `exit`. If there is no memory left to note that
/// down, it is not called.
pub(crate) fn at_exit(f: extern "C" fn()) {
    // SAFETY: a function that is there for ever, and does not unwind, may be called at any time.
    let _ = unsafe { libc::atexit(f) };
}
