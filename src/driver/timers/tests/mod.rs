//! Tests and models of the timers.

#[cfg(not(loom))]
mod timer;
#[cfg(not(loom))]
mod wheel;

#[cfg(loom)]
mod loom_timer;
