//! The budget of a task, for futures that are written by hand.
//!
//! A task may complete 128 operations in one poll; the next one wakes the task and returns `Pending`, so that others have
//! their turn, and in the poll that follows the budget is whole again. All futures of this crate take part by themselves, so most
//! programs need nothing of this module. It is for three kinds of code:
//!
//! - that which computes for long, or awaits nothing of this crate: [`consume_budget`] is a point where it yields when it should;
//! - a future of one's own that can be ready again and again: [`poll_proceed`], or [`cooperative`] around it;
//! - a future that must not be made to wait while it could go on: [`unconstrained`].
//!
//! A poll that takes longer than about 3 ms is told to yield in the same way, however much of the budget is left.
//!
//! # What the branches of one task share
//!
//! The budget is the task's. Branches of a `join!`, or of a [`FuturesUnordered`], spend it together, and when it is spent all of
//! them are asked to wait for the next poll. None of them starves by that, also where the same one spends all of it in each
//! poll: a little is kept for those who ask later. They get far less than it, though; what needs its share is a task of its own.
//!
//! [`FuturesUnordered`]: https://docs.rs/futures/latest/futures/stream/struct.FuturesUnordered.html

mod consume_budget;
mod cooperative;
mod unconstrained;

pub use crate::coop::{RestoreOnPending, has_budget_remaining, poll_proceed};
pub use consume_budget::consume_budget;
pub use cooperative::{Coop, cooperative};
pub use unconstrained::{Unconstrained, unconstrained};
