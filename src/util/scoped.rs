//! A thread-local that refers to something on the stack, for as long as a function runs.
//!
//! A worker's own data lives in a frame of its thread, and tasks that run further down the stack must find
//! it. A plain thread-local would have to own it; this one borrows it for the time of a call, so it needs no
//! destructor, can be read while the thread's other locals are being destroyed, and costs one load.
//!
//! # Invariants
//!
//! 1. A pointer that is not null is to a value borrowed by a running [`Scoped::set`] further up this
//!    thread's stack, which outlives whatever reads it here.
//! 2. The value does not leave its thread by this way: the reader gets a reference that lives for a call.

use std::cell::Cell;
use std::ptr;
use std::thread::LocalKey;

/// The place of a scoped thread-local. To be put into `thread_local!`, in a `const` block.
#[derive(Debug)]
pub(crate) struct Scoped<T>(Cell<*const T>);

impl<T> Scoped<T> {
    pub(crate) const fn new() -> Self {
        Self(Cell::new(ptr::null()))
    }

    /// Runs `f` while the place refers to `value`, or to nothing; then restores what was there.
    pub(crate) fn set<R>(&self, value: Option<&T>, f: impl FnOnce() -> R) -> R {
        struct Reset<'a, T>(&'a Cell<*const T>, *const T);
        impl<T> Drop for Reset<'_, T> {
            fn drop(&mut self) {
                self.0.set(self.1);
            }
        }
        let before = self.0.replace(value.map_or(ptr::null(), ptr::from_ref));
        let _reset = Reset(&self.0, before);
        f()
    }

    /// Runs `f` with what the place refers to.
    #[inline]
    pub(crate) fn with<R>(&self, f: impl FnOnce(Option<&T>) -> R) -> R {
        // SAFETY: invariant 1: the frame of `set` that lent the value is still there, even while `f` runs.
        f(unsafe { self.0.get().as_ref() })
    }
}

/// Runs `f` with what this thread's place refers to.
// Not in a closure of `LocalKey::with`: with a long `f` in it that is not inlined, and finds the place by a pointer to a function.
#[inline]
pub(crate) fn with<T: 'static, R>(
    key: &'static LocalKey<Scoped<T>>,
    f: impl FnOnce(Option<&T>) -> R,
) -> R {
    let value = key.with(|place| place.0.get());
    // SAFETY: invariant 1: as above, since the place is this thread's.
    f(unsafe { value.as_ref() })
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    thread_local! {
        static PLACE: Scoped<u32> = const { Scoped::new() };
    }

    fn seen() -> Option<u32> {
        let seen = with(&PLACE, |value| value.copied());
        assert_eq!(PLACE.with(|place| place.with(|value| value.copied())), seen);
        seen
    }

    #[test]
    fn nested_scopes_restore_what_was_there_also_when_they_unwind() {
        PLACE.with(|place| {
            place.set(Some(&1), || {
                let unwound = std::panic::catch_unwind(|| {
                    PLACE.with(|place| {
                        place.set(Some(&2), || {
                            assert_eq!(seen(), Some(2));
                            panic!("inside a scope");
                        })
                    })
                });
                assert!(unwound.is_err());
                assert_eq!(seen(), Some(1));
                place.set(None, || assert_eq!(seen(), None));
                assert_eq!(seen(), Some(1));
            });
        });
        assert_eq!(seen(), None);
    }
}
