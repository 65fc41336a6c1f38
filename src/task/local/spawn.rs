//! Spawning on the thread where one is.

use std::panic::Location;

use crate::cell::Origin;
use crate::runtime;
use crate::scheduler::context;
use crate::task::JoinHandle;

/// Starts a task on this thread, whose future need not be `Send`.
///
/// It goes to the [`LocalSet`](super::LocalSet) that this thread is in, else to its
/// [`LocalRuntime`](crate::runtime::LocalRuntime), and is polled and dropped on this thread alone. Otherwise it is a task like
/// any other; see [`spawn`](crate::spawn).
///
/// # Panics
///
/// If the thread is in neither of them, or if it has entered the handle of a `LocalRuntime` of another thread.
///
/// # Examples
///
/// ```
/// use std::rc::Rc;
///
/// use runtime::task::{self, LocalSet};
///
/// let set = LocalSet::new();
/// runtime::block_on(set.run_until(async {
///     let shared = Rc::new(7);
///     let task = task::spawn_local({
///         let shared = shared.clone();
///         async move { *shared * 6 }
///     });
///     assert_eq!(task.await.unwrap(), 42);
/// }));
/// ```
#[track_caller]
pub fn spawn_local<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    spawn_local_at(future, Location::caller())
}

#[track_caller]
pub(in crate::task) fn spawn_local_at<F>(
    future: F,
    origin: impl Into<Origin>,
) -> JoinHandle<F::Output>
where
    F: Future + 'static,
    F::Output: 'static,
{
    let tasks = context::local_tasks().or_else(runtime::local_tasks).expect(
        "`spawn_local` called from outside of a `task::LocalSet` or `runtime::LocalRuntime`",
    );
    JoinHandle::new(tasks.spawn(future, origin))
}
