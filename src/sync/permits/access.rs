//! The right to a value behind a lock: what all guards are made of.
//!
//! A guard is some held permits and a pointer to the value, or to a part of it, that they give the right to.
//! The public guards differ in whether they borrow the lock or share it, and in what they can be turned into;
//! that, and what they are called, is all that stands in their own files.
//!
//! # Invariants
//!
//! 1. **Permits are the right.** The value of a lock is reached only through an [`Exclusive`], which holds all
//!    permits of that lock, or a [`Shared`], which holds at least one. So there are never two of which one is exclusive.
//! 2. **The lock stays.** The pointer is into the lock that the held permits are of, or to what is borrowed from
//!    there for as long as the access lives; it is valid while they are held.
//! 3. Permits go back last: when an access is dropped nobody uses the pointer any more.

use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

use super::core::Permits;
use super::held::{Held, Source};

/// The right to read and write a value.
pub(crate) struct Exclusive<S: Deref<Target: Source>, T: ?Sized> {
    value: *mut T,
    held: Held<S>,
}

/// The right to read a value.
pub(crate) struct Shared<S: Deref<Target: Source>, T: ?Sized> {
    value: NonNull<T>,
    held: Held<S>,
}

// SAFETY: who sends an exclusive access sends a `&mut T` (1), and its source.
unsafe impl<S: Deref<Target: Source> + Send, T: ?Sized + Send> Send for Exclusive<S, T> {}
// SAFETY: through a shared reference there is a `&T`, and the source.
unsafe impl<S: Deref<Target: Source> + Sync, T: ?Sized + Sync> Sync for Exclusive<S, T> {}
// SAFETY: who sends a shared access sends a `&T` (1), and its source.
unsafe impl<S: Deref<Target: Source> + Send, T: ?Sized + Sync> Send for Shared<S, T> {}
// SAFETY: as above.
unsafe impl<S: Deref<Target: Source> + Sync, T: ?Sized + Sync> Sync for Shared<S, T> {}

impl<S: Deref<Target: Source>, T: ?Sized> Exclusive<S, T> {
    /// # Safety
    ///
    /// `held` are all permits of a lock, and `value` is what the lock guards; it stays where it is while
    /// they are held.
    #[inline]
    pub(crate) unsafe fn new(held: Held<S>, value: *mut T) -> Self {
        Self { value, held }
    }

    pub(crate) fn source(&self) -> &S {
        self.held.source()
    }

    /// Narrows the access to what `part` finds.
    pub(crate) fn map<U: ?Sized>(mut self, part: impl FnOnce(&mut T) -> &mut U) -> Exclusive<S, U> {
        let value: *mut U = part(&mut self);
        Exclusive { value, held: self.held }
    }

    /// As [`map`](Self::map), if `part` finds something.
    pub(crate) fn try_map<U: ?Sized>(
        mut self,
        part: impl FnOnce(&mut T) -> Option<&mut U>,
    ) -> Result<Exclusive<S, U>, Self> {
        match part(&mut self).map(|value| value as *mut U) {
            Some(value) => Ok(Exclusive { value, held: self.held }),
            None => Err(self),
        }
    }

    /// Lets others read as well, and keeps the right to read what `part` finds.
    pub(crate) fn downgrade_map<U: ?Sized>(self, part: impl FnOnce(&T) -> &U) -> Shared<S, U> {
        let value = NonNull::from(part(&self));
        Shared::downgraded(value, self.held)
    }

    /// As [`downgrade_map`](Self::downgrade_map), if `part` finds something.
    pub(crate) fn try_downgrade_map<U: ?Sized>(
        self,
        part: impl FnOnce(&T) -> Option<&U>,
    ) -> Result<Shared<S, U>, Self> {
        match part(&self).map(NonNull::from) {
            Some(value) => Ok(Shared::downgraded(value, self.held)),
            None => Err(self),
        }
    }
}

impl<'a, L: Source + ?Sized, T: ?Sized> Exclusive<&'a L, T> {
    /// The same access, without the type of the lock.
    pub(crate) fn erase(self) -> Exclusive<&'a Permits, T> {
        Exclusive { value: self.value, held: self.held.erase() }
    }
}

impl<S: Deref<Target: Source>, T: ?Sized> Shared<S, T> {
    /// # Safety
    ///
    /// `held` is a permit of a lock, and `value` is what the lock guards; it stays where it is while it is held.
    #[inline]
    pub(crate) unsafe fn new(held: Held<S>, value: *mut T) -> Self {
        // SAFETY: what a lock guards has an address.
        Self { value: unsafe { NonNull::new_unchecked(value) }, held }
    }

    /// `held` are all permits of the lock that `value` is behind.
    fn downgraded(value: NonNull<T>, held: Held<S>) -> Self {
        // The access is complete before the others get permits, whose wakers may panic.
        let mut shared = Self { value, held };
        shared.held.keep_one();
        shared
    }

    pub(crate) fn source(&self) -> &S {
        self.held.source()
    }

    /// Narrows the access to what `part` finds.
    pub(crate) fn map<U: ?Sized>(self, part: impl FnOnce(&T) -> &U) -> Shared<S, U> {
        let value = NonNull::from(part(&self));
        Shared { value, held: self.held }
    }

    /// As [`map`](Self::map), if `part` finds something.
    pub(crate) fn try_map<U: ?Sized>(
        self,
        part: impl FnOnce(&T) -> Option<&U>,
    ) -> Result<Shared<S, U>, Self> {
        match part(&self).map(NonNull::from) {
            Some(value) => Ok(Shared { value, held: self.held }),
            None => Err(self),
        }
    }
}

impl<S: Deref<Target: Source>, T: ?Sized> Deref for Exclusive<S, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the value is there (2), and nobody else may write it (1).
        unsafe { &*self.value }
    }
}

impl<S: Deref<Target: Source>, T: ?Sized> DerefMut for Exclusive<S, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the value is there (2), and nobody else may use it (1).
        unsafe { &mut *self.value }
    }
}

impl<S: Deref<Target: Source>, T: ?Sized> Deref for Shared<S, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the value is there (2), and nobody may write it (1).
        unsafe { self.value.as_ref() }
    }
}

/// What all guards do: they are a reference to the value in their field `access`, and print as it does.
macro_rules! reads {
    ([$($generics:tt)*] $guard:ty => $value:ident) => {
        impl<$($generics)*> std::ops::Deref for $guard {
            type Target = $value;

            #[inline]
            fn deref(&self) -> &$value {
                &self.access
            }
        }

        impl<$($generics)*> std::fmt::Debug for $guard
        where
            $value: std::fmt::Debug,
        {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&**self, f)
            }
        }

        impl<$($generics)*> std::fmt::Display for $guard
        where
            $value: std::fmt::Display,
        {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Display::fmt(&**self, f)
            }
        }
    };
}

/// As [`reads`], for guards that may write too.
macro_rules! writes {
    ([$($generics:tt)*] $guard:ty => $value:ident) => {
        $crate::sync::permits::reads!([$($generics)*] $guard => $value);

        impl<$($generics)*> std::ops::DerefMut for $guard {
            #[inline]
            fn deref_mut(&mut self) -> &mut $value {
                &mut self.access
            }
        }
    };
}

pub(crate) use {reads, writes};
