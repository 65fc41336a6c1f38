//! Blocking where one is.

use crate::scheduler;

/// Runs a closure that blocks or computes for long on the spot, while another thread runs the other tasks.
///
/// A task that blocks is noticed anyway, and others are run in its place, but only after a moment. This says so at
/// once. The closure may borrow what the task has, and may call [`block_on`](crate::block_on). Other branches of the same task
/// (of a `join!` or `select!` around this) wait for it.
///
/// Outside tasks and `block_on` it just calls the closure. So it does where no thread is left that could replace this one, see
/// [`Builder::max_blocking_threads`](crate::Builder::max_blocking_threads).
///
/// # Panics
///
/// If the closure does, or inside a current-thread runtime or a [`LocalSet`](super::LocalSet), whose only thread it would block.
///
/// # Examples
///
/// ```
/// # let runtime = runtime::Runtime::new()?;
/// # runtime.block_on(async {
/// let text = String::from("borrowed");
/// let length = runtime::task::block_in_place(|| {
///     std::thread::sleep(std::time::Duration::from_millis(1));
///     text.len()
/// });
/// assert_eq!(length, 8);
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[track_caller]
pub fn block_in_place<F, R>(f: F) -> R
where
    F: FnOnce() -> R,
{
    scheduler::block_in_place(f)
}
