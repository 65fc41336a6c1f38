//! A value that is made by the first task that needs it, while others wait.
//!
//! Making it takes a while and may fail, panic or be cancelled in the middle; then another task has to try, and none
//! may wait for ever. So the right to make it is a permit.
//!
//! # Invariants
//!
//! 1. Who writes the value has the permit.
//! 2. The permit goes back if the value was not made, however that ended, and then the next of those who wait has it. If the
//!    value was made it is never seen again: the permits are closed, which wakes all who wait.
//! 3. So who has got the permit, after he saw no value, need not look again; and who is refused finds the value,
//!    since closing comes after writing and is acquired by the refusal.
//!
//! A cell that was made with a value has the permit still. Nobody asks for that: all look for the value first.

use std::fmt;
use std::future::poll_fn;

use crate::coop::{self, WaitReason};
use crate::sync::permits::{Held, Permits, Take};
use crate::util::write_once::WriteOnce;

mod error;

pub use self::error::SetError;

/// A value that is made once, by the first task that needs it.
///
/// For what is asynchronous to make, such as a pool of connections, and is often kept in a `static`. Tasks that need the value while
/// one makes it wait for that one, in order. If it fails, panics, or is cancelled, the next one tries.
///
/// For a value that somebody else provides, and tasks wait for, see [`SetOnce`](super::SetOnce).
///
/// # Examples
///
/// ```
/// use runtime::sync::OnceCell;
///
/// async fn load() -> String {
///     "from far away".to_owned()
/// }
///
/// static GREETING: OnceCell<String> = OnceCell::const_new();
///
/// async fn greeting() -> &'static str {
///     GREETING.get_or_init(load).await
/// }
///
/// runtime::block_on(async {
///     assert_eq!(greeting().await, "from far away");
///     assert_eq!(greeting().await, "from far away"); // it was loaded once
/// });
/// ```
pub struct OnceCell<T> {
    value: WriteOnce<T>,
    permits: Permits,
}

