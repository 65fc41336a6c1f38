//! Unit tests, and one loom model for each protocol.

mod token;

#[cfg(loom)]
mod loom_run_queue;

#[cfg(not(loom))]
mod injector;
#[cfg(not(loom))]
mod run_queue;
