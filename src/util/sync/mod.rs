//! The switch between `std` and loom.
//!
//! Every concurrent protocol of the crate takes its atomics, cells, locks and threads from here, so
//! that the same code that ships is the code that loom explores under `--cfg loom`. The two files
//! have one shape; no other module asks for `cfg(loom)` to name a primitive.

#[cfg(not(loom))]
mod std;
#[cfg(not(loom))]
pub(crate) use self::std::*;

#[cfg(loom)]
mod loom;
#[cfg(loom)]
pub(crate) use self::loom::*;
