//! Tasks that stay on one thread.

mod set;
mod spawn;

pub use set::{LocalEnterGuard, LocalSet};
pub use spawn::spawn_local;

pub(super) use spawn::spawn_local_at;
