//! Calls that block.

use std::io;
use std::panic::Location;

use super::JoinHandle;

/// Calls a closure on a thread where it may block, and gives its output to whoever awaits the handle.
///
/// Files, name look-ups, locks that are held for long and computations of many milliseconds belong here: such a call inside
/// a task would keep the thread from running others. The closure may take [`Handle::current`](crate::Handle::current), may
/// spawn, and may call [`block_on`](crate::block_on).
///
/// It goes to the runtime that this thread is in, else to the global one. There it is called by an idle thread, by a
/// new one, or, when there are [`max_blocking_threads`](crate::Builder::max_blocking_threads) already, by the first one that
/// comes free; calls begin in the order in which they were spawned. Threads without work are kept for
/// [`thread_keep_alive`](crate::Builder::thread_keep_alive). For computations that would take all threads at once, a
/// semaphore or a pool made for that serves better: the bound is high, so as not to let calls that wait stand in a queue.
///
/// # Aborting, and the end of the runtime
///
/// A call that has begun cannot be stopped: [`abort`](JoinHandle::abort) ends one that has not, and has no effect
/// later. When the runtime ends, closures that wait because all threads are busy are dropped, and their handles return a
/// [`JoinError`](crate::task::JoinError) that is cancelled. Those that run, or have a thread that is about to call them, are
/// waited for as polls are, not longer than [`Runtime::DROP_WAITS`](crate::Runtime::DROP_WAITS) or what
/// [`shutdown_timeout`](crate::Runtime::shutdown_timeout) was told; at the end of `main` not at all.
/// What files and standard streams have accepted for writing is written all the same.
///
/// # Panics
///
/// If the pool has no thread yet and the system starts none. If it has one, the closure waits for it.
///
/// # Examples
///
/// ```
/// use runtime::task;
///
/// # runtime::block_on(async {
/// let lines = task::spawn_blocking(|| {
///     let text = std::fs::read_to_string("Cargo.toml")?;
///     Ok::<_, std::io::Error>(text.lines().count())
/// });
/// assert!(lines.await.expect("the closure does not panic")? > 1);
/// # Ok::<(), std::io::Error>(())
/// # }).unwrap();
/// ```
#[track_caller]
pub fn spawn_blocking<F, R>(f: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    started(crate::runtime::spawn_blocking(f, Location::caller()))
}

/// The handle of a call for which there is a thread.
///
/// # Panics
///
/// If there is none.
#[track_caller]
pub(crate) fn started<R>(call: io::Result<JoinHandle<R>>) -> JoinHandle<R> {
    call.unwrap_or_else(|error| panic!("{error}"))
}
