//! Tests of the reactor with real descriptors, and models of what threads race for.

#[cfg(not(loom))]
mod batches;
#[cfg(not(loom))]
mod reactor;
#[cfg(not(loom))]
mod readiness;
#[cfg(not(loom))]
mod registration;
#[cfg(not(loom))]
mod reuse;

#[cfg(loom)]
mod loom_readiness;
