//! A number of permits that tasks take, wait for, and return.
//!
//! This is a face of [`permits`](super::permits), where the protocol stands; here are only names and promises.

use std::fmt;

use crate::coop::WaitReason;
use crate::scheduler::block_on_leaf;
use crate::sync::permits::{Held, Permits, Source, Take};

mod error;
mod owned;
mod owned_permit;
mod permit;

pub use self::error::{AcquireError, TryAcquireError};
pub use self::owned_permit::OwnedSemaphorePermit;
pub use self::permit::SemaphorePermit;

/// A number of permits, for which tasks wait.
///
/// A task that takes a permit has it until the value that stands for it is dropped. This limits how many tasks do
/// something at the same time, or, with [`add_permits`](Self::add_permits) and [`forget`](SemaphorePermit::forget),
/// how often.
///
/// It is fair: permits are given out in the order in which they were asked for. That holds for requests of
/// different sizes too: a large one at the front keeps small ones behind it waiting, even if there are enough permits
/// for them. A task that returns permits to one who waits, and asks for some again in the same poll, also goes behind those who ask
/// in the next moment.
///
/// # Cost
///
/// Taking a permit that is free, and returning one that nobody waits for, is one atomic operation each. Waiting
/// allocates nothing.
///
/// # Examples
///
/// ```
/// use runtime::sync::Semaphore;
///
/// static CONNECTIONS: Semaphore = Semaphore::const_new(100);
///
/// async fn handle() {
///     let _permit = CONNECTIONS.acquire().await.expect("it is never closed");
///     // At most a hundred tasks are here.
/// }
/// # runtime::block_on(handle());
/// ```
pub struct Semaphore {
    permits: Permits,
}

impl Semaphore {
    /// How many permits a semaphore can have.
    pub const MAX_PERMITS: usize = Permits::MAX;

    /// Creates a semaphore with that many permits.
    ///
    /// # Panics
    ///
    /// Panics if `permits` is more than [`MAX_PERMITS`](Self::MAX_PERMITS).
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// assert_eq!(Semaphore::new(3).available_permits(), 3);
    /// ```
    #[track_caller]
    #[must_use]
    pub fn new(permits: usize) -> Self {
        Self { permits: Permits::new(permits) }
    }

    /// As [`new`](Self::new), for a `static`.
    ///
    /// # Panics
    ///
    /// Panics if `permits` is more than [`MAX_PERMITS`](Self::MAX_PERMITS).
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// static SEMAPHORE: Semaphore = Semaphore::const_new(3);
    /// assert_eq!(SEMAPHORE.available_permits(), 3);
    /// ```
    #[cfg(not(loom))]
    #[must_use]
    pub const fn const_new(permits: usize) -> Self {
        Self { permits: Permits::const_new(permits) }
    }

    /// How many permits are free. None are while tasks wait: a large request collects them.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// let _permit = semaphore.try_acquire().unwrap();
    /// assert_eq!(semaphore.available_permits(), 2);
    /// ```
    pub fn available_permits(&self) -> usize {
        self.permits.available()
    }

    /// Adds `n` permits.
    ///
    /// # Panics
    ///
    /// Panics if there would be more than [`MAX_PERMITS`](Self::MAX_PERMITS).
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(0);
    /// semaphore.add_permits(2);
    /// assert_eq!(semaphore.available_permits(), 2);
    /// ```
    #[track_caller]
    pub fn add_permits(&self, n: usize) {
        self.permits.release(n);
    }

    /// Takes up to `n` permits away for ever, and returns how many.
    ///
    /// It takes of those that are free: see [`SemaphorePermit::forget`] for those that are not.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(3);
    /// assert_eq!(semaphore.forget_permits(2), 2);
    /// assert_eq!(semaphore.forget_permits(2), 1);
    /// ```
    pub fn forget_permits(&self, n: usize) -> usize {
        self.permits.forget(n)
    }

    /// Takes a permit, waiting until it is this task's turn.
    ///
    /// # Errors
    ///
    /// If the semaphore is closed, or becomes so meanwhile.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up the place in the queue; a permit that it was given already goes to the next one.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// runtime::block_on(async {
    ///     let semaphore = Semaphore::new(1);
    ///     let permit = semaphore.acquire().await.unwrap();
    ///     assert_eq!(permit.num_permits(), 1);
    /// });
    /// ```
    pub async fn acquire(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        self.acquire_many(1).await
    }

