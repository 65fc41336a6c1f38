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
//! # Time in tests
//!
//! A test of what happens after an hour need not take an hour. With the feature `test-util`, the clock of a current-thread
//! runtime can be stopped, by `pause`, by `#[test(start_paused = true)]` or by `Builder::start_paused`; [`Instant::now`] shows
//! what it shows. While it is paused, it is put forward in two ways:
//!
//! - by itself, to the next moment for which a task waits, when nothing else can happen: no task can run, no socket is
//!   ready, no closure of [`spawn_blocking`](crate::task::spawn_blocking) is running or waiting to. So `sleep` returns at once, and
//!   tasks that sleep are woken in the order of their moments, to the nanosecond.
//! - by a jump, with `advance`.
//!
//! What other threads do beside that is not waited for, those of another runtime included, and those in another `block_on`
//! of this one: if a task is to be woken by such a thread, its timeouts may well elapse before that. A timeout beside a
//! socket does so too, if the other side is not as fast.
//!
//! ```
//! # #[cfg(all(feature = "macros", feature = "test-util"))] {
//! use runtime::time::{self, Duration, Instant};
//!
//! #[runtime::main(flavor = "current_thread", start_paused = true)] // or `test`
//! async fn main() {
//!     let start = Instant::now();
//!     let never = std::future::pending::<()>();
//!     assert!(time::timeout(Duration::from_secs(3_600), never).await.is_err());
//!     assert_eq!(start.elapsed(), Duration::from_secs(3_600));
//! }
//! # main() }
//! ```
//!
//! A moment belongs to the clock that showed it. In another runtime, where time goes another way, it means something else.
//!
//! # For whoever works on it
//!
//! This layer is safe code. A [`Sleep`] is a timer of `driver::timers` and the moment it stands for, and everything
//! else is made of sleeps; `clock` is the face of `driver::pause`. What must hold here:
//!
//! 1. A future that has not been polled touches no wheel. So a timeout of something that is ready costs one reading of
//!    the clock, when it is made.
//! 2. What completes has taken one unit of the task's budget.
//!
//! It does not know who fires timers, and when.

#[cfg(feature = "test-util")]
mod clock;
pub mod error;
mod instant;
mod interval;
mod sleep;
mod timeout;

pub use std::time::Duration;

#[cfg(feature = "test-util")]
pub use clock::{advance, pause, resume};
pub use instant::Instant;
pub use interval::{Interval, MissedTickBehavior, interval, interval_at};
pub use sleep::{Sleep, sleep, sleep_until};
pub use timeout::{Timeout, timeout, timeout_at};
