//! The model of the bells.

#[cfg(all(loom, feature = "sync"))]
mod loom_bells;
