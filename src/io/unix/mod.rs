//! Readiness of anything that has a descriptor.
//!
//! [`AsyncFd`] registers a descriptor with the runtime's reactor and leaves the reading and writing to its user. What it tells
//! comes in a guard, [`AsyncFdReadyGuard`] or [`AsyncFdReadyMutGuard`], which remembers when that was told: what came later is
//! not cleared with it.

// An `AsyncFd` is an `Evented`, as sockets are; here are only its names, and the wrapper that makes a source of a descriptor.

mod async_fd;
mod descriptor;
mod error;
mod guard;
mod guard_mut;
mod operation;

pub use async_fd::AsyncFd;
pub use error::{AsyncFdRegisterError, AsyncFdTryNewError, TryIoError};
pub use guard::AsyncFdReadyGuard;
pub use guard_mut::AsyncFdReadyMutGuard;
