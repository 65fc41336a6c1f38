//! Tasks: futures that run on their own, like goroutines.
//!
//! [`spawn`] starts one. It runs whether anybody waits for it or not: dropping its [`JoinHandle`] detaches it. Awaiting
//! the handle gives its output, or a [`JoinError`] if it panicked or was aborted. A task gives its thread to
//! others whenever it awaits something that is not ready, and at the latest after 128 operations that were; one
//! that computes for long should await [`checkpoint`] now and then, and what blocks goes to [`spawn_blocking`].
//!
//! Futures that are not `Send` are spawned by [`spawn_local`], in a [`LocalSet`] or a
//! [`LocalRuntime`](crate::runtime::LocalRuntime), and stay on its thread.
//!
//! Tasks that belong together, and are joined as they end, are members of a [`JoinSet`].
//!
//! A task can be given a name, by which it is found in a [`dump`](mod@crate::dump): see [`Builder`].
//!
//! What a task carries along wherever it runs is declared by [`task_local!`](crate::task_local); the budget of operations, for
//! futures that are written by hand, is in [`coop`].
//!
//! This layer is a thin face: the scheduler runs tasks, `cell` holds them.

mod abort;
#[cfg(feature = "rt-multi-thread")]
mod block_in_place;
mod blocking;
mod builder;
pub mod coop;
mod error;
pub mod futures;
mod id;
mod join;
pub mod join_set;
mod local;
mod spawn;
mod task_local;
mod yield_now;

pub use abort::AbortHandle;
#[cfg(feature = "rt-multi-thread")]
pub use block_in_place::block_in_place;
pub use blocking::spawn_blocking;
pub use builder::Builder;
pub use coop::{Unconstrained, consume_budget, unconstrained};
pub use error::JoinError;
pub use id::{Id, id, try_id};
pub use join::JoinHandle;
pub use join_set::JoinSet;
pub use local::{LocalEnterGuard, LocalSet, spawn_local};
pub use spawn::spawn;
#[doc(hidden)]
pub use task_local::Place as __Place;
pub use task_local::{AccessError, LocalKey};
pub use yield_now::{checkpoint, yield_now};

pub(crate) use blocking::started;
