//! Signals as Unix has them: each [kind](SignalKind) has a number, and [`signal`] makes a listener to it.

mod kind;
mod listener;
pub(super) mod slot;
mod watcher;

pub use kind::SignalKind;
pub(crate) use listener::signal_for_a_tool;
pub(super) use listener::signal_from_now;
pub use listener::{Signal, signal};
