//! The door from leaf futures to the driver of the runtime that they run in.

use std::sync::Arc;

use super::global::global;
#[cfg(feature = "net")]
use crate::driver::IoHandle;
#[cfg(feature = "time")]
use crate::driver::Timers;
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
    with_current(|scheduler, _| {
        assert!(
            scheduler.config().enable_io,
            "this runtime was built without I/O: call `enable_io` or `enable_all` on its `Builder`"
        );
        scheduler.driver().io().cloned()
    })
}
