//! The runtime of Tokio's.

use std::any::Any;
use std::env;
use std::io;
use std::mem;
use std::num::NonZero;
use std::panic::{self, RefUnwindSafe, UnwindSafe};
use std::sync::OnceLock;
use std::thread;

use tokio::runtime::{Builder, EnterGuard, Handle, Runtime};

use crate::util::process::PerProcess;
use crate::util::sync::Mutex;

/// What its threads are called.
const THREAD_NAME: &str = "gosched-tokio";

/// A reference to the runtime of Tokio's that this process has, or, in a child that was forked off, that its parent had.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guest(&'static Handle);

/// Where the process keeps it.
struct Place {
    /// Held by who starts it, so that nobody else does.
    starting: Mutex<()>,
    runtime: OnceLock<Runtime>,
}

impl Place {
    fn new() -> Self {
        Self { starting: Mutex::new(()), runtime: OnceLock::new() }
    }

    fn runtime(&self) -> io::Result<&Runtime> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let _starting = self.starting.lock();
        match self.runtime.get() {
            Some(runtime) => Ok(runtime),
            None => start().map(|runtime| self.runtime.get_or_init(|| runtime)),
        }
    }
}

impl Guest {
    /// Starts it, unless that was done.
    ///
    /// # Errors
    ///
    /// If the system has no descriptors or no thread for it. The next call tries again.
    pub(crate) fn of_this_process() -> io::Result<Self> {
        static PLACE: PerProcess<Place> = PerProcess::new();
        PLACE.get(Place::new).runtime().map(|runtime| Self(runtime.handle()))
    }

    /// Makes it the one that Tokio finds on this thread, until the guard is dropped.
    pub(crate) fn enter(self) -> Entered {
        // Where the thread's locals are gone already, Tokio has no place to note it.
        let guard = (!is_thread_ending()).then(|| self.0.enter());
        Entered(guard)
    }
}

/// Leaves it when dropped.
#[derive(Debug)]
pub(crate) struct Entered(Option<EnterGuard<'static>>);

impl Drop for Entered {
    fn drop(&mut self) {
        // A guard that outlives the thread's locals, because it is in one of them, has nothing to restore, and would panic.
        if is_thread_ending() {
            mem::forget(self.0.take());
        }
    }
}

// The guard refers to what is locked by Tokio itself, which catches the panics of its tasks.
impl UnwindSafe for Entered {}
impl RefUnwindSafe for Entered {}

/// Whether the thread's locals, Tokio's among them, have been destroyed.
fn is_thread_ending() -> bool {
    matches!(Handle::try_current(), Err(error) if error.is_thread_local_destroyed())
}

fn start() -> io::Result<Runtime> {
    // Tokio reports most of what it lacks by an error, and a missing thread by a panic.
    match panic::catch_unwind(build) {
        Ok(Ok(runtime)) => Ok(runtime),
        Ok(Err(error)) => Err(explained(error.kind(), &error.to_string())),
        Err(payload) => Err(explained(io::ErrorKind::Other, text_of(&*payload))),
    }
}

fn build() -> io::Result<Runtime> {
    Builder::new_multi_thread()
        .worker_threads(worker_threads())
        .thread_name(THREAD_NAME)
        .enable_all()
        .build()
}

/// As many as Tokio would take itself, but that nonsense in the environment is not a panic: what a library spawns there, such as a
/// server's connections, is to have all cores.
fn worker_threads() -> usize {
    let chosen = env::var("TOKIO_WORKER_THREADS").ok().and_then(|count| count.parse().ok());
    chosen.or_else(|| thread::available_parallelism().ok()).map_or(1, NonZero::get)
}

fn explained(kind: io::ErrorKind, cause: &str) -> io::Error {
    let text = format!(
        "Tokio's runtime, which the feature `tokio-compat` asks for, could not be started ({cause})"
    );
    io::Error::new(kind, text)
}

fn text_of(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("for a reason that it does not tell")
}
