//! Which task is which.

use std::fmt;
use std::num::NonZeroU64;

use crate::scheduler::context;

/// The number of a task, unique among all tasks that this process ever had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Id(NonZeroU64);

impl Id {
    pub(crate) fn new(id: u64) -> Self {
        Self(NonZeroU64::new(id).expect("task numbers begin with 1"))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The number of the task that calls this.
///
/// # Panics
///
/// Outside a task. The future given to `block_on` is none.
///
/// # Examples
///
/// ```
/// # runtime::block_on(async {
/// let task = runtime::spawn(async { runtime::task::id() });
/// let id = task.id();
/// assert_eq!(task.await.unwrap(), id);
/// # });
/// ```
#[track_caller]
pub fn id() -> Id {
    try_id().expect("`task::id` was called outside a task; `try_id` says so without a panic")
}

/// The number of the task that calls this, or none outside a task.
pub fn try_id() -> Option<Id> {
    context::task_id().map(Id::new)
}
