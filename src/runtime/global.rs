//! The runtime of programs that build none.

use std::io;

use super::{Builder, Runtime};
use crate::cell::Origin;
use crate::scheduler::context;
use crate::task::JoinHandle;
use crate::util::apart::apart;
use crate::util::process::PerProcess;

/// The global runtime, built when it is first needed, with the default settings. It ends with the process; a child
/// that is forked off has its own.
pub(super) fn global() -> &'static Runtime {
    static GLOBAL: PerProcess<Runtime> = PerProcess::new();
    GLOBAL.get(|| {
        #[cfg(feature = "rt-multi-thread")]
        let mut builder = Builder::new_multi_thread();
        #[cfg(not(feature = "rt-multi-thread"))]
        let mut builder = Builder::new_current_thread();
        match builder.enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => panic!("the global runtime could not be started: {error}"),
        }
    })
}

/// Spawns on the runtime that this thread is in, else on the global one.
#[inline]
pub(crate) fn spawn<F>(future: F, origin: impl Into<Origin>) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    context::with_local(|local| match local {
        Some(local) if context::is_worker_on_top() => JoinHandle::new(local.spawn(future, origin)),
        _ => apart(move || spawn_elsewhere(future, origin)),
    })
}

fn spawn_elsewhere<F>(future: F, origin: impl Into<Origin>) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    match context::current() {
        Some(scheduler) => JoinHandle::new(scheduler.spawn(future, origin)),
        None => global().handle().spawn_at(future, origin),
    }
}

/// Has a closure called by the blocking pool of the runtime that this thread is in, else of the global one.
///
/// # Errors
///
/// If the pool has no thread, and the system starts none.
pub(crate) fn spawn_blocking<F, R>(f: F, origin: impl Into<Origin>) -> io::Result<JoinHandle<R>>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    let join = match context::current() {
        Some(scheduler) => scheduler.spawn_blocking(f, origin),
        None => global().handle().scheduler().spawn_blocking(f, origin),
    };
    join.map(JoinHandle::new)
}

/// The same, of a closure that is called even if the runtime ends before, once it is accepted.
///
/// # Errors
///
/// As there.
#[cfg(any(feature = "fs", feature = "io-std"))]
pub(crate) fn spawn_promised<F, R>(f: F, origin: impl Into<Origin>) -> io::Result<JoinHandle<R>>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    let join = match context::current() {
        Some(scheduler) => scheduler.spawn_promised(f, origin),
        None => global().handle().scheduler().spawn_promised(f, origin),
    };
    join.map(JoinHandle::new)
}

/// Blocks on the runtime that this thread is in, else on the global one.
#[track_caller]
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    match context::current() {
        Some(scheduler) => scheduler.block_on(future),
        None => global().block_on(future),
    }
}
