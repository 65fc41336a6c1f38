//! The door from leaf futures to the driver of the runtime that they run in.

use std::sync::Arc;
#[cfg(feature = "time")]
use std::time::Instant;

use super::global::global;
#[cfg(feature = "test-util")]
use crate::driver::Driver;
#[cfg(feature = "net")]
use crate::driver::IoHandle;
#[cfg(feature = "time")]
use crate::driver::{Clock, Tick, Timers};
#[cfg(feature = "time")]
use crate::scheduler::Local;
use crate::scheduler::{Scheduler, context};

/// Calls `f` with the runtime that this thread is in, or else the global one, and with the worker that the thread is
/// there, if it is one.
fn with_current<R>(f: impl FnOnce(&Arc<Scheduler>, Option<usize>) -> R) -> R {
    context::with_local(|local| match local {
        Some(local) if context::is_worker_on_top() => f(local.scheduler(), Some(local.index())),
        _ => match context::current() {
            Some(scheduler) => f(&scheduler, None),
            None => f(global().handle().scheduler(), None),
        },
    })
}

/// The timers where a future that is polled on this thread links its own.
///
/// # Panics
///
/// If the runtime was built without them.
#[cfg(feature = "time")]
#[track_caller]
pub(crate) fn timers() -> Arc<Timers> {
    with_current(|scheduler, worker| {
        assert!(
            scheduler.config().enable_time,
            "this runtime was built without timers: call `enable_time` or `enable_all` on its `Builder`"
        );
        scheduler.driver().timers(worker)
    })
}

/// The present, by the clock of the runtime that this thread is in; by the system's if it is in none.
#[cfg(feature = "time")]
#[inline]
pub(crate) fn now() -> Instant {
    let system = Instant::now();
    if Clock::any_differs() { shown_at(system) } else { system }
}

/// What the clock of the runtime that this thread is in shows when the system's shows `system`.
#[cfg(feature = "time")]
#[cold]
fn shown_at(system: Instant) -> Instant {
    match context::current().filter(|scheduler| scheduler.driver().clock().differs()) {
        Some(scheduler) => scheduler.driver().clock().at(Tick::of(system)).to_instant(),
        None => system,
    }
}

/// The driver whose clock `what` changes.
///
/// # Panics
///
/// If this thread is in no runtime, or in one whose clock goes on for ever.
#[cfg(feature = "test-util")]
#[track_caller]
pub(crate) fn pausable(what: &str) -> Arc<Driver> {
    let scheduler = context::current();
    let scheduler = scheduler.unwrap_or_else(|| {
        panic!(
            "`{what}` was called outside of a runtime: call it inside a task, or inside `block_on`"
        )
    });
    assert!(
        !scheduler.config().starts_threads,
        "`{what}` needs a current-thread runtime, as `#[test]` makes it, and `Builder::new_current_thread`"
    );
    scheduler.driver().clone()
}

/// Whether this poll is the last of a task, since its runtime has ended: when it returns, the task is dropped.
#[cfg(feature = "time")]
pub(crate) fn is_last_poll() -> bool {
    let ended = |local: Option<&Local>| local.is_some_and(|local| local.scheduler().has_ended());
    context::task_id().is_some() && context::with_local(ended)
}

/// Where a socket that is made on this thread is registered.
///
/// # Errors
///
/// If the reactor is needed for the first time and the system has no descriptors left.
///
/// # Panics
///
/// If the runtime was built without it.
#[cfg(feature = "net")]
#[track_caller]
pub(crate) fn io() -> std::io::Result<Arc<IoHandle>> {
    // The panic is outside of the closure, which would hide the caller from it.
    let found = with_current(|scheduler, _| {
        scheduler.config().enable_io.then(|| scheduler.driver().io().cloned())
    });
    found.expect(
        "this runtime was built without I/O: call `enable_io` or `enable_all` on its `Builder`",
    )
}

/// Whether an operation on a socket or another I/O object failed because the runtime that the object belongs to has ended.
///
/// # Examples
///
/// ```
/// use runtime::net::UdpSocket;
/// use runtime::runtime::{Runtime, is_rt_shutdown_err};
///
/// let runtime = Runtime::new()?;
/// let socket = runtime.block_on(UdpSocket::bind("127.0.0.1:0"))?;
/// drop(runtime);
/// let error = runtime::block_on(socket.readable()).unwrap_err();
/// assert!(is_rt_shutdown_err(&error));
/// # Ok::<(), std::io::Error>(())
/// ```
#[cfg(feature = "net")]
pub fn is_rt_shutdown_err(err: &std::io::Error) -> bool {
    crate::driver::is_ended(err)
}
