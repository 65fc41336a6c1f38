//! Why a context has ended.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// How a context has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContextError {
    /// It, or one above it, was cancelled.
    Cancelled,
    /// Its deadline is over.
    DeadlineExceeded,
}

impl fmt::Display for ContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cancelled => "context cancelled",
            Self::DeadlineExceeded => "context deadline exceeded",
        })
    }
}

impl Error for ContextError {}

/// What a context was cancelled with, or else its [`ContextError`].
pub type Cause = Arc<dyn Error + Send + Sync>;

/// Why a context has ended; all below one that ends share it.
#[derive(Clone, Debug)]
pub(super) struct Why {
    pub(super) error: ContextError,
    pub(super) cause: Option<Cause>,
}

impl Why {
    pub(super) fn is(error: ContextError) -> Self {
        Self { error, cause: None }
    }

    pub(super) fn cause(&self) -> Cause {
        self.cause.clone().unwrap_or_else(|| Arc::new(self.error))
    }
}
