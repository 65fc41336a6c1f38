//! Ending a task from afar.

use std::fmt;

use super::Id;
use crate::cell::TaskRef;

/// Can end a task, and tell whether it has ended, without a right to its output.
///
/// # Examples
///
/// ```
/// # runtime::block_on(async {
/// let task = runtime::spawn(std::future::pending::<()>());
/// let abort = task.abort_handle();
/// runtime::spawn(async move { abort.abort() });
/// assert!(task.await.unwrap_err().is_cancelled());
/// # });
/// ```
#[derive(Clone)]
pub struct AbortHandle {
    task: TaskRef,
}

impl AbortHandle {
    pub(super) fn new(task: TaskRef) -> Self {
        Self { task }
    }

    /// Ends the task; see [`JoinHandle::abort`](super::JoinHandle::abort).
    pub fn abort(&self) {
        self.task.abort();
    }

    /// Whether the task is done; see [`JoinHandle::is_finished`](super::JoinHandle::is_finished).
    pub fn is_finished(&self) -> bool {
        self.task.header().is_complete()
    }

    /// The task's number.
    pub fn id(&self) -> Id {
        Id::new(self.task.header().id())
    }
}

impl std::panic::UnwindSafe for AbortHandle {}

impl std::panic::RefUnwindSafe for AbortHandle {}

impl fmt::Debug for AbortHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AbortHandle").field(&self.task).finish()
    }
}
