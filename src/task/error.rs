//! Why a task has no output.

use std::any::Any;
use std::error::Error;
use std::fmt;
use std::io;
use std::sync::Mutex;

use super::Id;

/// The task panicked, was aborted, or its runtime ended before it did.
pub struct JoinError {
    id: Id,
    cause: Cause,
}

enum Cause {
    Cancelled,
    /// In a mutex, which makes the error `Sync`; it is never locked but to look at the text.
    Panicked(Mutex<Box<dyn Any + Send + 'static>>),
}

impl JoinError {
    pub(super) fn cancelled(id: Id) -> Self {
        Self { id, cause: Cause::Cancelled }
    }

    pub(super) fn panicked(id: Id, payload: Box<dyn Any + Send>) -> Self {
        Self { id, cause: Cause::Panicked(Mutex::new(payload)) }
    }

    /// Whether the task was aborted, or its runtime ended.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.cause, Cause::Cancelled)
    }

    /// Whether the task panicked.
    pub fn is_panic(&self) -> bool {
        !self.is_cancelled()
    }

    /// What the task panicked with, for [`std::panic::resume_unwind`].
    ///
    /// # Panics
    ///
    /// If the task did not panic; [`try_into_panic`](Self::try_into_panic) does not.
    ///
    /// # Examples
    ///
    /// ```
    /// # runtime::block_on(async {
    /// let error = runtime::spawn(async { panic!("boom") }).await.unwrap_err();
    /// let payload = error.into_panic();
    /// assert_eq!(payload.downcast_ref::<&str>(), Some(&"boom"));
    /// # });
    /// ```
    #[track_caller]
    pub fn into_panic(self) -> Box<dyn Any + Send + 'static> {
        self.try_into_panic()
            .expect("`JoinError::into_panic` was called, but the task did not panic")
    }

    /// What the task panicked with.
    ///
    /// # Errors
    ///
    /// This error itself, if the task did not panic.
    pub fn try_into_panic(self) -> Result<Box<dyn Any + Send + 'static>, Self> {
        match self.cause {
            Cause::Panicked(payload) => {
                Ok(payload.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner))
            }
            Cause::Cancelled => Err(self),
        }
    }

    /// The number of the task.
    pub fn id(&self) -> Id {
        self.id
    }

    /// The text of the panic, if it has one.
    fn with_text<R>(&self, f: impl FnOnce(Option<&str>) -> R) -> R {
        let Cause::Panicked(payload) = &self.cause else { return f(None) };
        let payload = payload.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let text = payload.downcast_ref::<String>().map(String::as_str);
        f(text.or_else(|| payload.downcast_ref::<&'static str>().copied()))
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.id;
        if self.is_cancelled() {
            return write!(f, "task {id} was cancelled");
        }
        self.with_text(|text| match text {
            Some(text) => write!(f, "task {id} panicked with message {text:?}"),
            None => write!(f, "task {id} panicked"),
        })
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.id;
        if self.is_cancelled() {
            return write!(f, "JoinError::Cancelled({id:?})");
        }
        self.with_text(|text| match text {
            Some(text) => write!(f, "JoinError::Panic({id:?}, {text:?}, ...)"),
            None => write!(f, "JoinError::Panic({id:?}, ...)"),
        })
    }
}

impl Error for JoinError {}

impl From<JoinError> for io::Error {
    fn from(error: JoinError) -> Self {
        io::Error::other(match error.cause {
            Cause::Cancelled => "task was cancelled",
            Cause::Panicked(_) => "task panicked",
        })
    }
}