impl<T> OnceCell<T> {
    /// Creates an empty cell.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// assert_eq!(OnceCell::<u8>::new().get(), None);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::new_with(None)
    }

    /// As [`new`](Self::new), for a `static`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// static CELL: OnceCell<u8> = OnceCell::const_new();
    /// assert!(!CELL.initialized());
    /// ```
    #[cfg(not(loom))]
    #[must_use]
    pub const fn const_new() -> Self {
        Self { value: WriteOnce::new(None), permits: Permits::const_new(1) }
    }

    /// Creates a cell with a value, or an empty one.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// assert_eq!(OnceCell::new_with(Some(1)).get(), Some(&1));
    /// ```
    #[must_use]
    pub fn new_with(value: Option<T>) -> Self {
        Self { value: WriteOnce::new(value), permits: Permits::new(1) }
    }

    /// Creates a cell with a value, for a `static`.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// static CELL: OnceCell<u8> = OnceCell::const_new_with(1);
    /// assert_eq!(CELL.get(), Some(&1));
    /// ```
    #[cfg(not(loom))]
    #[must_use]
    pub const fn const_new_with(value: T) -> Self {
        Self { value: WriteOnce::new(Some(value)), permits: Permits::const_new(1) }
    }

    /// Whether the cell has a value.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// let cell = OnceCell::new();
    /// assert!(!cell.initialized());
    /// cell.set(1).unwrap();
    /// assert!(cell.initialized());
    /// ```
    pub fn initialized(&self) -> bool {
        self.value.is_set()
    }

    /// The value, if there is one; this never waits.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// assert_eq!(OnceCell::from(1).get(), Some(&1));
    /// ```
    pub fn get(&self) -> Option<&T> {
        self.value.get()
    }

    /// The value to change, if there is one: the borrow shows that nobody else has the cell.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// let mut cell = OnceCell::from(1);
    /// *cell.get_mut().unwrap() = 2;
    /// assert_eq!(cell.get(), Some(&2));
    /// ```
    pub fn get_mut(&mut self) -> Option<&mut T> {
        self.value.get_mut()
    }

    /// Gives an empty cell its value; this never waits.
    ///
    /// # Errors
    ///
    /// Returns the value if the cell has one, or if a task is at work to make it one.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// let cell = OnceCell::new();
    /// cell.set(1).unwrap();
    /// assert!(cell.set(2).is_err());
    /// assert_eq!(cell.get(), Some(&1));
    /// ```
    pub fn set(&self, value: T) -> Result<(), SetError<T>> {
        if self.initialized() {
            return Err(SetError::AlreadyInitializedError(value));
        }
        match self.permits.try_acquire(1) {
            Take::Taken => {
                self.fill(Held::new(&self.permits, 1), value);
                Ok(())
            }
            Take::Short { .. } if !self.initialized() => Err(SetError::InitializingError(value)),
            Take::Short { .. } | Take::Closed => Err(SetError::AlreadyInitializedError(value)),
        }
    }

    /// The value, which is made by `f` if there is none.
    ///
    /// While one task runs its `f`, others wait. `f` must not ask for the value of this cell: it would wait for itself.
    ///
    /// # Panics
    ///
    /// Panics if `f` does, and then the cell stays empty for the next one.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped while it runs `f`, the cell stays empty, and the next one runs its own `f`; if while it waits,
    /// it gives up the place in the queue.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// runtime::block_on(async {
    ///     let cell = OnceCell::new();
    ///     assert_eq!(*cell.get_or_init(|| async { 1 }).await, 1);
    ///     assert_eq!(*cell.get_or_init(|| async { 2 }).await, 1);
    /// });
    /// ```
    pub async fn get_or_init<F, Fut>(&self, f: F) -> &T
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = T>,
    {
        if let Some(value) = self.ready().await {
            return value;
        }
        match self.turn().await {
            Some(turn) => self.fill(turn, f().await),
            None => self.filled(),
        }
    }

    /// As [`get_or_init`](Self::get_or_init), where making the value may fail.
    ///
    /// # Errors
    ///
    /// If `f` does, and then the cell stays empty for the next one.
    ///
    /// # Panics
    ///
    /// As [`get_or_init`](Self::get_or_init).
    ///
    /// # Cancel safety
    ///
    /// As [`get_or_init`](Self::get_or_init).
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// runtime::block_on(async {
    ///     let cell = OnceCell::new();
    ///     assert!(cell.get_or_try_init(|| async { Err("not now") }).await.is_err());
    ///     assert_eq!(cell.get_or_try_init(|| async { Ok::<_, ()>(2) }).await, Ok(&2));
    /// });
    /// ```
    pub async fn get_or_try_init<E, F, Fut>(&self, f: F) -> Result<&T, E>
    where
        F: FnOnce() -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        if let Some(value) = self.ready().await {
            return Ok(value);
        }
        match self.turn().await {
            Some(turn) => Ok(self.fill(turn, f().await?)),
            None => Ok(self.filled()),
        }
    }

    /// Takes the value out, if there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// assert_eq!(OnceCell::from(1).into_inner(), Some(1));
    /// ```
    pub fn into_inner(self) -> Option<T> {
        self.value.into_inner()
    }

    /// Takes the value out, if there is one, and leaves an empty cell.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::OnceCell;
    ///
    /// let mut cell = OnceCell::from(1);
    /// assert_eq!(cell.take(), Some(1));
    /// assert!(!cell.initialized());
    /// ```
    pub fn take(&mut self) -> Option<T> {
        std::mem::take(self).into_inner()
    }

    /// The value if there is one, which takes a unit of the budget.
    async fn ready(&self) -> Option<&T> {
        let value = self.get()?;
        poll_fn(coop::poll_complete).await;
        Some(value)
    }

    /// Waits for the permit; `None` if the value came before.
    async fn turn(&self) -> Option<Held<&Permits>> {
        self.permits.acquire(1, WaitReason::OnceCell).await.ok()?;
        Some(Held::new(&self.permits, 1))
    }

    /// Writes the value, whose permit this ends with.
    fn fill(&self, turn: Held<&Permits>, value: T) -> &T {
        let written = self.value.set(value).is_ok();
        assert!(written, "a cell got a value from one who had no permit");
        turn.forget();
        self.permits.close();
        self.filled()
    }

    fn filled(&self) -> &T {
        self.get().expect("the permits were closed without a value")
    }
}

impl<T> Default for OnceCell<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> From<T> for OnceCell<T> {
    fn from(value: T) -> Self {
        Self::new_with(Some(value))
    }
}

impl<T: Clone> Clone for OnceCell<T> {
    fn clone(&self) -> Self {
        Self::new_with(self.get().cloned())
    }
}

impl<T: PartialEq> PartialEq for OnceCell<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: Eq> Eq for OnceCell<T> {}

impl<T: fmt::Debug> fmt::Debug for OnceCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnceCell").field("value", &self.get()).finish()
    }
}
