//! Unit tests, and one loom model for each protocol.

#[cfg(loom)]
mod loom_depot;

#[cfg(not(loom))]
mod depot;
