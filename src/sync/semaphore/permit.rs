//! Permits that borrow their semaphore.

use std::fmt;
use std::ptr;

use super::Semaphore;
use crate::sync::permits::Held;

/// Permits of a [`Semaphore`], which get back to it when this is dropped.
///
/// Returned by [`Semaphore::acquire`] and its like. To keep permits without a borrow, see
/// [`OwnedSemaphorePermit`](super::OwnedSemaphorePermit).
///
/// # Examples
///
/// ```
/// use runtime::sync::Semaphore;
///
/// runtime::block_on(async {
///     let semaphore = Semaphore::new(1);
///     let permit = semaphore.acquire().await.unwrap();
///     assert_eq!(semaphore.available_permits(), 0);
///     drop(permit);
///     assert_eq!(semaphore.available_permits(), 1);
/// });
/// ```
#[must_use = "dropped at once, it returns its permits at once"]
pub struct SemaphorePermit<'a> {
    pub(super) held: Held<&'a Semaphore>,
}

impl SemaphorePermit<'_> {
    /// Takes the permits away from the semaphore for ever.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(10);
    /// semaphore.try_acquire_many(4).unwrap().forget();
    /// assert_eq!(semaphore.available_permits(), 6);
    /// ```
    pub fn forget(self) {
        self.held.forget();
    }

    /// Takes the permits of `other` over.
    ///
    /// # Panics
    ///
    /// Panics if they are of another semaphore.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(10);
    /// let mut permit = semaphore.try_acquire().unwrap();
    /// permit.merge(semaphore.try_acquire_many(2).unwrap());
    /// assert_eq!(permit.num_permits(), 3);
    /// ```
    #[track_caller]
    pub fn merge(&mut self, other: Self) {
        let same = ptr::eq(self.semaphore(), other.semaphore());
        assert!(same, "merging permits of two semaphores");
        self.held.merge(other.held);
    }

    /// Splits `n` permits off, or returns `None` if there are fewer.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// let mut permit = semaphore.try_acquire_many(3).unwrap();
    /// let two = permit.split(2).unwrap();
    /// assert_eq!((permit.num_permits(), two.num_permits()), (1, 2));
    /// assert!(permit.split(2).is_none());
    /// ```
    pub fn split(&mut self, n: usize) -> Option<Self> {
        Some(Self { held: self.held.split(n)? })
    }

    /// The semaphore that they are of.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(1);
    /// let permit = semaphore.try_acquire().unwrap();
    /// assert!(!permit.semaphore().is_closed());
    /// ```
    pub fn semaphore(&self) -> &Semaphore {
        self.held.source()
    }

    /// How many permits these are.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// assert_eq!(semaphore.try_acquire_many(2).unwrap().num_permits(), 2);
    /// ```
    pub fn num_permits(&self) -> usize {
        self.held.count()
    }
}

impl fmt::Debug for SemaphorePermit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SemaphorePermit")
            .field("permits", &self.num_permits())
            .finish_non_exhaustive()
    }
}
