//! The runtime of Tokio's.

use std::any::Any;
use std::env;
use std::io;
use std::mem;
use std::num::NonZero;
use std::panic::{self, RefUnwindSafe, UnwindSafe};
use std::sync::{Arc, OnceLock};
use std::thread;

use tokio::runtime::{Builder, EnterGuard, Handle, Runtime};

use crate::util::process::PerProcess;
use crate::util::sync::{Condvar, Mutex};

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

    fn runtime(&self, on_thread: fn()) -> io::Result<&Runtime> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let _starting = self.starting.lock();
        match self.runtime.get() {
            Some(runtime) => Ok(runtime),
            None => start(on_thread).map(|runtime| self.runtime.get_or_init(|| runtime)),
        }
    }
}

impl Guest {
    /// Starts it, unless that was done. Each of the threads that poll its tasks calls `on_thread` first.
    ///
    /// # Errors
    ///
    /// If the system has no descriptors or no thread for it. The next call tries again.
    pub(crate) fn of_this_process(on_thread: fn()) -> io::Result<Self> {
        static PLACE: PerProcess<Place> = PerProcess::new();
        PLACE.get(Place::new).runtime(on_thread).map(|runtime| Self(runtime.handle()))
    }

    /// Whether there is one, whose timers and sockets wake tasks of ours.
    pub(crate) fn is_there(self) -> bool {
        true
    }

    /// Whether any task of its own has not ended.
    pub(crate) fn has_tasks(self) -> bool {
        self.0.metrics().num_alive_tasks() > 0
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

fn start(on_thread: fn()) -> io::Result<Runtime> {
    // Tokio reports most of what it lacks by an error, and a missing thread by a panic.
    match panic::catch_unwind(|| build(on_thread)) {
        Ok(Ok(runtime)) => Ok(runtime),
        Ok(Err(error)) => Err(explained(error.kind(), &error.to_string())),
        Err(payload) => Err(explained(io::ErrorKind::Other, text_of(&*payload))),
    }
}

fn build(on_thread: fn()) -> io::Result<Runtime> {
    let workers = worker_threads();
    let arrivals = Arc::new(Arrivals::default());
    let arriving = arrivals.clone();
    let runtime = Builder::new_multi_thread()
        .worker_threads(workers)
        .thread_name(THREAD_NAME)
        .on_thread_start(move || {
            if arriving.is_among(workers) {
                on_thread();
            }
        })
        .enable_all()
        .build()?;
    arrivals.wait_for(workers);
    Ok(runtime)
}

/// The threads of the guest that have begun. The first are those that poll its tasks, and are waited for; any that comes later is
/// one for a closure that blocks.
#[derive(Default)]
struct Arrivals {
    count: Mutex<usize>,
    changed: Condvar,
}

impl Arrivals {
    /// Another thread has begun; whether it is one of the first.
    fn is_among(&self, first: usize) -> bool {
        let mut count = self.count.lock();
        *count += 1;
        let is_among = *count <= first;
        drop(count);
        self.changed.notify_all();
        is_among
    }

    fn wait_for(&self, first: usize) {
        let mut count = self.count.lock();
        while *count < first {
            count = self.changed.wait(count);
        }
    }
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
