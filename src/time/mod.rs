//! Waiting for a moment, for something else until then, or for a moment again and again.
//!
//! - [`sleep`] and [`sleep_until`] wait for one moment.
//! - [`timeout`] and [`timeout_at`] give up on a future when its time is over.
//! - [`interval`] and [`interval_at`] tick at regular moments, like a clock.
//!
//! None of them is ever early. On an idle machine they are late by less than a millisecond, but a moment can only
//! be noticed when a thread is free to do so.
//!
//! They wait in the timers of the runtime in which they are polled first, which has to be built with
//! [`enable_time`](crate::Builder::enable_time) or [`enable_all`](crate::Builder::enable_all); the global runtime is.
//! Where they are made does not matter, nor who polls them later. If that runtime ends, polling
//! them panics.
//!
//! # Examples
//!
//! ```
//! use runtime::time::{self, Duration};
//!
//! runtime::block_on(async {
//!     let answer = async {
//!         time::sleep(Duration::from_millis(1)).await;
//!         42
//!     };
//!     assert_eq!(time::timeout(Duration::from_secs(60), answer).await, Ok(42));
//! });
//! ```
//!
//! # For whoever works on it
//!
//! This layer is safe code. A [`Sleep`] is a timer of `driver::timers` and the moment it stands for, and everything
//! else is made of sleeps. What must hold here:
//!
//! 1. A future that has not been polled touches no wheel. So a timeout of something that is ready costs one reading of
//!    the clock, when it is made.
//! 2. What completes has taken one unit of the task's budget.
//!
//! It does not know who fires timers, and when.

pub mod error;
mod instant;
mod interval;
mod sleep;
mod timeout;

pub use std::time::Duration;

pub use instant::Instant;
pub use interval::{Interval, MissedTickBehavior, interval, interval_at};
pub use sleep::{Sleep, sleep, sleep_until};
pub use timeout::{Timeout, timeout, timeout_at};
