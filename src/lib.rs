//! Go's scheduler for Rust's stackless futures.
#![warn(missing_debug_implementations, missing_docs)]

#[cfg(feature = "sync")]
pub mod chan;
#[cfg(feature = "sync")]
pub mod context;
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
mod util;

#[cfg(feature = "macros")]
pub use macros::{join, main, pin, select, test, try_join};
pub use runtime::{Builder, Handle, Runtime};
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