    /// Takes `n` permits, waiting until it is this task's turn and there are as many.
    ///
    /// # Errors
    ///
    /// If the semaphore is closed, or becomes so meanwhile.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up the place in the queue; permits that it was given already go to the next ones.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// runtime::block_on(async {
    ///     let semaphore = Semaphore::new(5);
    ///     let permit = semaphore.acquire_many(3).await.unwrap();
    ///     assert_eq!(permit.num_permits(), 3);
    ///     assert_eq!(semaphore.available_permits(), 2);
    /// });
    /// ```
    pub async fn acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, AcquireError> {
        self.take(n).await?;
        Ok(self.permit(n))
    }

    /// Takes a permit, if one is free.
    ///
    /// # Errors
    ///
    /// If none is, or if the semaphore is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{Semaphore, TryAcquireError};
    ///
    /// let semaphore = Semaphore::new(1);
    /// let _permit = semaphore.try_acquire().unwrap();
    /// assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
    /// ```
    pub fn try_acquire(&self) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.try_acquire_many(1)
    }

    /// Takes `n` permits, if as many are free.
    ///
    /// # Errors
    ///
    /// If there are fewer, or if the semaphore is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{Semaphore, TryAcquireError};
    ///
    /// let semaphore = Semaphore::new(3);
    /// let _permit = semaphore.try_acquire_many(2).unwrap();
    /// assert_eq!(semaphore.try_acquire_many(2).unwrap_err(), TryAcquireError::NoPermits);
    /// ```
    pub fn try_acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, TryAcquireError> {
        self.try_take(n)?;
        Ok(self.permit(n))
    }

    /// Takes a permit, blocking the thread until it is its turn.
    ///
    /// For threads that run no tasks. Inside a task it keeps a whole thread, and another one runs the other tasks.
    ///
    /// # Errors
    ///
    /// If the semaphore is closed, or becomes so meanwhile.
    ///
    /// # Panics
    ///
    /// Inside a current-thread runtime or a [`LocalSet`](crate::task::LocalSet), whose only thread it would block.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(1);
    /// let permit = semaphore.blocking_acquire().unwrap();
    /// assert_eq!(permit.num_permits(), 1);
    /// ```
    #[track_caller]
    pub fn blocking_acquire(&self) -> Result<SemaphorePermit<'_>, AcquireError> {
        block_on_leaf("`blocking_acquire`", self.acquire())
    }

    /// As [`blocking_acquire`](Self::blocking_acquire), for `n` permits.
    ///
    /// # Errors
    ///
    /// If the semaphore is closed, or becomes so meanwhile.
    ///
    /// # Panics
    ///
    /// Inside a current-thread runtime or a [`LocalSet`](crate::task::LocalSet), whose only thread it would block.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(5);
    /// assert_eq!(semaphore.blocking_acquire_many(3).unwrap().num_permits(), 3);
    /// ```
    #[track_caller]
    pub fn blocking_acquire_many(&self, n: u32) -> Result<SemaphorePermit<'_>, AcquireError> {
        block_on_leaf("`blocking_acquire_many`", self.acquire_many(n))
    }

    /// Gives no permits any more: who waits for some, and who asks for some later, gets an error.
    ///
    /// Permits that are out stay valid. They can still be returned, and be counted and forgotten then.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::{Semaphore, TryAcquireError};
    ///
    /// runtime::block_on(async {
    ///     let semaphore = Semaphore::new(1);
    ///     semaphore.close();
    ///     assert!(semaphore.acquire().await.is_err());
    ///     assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::Closed);
    /// });
    /// ```
    pub fn close(&self) {
        self.permits.close();
    }

    /// Whether [`close`](Self::close) was called.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Semaphore::new(1);
    /// assert!(!semaphore.is_closed());
    /// semaphore.close();
    /// assert!(semaphore.is_closed());
    /// ```
    pub fn is_closed(&self) -> bool {
        self.permits.is_closed()
    }

    #[inline]
    async fn take(&self, n: u32) -> Result<(), AcquireError> {
        self.permits.acquire(n, WaitReason::Semaphore).await.map_err(|_| AcquireError(()))
    }

    #[inline]
    fn try_take(&self, n: u32) -> Result<(), TryAcquireError> {
        match self.permits.try_acquire(n) {
            Take::Taken => Ok(()),
            Take::Short { .. } => Err(TryAcquireError::NoPermits),
            Take::Closed => Err(TryAcquireError::Closed),
        }
    }

    /// `n` permits that were taken, as a value.
    fn permit(&self, n: u32) -> SemaphorePermit<'_> {
        SemaphorePermit { held: Held::new(self, n as usize) }
    }
}

impl Source for Semaphore {
    #[inline]
    fn permits(&self) -> &Permits {
        &self.permits
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore")
            .field("available", &self.available_permits())
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}
