//! Permits that share their semaphore.

use std::fmt;
use std::sync::Arc;

use super::Semaphore;
use crate::sync::permits::Held;

/// Permits of a shared [`Semaphore`], which get back to it when this is dropped.
///
/// Returned by [`Semaphore::acquire_owned`] and its like. Since it borrows nothing, a task can take it along.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use runtime::sync::Semaphore;
///
/// runtime::block_on(async {
///     let semaphore = Arc::new(Semaphore::new(3)); // at most three tasks at a time
///     for n in 0..10 {
///         let permit = semaphore.clone().acquire_owned().await.unwrap();
///         runtime::spawn(async move {
///             println!("{n} works");
///             drop(permit);
///         });
///     }
///     let _all_are_done = semaphore.acquire_many(3).await.unwrap();
/// });
/// ```
#[must_use = "dropped at once, it returns its permits at once"]
pub struct OwnedSemaphorePermit {
    pub(super) held: Held<Arc<Semaphore>>,
}

impl OwnedSemaphorePermit {
    /// Takes the permits away from the semaphore for ever.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(10));
    /// semaphore.clone().try_acquire_many_owned(4).unwrap().forget();
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
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(10));
    /// let mut permit = semaphore.clone().try_acquire_owned().unwrap();
    /// permit.merge(semaphore.clone().try_acquire_many_owned(2).unwrap());
    /// assert_eq!(permit.num_permits(), 3);
    /// ```
    #[track_caller]
    pub fn merge(&mut self, other: Self) {
        let same = Arc::ptr_eq(self.semaphore(), other.semaphore());
        assert!(same, "merging permits of two semaphores");
        self.held.merge(other.held);
    }

    /// Splits `n` permits off, or returns `None` if there are fewer.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(3));
    /// let mut permit = semaphore.try_acquire_many_owned(3).unwrap();
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
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::Semaphore;
    ///
    /// let permit = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
    /// assert_eq!(permit.semaphore().available_permits(), 0);
    /// ```
    pub fn semaphore(&self) -> &Arc<Semaphore> {
        self.held.source()
    }

    /// How many permits these are.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(3));
    /// assert_eq!(semaphore.try_acquire_many_owned(2).unwrap().num_permits(), 2);
    /// ```
    pub fn num_permits(&self) -> usize {
        self.held.count()
    }
}

impl fmt::Debug for OwnedSemaphorePermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedSemaphorePermit")
            .field("permits", &self.num_permits())
            .finish_non_exhaustive()
    }
}
