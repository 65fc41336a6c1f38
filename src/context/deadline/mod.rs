//! Deadlines of contexts, or none where the crate is built without time.

#[cfg(feature = "time")]
mod timed;
#[cfg(feature = "time")]
pub(super) use self::timed::{Alarm, Deadline};

#[cfg(not(feature = "time"))]
mod untimed;
#[cfg(not(feature = "time"))]
pub(super) use self::untimed::{Alarm, Deadline};
