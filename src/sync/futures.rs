//! Futures that have a name, so that they can stand in a field.

pub use super::notify::{Notified, OwnedNotified};
