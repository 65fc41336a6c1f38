//! Permits that somebody has, as a value that returns them.

use std::fmt;
use std::mem;
use std::ops::Deref;

use super::core::Permits;

/// Where permits come from, and go back to.
pub(crate) trait Source {
    fn permits(&self) -> &Permits;
}

impl Source for Permits {
    #[inline]
    fn permits(&self) -> &Permits {
        self
    }
}

/// The right to `n` permits of what `source` points to, which get them back when this is dropped.
pub(crate) struct Held<S: Deref<Target: Source>> {
    source: S,
    n: usize,
}

impl<S: Deref<Target: Source>> Held<S> {
    /// Takes over `n` permits that were taken from `source`.
    #[inline]
    pub(crate) fn new(source: S, n: usize) -> Self {
        Self { source, n }
    }

    #[inline]
    pub(crate) fn source(&self) -> &S {
        &self.source
    }

    pub(crate) fn count(&self) -> usize {
        self.n
    }

    /// Takes the permits away for ever.
    pub(crate) fn forget(mut self) {
        self.n = 0;
    }

    /// Returns all permits but one.
    pub(crate) fn keep_one(&mut self) {
        let returned = mem::replace(&mut self.n, 1) - 1;
        self.source.permits().release(returned);
    }

    /// Adds the permits of `other`, which must be of the same source.
    pub(crate) fn merge(&mut self, mut other: Self) {
        self.n += mem::take(&mut other.n);
    }

    /// Splits `n` permits off, if there are as many.
    pub(crate) fn split(&mut self, n: usize) -> Option<Self>
    where
        S: Clone,
    {
        let left = self.n.checked_sub(n)?;
        let split = Self { source: self.source.clone(), n };
        self.n = left;
        Some(split)
    }
}

impl<'a, T: Source + ?Sized> Held<&'a T> {
    /// The same right, without the type of what it is a right to.
    pub(crate) fn erase(mut self) -> Held<&'a Permits> {
        Held { source: self.source.permits(), n: mem::take(&mut self.n) }
    }
}

impl<S: Deref<Target: Source>> Drop for Held<S> {
    #[inline]
    fn drop(&mut self) {
        if self.n > 0 {
            self.source.permits().release(self.n);
        }
    }
}

impl<S: Deref<Target: Source>> fmt::Debug for Held<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").field("n", &self.n).finish_non_exhaustive()
    }
}
