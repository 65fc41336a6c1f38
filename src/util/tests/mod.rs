//! Tests of the tools, and the wakers that tests elsewhere use.

#[cfg(not(loom))]
pub(crate) mod wakers;

mod permits;

#[cfg(not(loom))]
mod wait_list;

#[cfg(loom)]
mod loom_wait_list;
