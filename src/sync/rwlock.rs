//! A value that many tasks may read at a time, or one may write.
//!
//! This is a face of [`permits`](super::permits), where the protocol stands: there are as many permits as there
//! may be readers, a reader takes one, and a writer takes all.

use std::cell::UnsafeCell;
use std::fmt;

use super::TryLockError;
use crate::coop::WaitReason;
use crate::scheduler::block_on_leaf;
use crate::sync::permits::{Exclusive, Held, Permits, Shared, Source, Take};

mod mapped_write_guard;
mod owned;
mod owned_mapped_write_guard;
mod owned_read_guard;
mod owned_write_guard;
mod read_guard;
mod write_guard;

pub use self::mapped_write_guard::RwLockMappedWriteGuard;
pub use self::owned_mapped_write_guard::OwnedRwLockMappedWriteGuard;
pub use self::owned_read_guard::OwnedRwLockReadGuard;
pub use self::owned_write_guard::OwnedRwLockWriteGuard;
pub use self::read_guard::RwLockReadGuard;
pub use self::write_guard::RwLockWriteGuard;

/// Readers that there can be.
const MAX_READERS: u32 = u32::MAX >> 3;

/// A value that many tasks may read at a time, or one may write.
///
/// It is fair: tasks get the lock in the order in which they asked for it, be it to read or to write; one that unlocks it for somebody
/// who waits, and asks again in the same poll, also goes behind those who ask in the next moment. So
/// readers that keep coming do not starve a writer. The other side of this: a task that reads, and asks to read
/// again while it does, waits for a writer that came in between, and that one waits for it, for ever.
///
/// # Cost
///
/// Locking when that is possible at once, and unlocking when nobody waits, is one atomic operation each, on one
/// word that all readers share: many cores that read for a very short time spend it on that word, and are
/// served better by a [`Mutex`](super::Mutex) or by copies. Waiting allocates nothing.
///
/// # Examples
///
/// ```
/// use runtime::sync::RwLock;
///
/// runtime::block_on(async {
///     let lock = RwLock::new(5);
///     {
///         let first = lock.read().await;
///         let second = lock.read().await; // at the same time
///         assert_eq!((*first, *second), (5, 5));
///     }
///     *lock.write().await += 1;
///     assert_eq!(*lock.read().await, 6);
/// });
/// ```
pub struct RwLock<T: ?Sized> {
    permits: Permits,
    /// How many permits there are.
    readers: u32,
    value: UnsafeCell<T>,
}

// SAFETY: who shares a lock can get a `&mut T` by it, or many `&T`: invariant 1 of `permits::access`.
unsafe impl<T: ?Sized + Send + Sync> Sync for RwLock<T> {}

impl<T> RwLock<T> {
    /// Creates a lock around `value`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// assert_eq!(RwLock::new(5).into_inner(), 5);
    /// ```
    pub fn new(value: T) -> Self {
        Self::with_max_readers(value, MAX_READERS)
    }

    /// Creates a lock that so many tasks may read at a time.
    ///
    /// # Panics
    ///
    /// Panics if `max_readers` is 0, or more than `u32::MAX >> 3`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// let lock = RwLock::with_max_readers(5, 1);
    /// let reader = lock.try_read().unwrap();
    /// assert!(lock.try_read().is_err());
    /// # drop(reader);
    /// ```
    #[track_caller]
    pub fn with_max_readers(value: T, max_readers: u32) -> Self {
        let permits = Permits::new(checked(max_readers) as usize);
        Self { permits, readers: max_readers, value: UnsafeCell::new(value) }
    }

    /// As [`new`](Self::new), for a `static`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// static NAMES: RwLock<Vec<String>> = RwLock::const_new(Vec::new());
    /// NAMES.blocking_write().push("first".to_owned());
    /// ```
    #[cfg(not(loom))]
    pub const fn const_new(value: T) -> Self {
        Self::const_with_max_readers(value, MAX_READERS)
    }

    /// As [`with_max_readers`](Self::with_max_readers), for a `static`.
    ///
    /// # Panics
    ///
    /// Panics if `max_readers` is 0, or more than `u32::MAX >> 3`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// static NAMES: RwLock<Vec<String>> = RwLock::const_with_max_readers(Vec::new(), 8);
    /// assert!(NAMES.blocking_read().is_empty());
    /// ```
    #[cfg(not(loom))]
    pub const fn const_with_max_readers(value: T, max_readers: u32) -> Self {
        let permits = Permits::const_new(checked(max_readers) as usize);
        Self { permits, readers: max_readers, value: UnsafeCell::new(value) }
    }

    /// Takes the value out.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// assert_eq!(RwLock::new(5).into_inner(), 5);
    /// ```
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

#[track_caller]
const fn checked(readers: u32) -> u32 {
    assert!(readers > 0, "a RwLock may not be created with 0 readers");
    assert!(readers <= MAX_READERS, "a RwLock may not allow more than u32::MAX >> 3 readers");
    readers
}

impl<T: ?Sized> RwLock<T> {
    /// Locks to read, waiting until it is this task's turn.
    ///
    /// A task that reads already must not ask again: see the note on fairness at [`RwLock`].
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up the place in the queue.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// runtime::block_on(async {
    ///     let lock = RwLock::new(5);
    ///     assert_eq!(*lock.read().await, 5);
    /// });
    /// ```
    pub async fn read(&self) -> RwLockReadGuard<'_, T> {
        self.take_read().await;
        self.read_guard()
    }

