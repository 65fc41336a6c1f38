//! Where a thread sleeps until there is something to do, and how it is woken.
//!
//! The scheduler decides *who* sleeps and *who* is woken; here is only *how*. A [`Parker`] is a place where one
//! thread sleeps on a condition of its own. Nothing here knows tasks, workers or permits.

mod parker;

pub(crate) use parker::Parker;

#[cfg(all(test, loom))]
mod tests;
