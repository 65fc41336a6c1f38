//! Taking permits that share their semaphore, so that a task can take them along.

use std::sync::Arc;

use super::{AcquireError, OwnedSemaphorePermit, Semaphore, TryAcquireError};
use crate::scheduler::block_on_leaf;
use crate::sync::permits::Held;

impl Semaphore {
    /// As [`acquire`](Self::acquire), for a permit that shares the semaphore.
    ///
    /// # Errors
    ///
    /// If the semaphore is closed, or becomes so meanwhile.
    ///
    /// # Cancel safety
    ///
    /// As [`acquire`](Self::acquire).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::Semaphore;
    ///
    /// runtime::block_on(async {
    ///     let semaphore = Arc::new(Semaphore::new(1));
    ///     let permit = semaphore.clone().acquire_owned().await.unwrap();
    ///     runtime::spawn(async move { drop(permit) });
    ///     semaphore.acquire_owned().await.unwrap();
    /// });
    /// ```
    pub async fn acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.acquire_many_owned(1).await
    }

    /// As [`acquire_many`](Self::acquire_many), for permits that share the semaphore.
    ///
    /// # Errors
    ///
    /// If the semaphore is closed, or becomes so meanwhile.
    ///
    /// # Cancel safety
    ///
    /// As [`acquire_many`](Self::acquire_many).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::Semaphore;
    ///
    /// runtime::block_on(async {
    ///     let semaphore = Arc::new(Semaphore::new(5));
    ///     let permit = semaphore.acquire_many_owned(3).await.unwrap();
    ///     assert_eq!(permit.num_permits(), 3);
    /// });
    /// ```
    pub async fn acquire_many_owned(
        self: Arc<Self>,
        n: u32,
    ) -> Result<OwnedSemaphorePermit, AcquireError> {
        self.take(n).await?;
        Ok(self.owned_permit(n))
    }

    /// As [`try_acquire`](Self::try_acquire), for a permit that shares the semaphore.
    ///
    /// # Errors
    ///
    /// If no permit is free, or if the semaphore is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(1));
    /// let _permit = semaphore.clone().try_acquire_owned().unwrap();
    /// assert!(semaphore.try_acquire_owned().is_err());
    /// ```
    pub fn try_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.try_acquire_many_owned(1)
    }

    /// As [`try_acquire_many`](Self::try_acquire_many), for permits that share the semaphore.
    ///
    /// # Errors
    ///
    /// If there are fewer, or if the semaphore is closed.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(3));
    /// let _permit = semaphore.clone().try_acquire_many_owned(2).unwrap();
    /// assert!(semaphore.try_acquire_many_owned(2).is_err());
    /// ```
    pub fn try_acquire_many_owned(
        self: Arc<Self>,
        n: u32,
    ) -> Result<OwnedSemaphorePermit, TryAcquireError> {
        self.try_take(n)?;
        Ok(self.owned_permit(n))
    }

    /// As [`blocking_acquire`](Self::blocking_acquire), for a permit that shares the semaphore.
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
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(1));
    /// assert_eq!(semaphore.blocking_acquire_owned().unwrap().num_permits(), 1);
    /// ```
    #[track_caller]
    pub fn blocking_acquire_owned(self: Arc<Self>) -> Result<OwnedSemaphorePermit, AcquireError> {
        block_on_leaf("`blocking_acquire_owned`", self.acquire_owned())
    }

    /// As [`blocking_acquire_many`](Self::blocking_acquire_many), for permits that share the semaphore.
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
    /// use std::sync::Arc;
    ///
    /// use runtime::sync::Semaphore;
    ///
    /// let semaphore = Arc::new(Semaphore::new(5));
    /// assert_eq!(semaphore.blocking_acquire_many_owned(3).unwrap().num_permits(), 3);
    /// ```
    #[track_caller]
    pub fn blocking_acquire_many_owned(
        self: Arc<Self>,
        n: u32,
    ) -> Result<OwnedSemaphorePermit, AcquireError> {
        block_on_leaf("`blocking_acquire_many_owned`", self.acquire_many_owned(n))
    }

    /// `n` permits that were taken, as a value.
    fn owned_permit(self: Arc<Self>, n: u32) -> OwnedSemaphorePermit {
        OwnedSemaphorePermit { held: Held::new(self, n as usize) }
    }
}
