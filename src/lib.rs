//! Go's scheduler for Rust's stackless futures.
//!
//! Tasks are started as freely as goroutines, and run on as many threads as the process may use cores. One that computes for
//! long or blocks its thread does not stop the others, since a monitor has another thread run them. The names are Tokio's
//! where Tokio has one; what Go has besides stands beside them.
//!
//! ```
//! runtime::block_on(async {
//!     let task = runtime::spawn(async { 6 * 7 });
//!     assert_eq!(task.await.unwrap(), 42);
//! });
//! ```
//!
//! A program begins with `#[runtime::main]` before its `async fn main`, if it is not to call [`block_on`] itself.
//!
//! # Where to begin
//!
//! - You know Tokio: [`docs::tokio`] has the line to change, and what is different.
//! - You know Go: [`docs::go`] has what to write for each of its constructs.
//! - You know neither: `cargo run --release --example tour` is a lesson on tasks, timers and sockets.
//! - You want to know how it works, or why so: [`docs::architecture`].
//!
//! # Where things are
//!
//! | you want | look at | feature |
//! |---|---|---|
//! | to start tasks, and to wait for their results | [`task`] | |
//! | to choose the number of threads, or several runtimes; figures of what happens | [`runtime`] | `rt-multi-thread` |
//! | tasks to share values, or to wait for one another | `sync`, `chan` | `sync` |
//! | to end work that is not wanted any more, or when a part of it fails | `context`, `group` | `sync` |
//! | to find tasks that leak | [`profile`](mod@profile) | |
//! | to know what all tasks do, or wait for | [`dump`](mod@dump) | `serde`, to write it down for other programs |
//! | to see what each thread did, and when | [`trace`] | |
//! | sleeps, timeouts and tickers | `time` | `time` |
//! | sockets; to read and write | `net`, `io` | `net`, `io-util`, `io-std` |
//! | files | `fs` | `fs` |
//! | child processes, signals | `process`, `signal` | `process`, `signal` |
//! | HTTP | `hyper` | `hyper` |
//! | to look into a running program with a browser, or by Prometheus | `debug` | `debug-page` |
//! | libraries that insist on Tokio, beside your tasks | `docs::tokio` | `tokio-compat` |
//! | a span of `tracing` for each task, and events of what goes wrong | [`runtime`] | `tracing` |
//! | a clock for tests that can be stopped | `time::pause` | `test-util` |
//!
//! All of these but `hyper`, `debug-page`, `test-util`, `tokio-compat` and `tracing` are on by default. None but `net` and those that
//! need it, `process`, `hyper` and `debug-page`, has sockets compiled in.
#![warn(missing_debug_implementations, missing_docs)]

#[cfg(feature = "sync")]
pub mod chan;
#[cfg(feature = "sync")]
pub mod context;
#[cfg(feature = "debug-page")]
pub mod debug;
#[cfg(feature = "fs")]
pub mod fs;
#[cfg(feature = "sync")]
pub mod group;
#[cfg(feature = "hyper")]
pub mod hyper;
#[cfg(feature = "io-util")]
pub mod io;
#[cfg(feature = "net")]
pub mod net;
#[cfg(all(feature = "process", unix))]
pub mod process;
pub mod runtime;
#[cfg(all(feature = "signal", unix))]
pub mod signal;
#[cfg(feature = "sync")]
pub mod sync;
pub mod task;
#[cfg(feature = "time")]
pub mod time;
pub mod trace;

#[cfg(feature = "macros")]
#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;

mod cell;
mod compat;
mod coop;
mod driver;
#[cfg(feature = "macros")]
mod macros;
mod scheduler;
mod spans;
mod util;

#[cfg(feature = "macros")]
pub use macros::{main, test};
pub use runtime::{Builder, Handle, Runtime, dump, profile};
pub use task::spawn;

/// Runs a future to its end on the calling thread.
///
/// This uses the runtime that the thread is in, else the global one; see [`Runtime::block_on`].
///
/// # Panics
///
/// If the future does, and where [`Runtime::block_on`] does.
///
/// # Examples
///
/// ```
/// let answer = runtime::block_on(async { 6 * 7 });
/// assert_eq!(answer, 42);
/// ```
#[track_caller]
pub fn block_on<F: Future>(future: F) -> F::Output {
    runtime::block_on(future)
}

/// Longer texts than the page of one type can hold.
// They link to one another as files do. The line before each is for rustdoc, where the first definition of a link counts.
pub mod docs {
    #[doc = include_str!("../docs/architecture.md")]
    pub mod architecture {}
    // Its examples want nearly all features; the page itself is there without.
    #[cfg(any(
        not(doctest),
        all(
            feature = "fs",
            feature = "hyper",
            feature = "macros",
            feature = "process",
            feature = "rt-multi-thread",
            unix
        )
    ))]
    #[doc = "[tokio]: crate::docs::tokio\n\n"]
    #[doc = include_str!("../docs/go.md")]
    pub mod go {}
    #[doc = "[go]: crate::docs::go\n\n"]
    #[doc = include_str!("../docs/tokio.md")]
    pub mod tokio {}
}

/// The example of the README is a test.
#[cfg(all(doctest, feature = "macros", feature = "sync"))]
#[doc = include_str!("../README.md")]
mod readme {}
