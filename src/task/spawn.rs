//! The word `go`.

use std::panic::Location;

use super::JoinHandle;

/// Starts a task that runs the future, at once and whether or not anybody waits for it.
///
/// The task goes to the runtime that this thread is in, else to the global one, which is started if need be. It may
/// run on any of the runtime's threads, and on another after each `.await`. Dropping the returned handle detaches
/// the task; awaiting it gives the output.
///
/// When the runtime ends, tasks that are not done are dropped: a program that does not wait for a task may
/// end before the task does.
///
/// # Examples
///
/// ```
/// # runtime::block_on(async {
/// let tasks: Vec<_> = (0..10).map(|n| runtime::spawn(async move { n * n })).collect();
/// let mut sum = 0;
/// for task in tasks {
///     sum += task.await.unwrap();
/// }
/// assert_eq!(sum, 285);
/// # });
/// ```
#[track_caller]
#[inline]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    crate::runtime::spawn(future, Location::caller())
}
