//! Tests of the tools, and the wakers that tests elsewhere use.

#[cfg(not(loom))]
pub(crate) mod wakers;

#[cfg(all(not(loom), feature = "net", unix))]
mod fill;

#[cfg(feature = "sync")]
mod permits;

#[cfg(all(not(loom), feature = "sync"))]
mod wait_list;

#[cfg(all(not(loom), feature = "net"))]
mod wait_list_by_note;

#[cfg(all(not(loom), any(feature = "sync", feature = "time")))]
mod wake_batch;

#[cfg(all(loom, feature = "sync"))]
mod loom_wait_list;