    /// Locks to read, if nobody writes or waits.
    ///
    /// # Errors
    ///
    /// If somebody does, or if there are as many readers as there may be.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// let lock = RwLock::new(5);
    /// assert_eq!(*lock.try_read().unwrap(), 5);
    /// let writer = lock.try_write().unwrap();
    /// assert!(lock.try_read().is_err());
    /// # drop(writer);
    /// ```
    pub fn try_read(&self) -> Result<RwLockReadGuard<'_, T>, TryLockError> {
        self.try_take(1)?;
        Ok(self.read_guard())
    }

    /// Locks to read, blocking the thread until it is its turn.
    ///
    /// For threads that run no tasks. Inside a task it keeps a whole thread, and another one runs the other tasks.
    ///
    /// # Panics
    ///
    /// Inside a current-thread runtime or a [`LocalSet`](crate::task::LocalSet), whose only thread it would block.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// assert_eq!(*RwLock::new(5).blocking_read(), 5);
    /// ```
    #[track_caller]
    pub fn blocking_read(&self) -> RwLockReadGuard<'_, T> {
        block_on_leaf("`blocking_read`", self.read())
    }

    /// Locks to write, waiting until it is this task's turn.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives up the place in the queue; if it had been given the lock already, the next
    /// ones get it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// runtime::block_on(async {
    ///     let lock = RwLock::new(5);
    ///     *lock.write().await += 1;
    ///     assert_eq!(*lock.read().await, 6);
    /// });
    /// ```
    pub async fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.take_write().await;
        self.write_guard()
    }

    /// Locks to write, if nobody has the lock or waits for it.
    ///
    /// # Errors
    ///
    /// If somebody does.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// let lock = RwLock::new(5);
    /// *lock.try_write().unwrap() += 1;
    /// let reader = lock.try_read().unwrap();
    /// assert!(lock.try_write().is_err());
    /// # drop(reader);
    /// ```
    pub fn try_write(&self) -> Result<RwLockWriteGuard<'_, T>, TryLockError> {
        self.try_take(self.readers)?;
        Ok(self.write_guard())
    }

    /// Locks to write, blocking the thread until it is its turn.
    ///
    /// For threads that run no tasks. Inside a task it keeps a whole thread, and another one runs the other tasks.
    ///
    /// # Panics
    ///
    /// Inside a current-thread runtime or a [`LocalSet`](crate::task::LocalSet), whose only thread it would block.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// let lock = RwLock::new(5);
    /// *lock.blocking_write() += 1;
    /// assert_eq!(lock.into_inner(), 6);
    /// ```
    #[track_caller]
    pub fn blocking_write(&self) -> RwLockWriteGuard<'_, T> {
        block_on_leaf("`blocking_write`", self.write())
    }

    /// The value, without a lock: the borrow shows that nobody else has it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::RwLock;
    ///
    /// let mut lock = RwLock::new(5);
    /// *lock.get_mut() = 6;
    /// assert_eq!(lock.into_inner(), 6);
    /// ```
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }

    async fn take_read(&self) {
        self.take(1, WaitReason::RwLockRead).await;
    }

    async fn take_write(&self) {
        self.take(self.readers, WaitReason::RwLockWrite).await;
    }

    async fn take(&self, n: u32, reason: WaitReason) {
        self.permits.acquire(n, reason).await.expect("a lock is never closed");
    }

    fn try_take(&self, n: u32) -> Result<(), TryLockError> {
        match self.permits.try_acquire(n) {
            Take::Taken => Ok(()),
            Take::Short { .. } | Take::Closed => Err(TryLockError(())),
        }
    }

    /// One permit that was taken, as a guard.
    fn read_guard(&self) -> RwLockReadGuard<'_, T> {
        let held = Held::new(&self.permits, 1);
        // SAFETY: a permit of this lock was taken, and the lock is borrowed as long as the guard lives, which
        // is what invariants 1 and 2 of `permits::access` ask for.
        RwLockReadGuard { access: unsafe { Shared::new(held, self.value.get()) } }
    }

    /// All permits, which were taken, as a guard.
    fn write_guard(&self) -> RwLockWriteGuard<'_, T> {
        let held = Held::new(&self.permits, self.readers as usize);
        // SAFETY: all permits of this lock were taken, and the lock is borrowed as long as the guard lives,
        // which is what invariants 1 and 2 of `permits::access` ask for.
        RwLockWriteGuard::new(unsafe { Exclusive::new(held, self.value.get()) })
    }
}

impl<T: ?Sized> Source for RwLock<T> {
    #[inline]
    fn permits(&self) -> &Permits {
        &self.permits
    }
}

impl<T: Default> Default for RwLock<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T> From<T> for RwLock<T> {
    fn from(value: T) -> Self {
        Self::new(value)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwLock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RwLock");
        match self.try_read() {
            Ok(guard) => shown.field("data", &&*guard),
            Err(_) => shown.field("data", &format_args!("<locked>")),
        };
        shown.finish()
    }
}
