//! What is told to `tracing`: a span for each task, and events of what the monitor meets.
//!
//! With the feature `tracing`, `traced` wraps each future that is spawned; its span is made where the task is spawned, entered around
//! each poll, and closed when the future is dropped. Without it, `untraced` has the same names, and nothing behind them.
//!
//! # Invariants
//!
//! 1. Whoever subscribes is foreign code: it may panic, spawn, wake or block. It is called under no lock, and every panic of it
//!    is contained: it disturbs neither the task nor the worker, nor the monitor. What it has panicked in is not told again.
//! 2. A span that nobody wants costs a look at one static, where it is made.
//!
//! # What it does not know
//!
//! Schedulers, workers and cells: it is given words and numbers. It is safe code.
//!
//! # Rejected
//!
//! - *The span in the task's cell*: each task would be larger, with the feature or without, or the cell have another layout for it.
//!   As a part of the future it is dropped with that, in whatever way the task ends.
//! - *The span that is current where a task is spawned as its parent*: that would stay open for as long as the task lives.

use std::num::NonZeroU64;
use std::panic::Location;
use std::time::Duration;

#[cfg(feature = "tracing")]
mod traced;
#[cfg(not(feature = "tracing"))]
#[path = "untraced.rs"]
mod traced;

pub(crate) use traced::{at_bound, retaken, stuck, task, type_name};

/// What is told of a task.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "told to `tracing` alone"))]
pub(crate) struct Task<'a> {
    /// What runs it: `task` for a worker, `local` for its own thread, `blocking` for one of the blocking pool.
    pub(crate) kind: &'static str,
    pub(crate) id: u64,
    pub(crate) spawned_at: &'static Location<'static>,
    /// What it is called, if it was given a name.
    pub(crate) name: Option<&'a str>,
}

/// What is told of a poll that takes too long.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "told to `tracing` alone"))]
pub(crate) struct Stall {
    /// The number of the runtime.
    pub(crate) runtime: NonZeroU64,
    /// The number of the task; 0 for the future of a `block_on`.
    pub(crate) task: u64,
    pub(crate) type_name: &'static str,
    pub(crate) place: &'static Location<'static>,
    pub(crate) elapsed: Duration,
    /// What its thread does.
    pub(crate) activity: &'static str,
}
