//! The models of local tasks.

#[cfg(all(loom, feature = "sync"))]
mod loom_local;
