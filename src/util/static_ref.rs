//! A reference to something that is never freed, to be changed by one thread and read by others.
//!
//! # Invariants
//!
//! 1. The pointer is null or comes from a `&'static T`: [`StaticRef::set`] alone writes it.
//! 2. It is stored with Release and loaded with Acquire, so that whoever reads it sees its target as it was when it was
//!    set, also if that was made at run time and leaked.

use std::ptr;
use std::sync::atomic::Ordering::{Acquire, Release};

use crate::util::sync::AtomicPtr;

/// See the module's prose.
#[derive(Debug)]
pub(crate) struct StaticRef<T: 'static>(AtomicPtr<T>);

impl<T: Sync> StaticRef<T> {
    /// A reference to nothing.
    pub(crate) fn new() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    /// Makes it refer to `target`, or to nothing.
    #[inline]
    pub(crate) fn set(&self, target: Option<&'static T>) {
        self.0.store(
            target.map_or(ptr::null_mut(), |target| ptr::from_ref(target).cast_mut()),
            Release,
        );
    }

    /// What it refers to. Sees all that was written before it was set.
    #[inline]
    pub(crate) fn get(&self) -> Option<&'static T> {
        // SAFETY: by invariant 1 it is null or to a `T` that is there for ever, and by invariant 2 we see that.
        unsafe { self.0.load(Acquire).as_ref() }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn it_refers_to_what_was_set_last() {
        let place = StaticRef::new();
        assert_eq!(place.get(), None);
        place.set(Some(&1));
        place.set(Some(Box::leak(Box::new(2))));
        assert_eq!(place.get(), Some(&2));
        place.set(None);
        assert_eq!(place.get(), None);
    }
}
