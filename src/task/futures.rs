//! Futures that have a name, since somebody may want to keep them in a struct.

pub use super::task_local::TaskLocalFuture;
