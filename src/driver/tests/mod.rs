//! Tests of attending, and models of that and of parking.

#[cfg(all(not(loom), feature = "net", feature = "time"))]
mod attend;
#[cfg(all(loom, feature = "time"))]
mod loom_attend;
#[cfg(loom)]
mod loom_parker;
#[cfg(all(loom, feature = "test-util"))]
mod loom_pause;
