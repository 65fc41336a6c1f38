//! Time as the wheel counts it: nanoseconds since the process first asked, in one word.
//!
//! A word can be compared, published in an atomic and cut into the slots of a wheel; an `Instant` cannot. The
//! nanosecond is also what the system's clock counts in, so that nothing is rounded on the way and no timer
//! fires early for it. The word lasts for 584 years; what lies beyond is [`Tick::NEVER`].
//!
//! All clocks of the process have one epoch, so that a tick says the same to every runtime: a timer that waits in
//! one of them may get another deadline from a thread that is in another, or in none. With the feature `test-util` a
//! runtime's [`Clock`] can be stopped and put forward (`pausable`), and from then on shows a time of its own. What
//! is measured rather than waited for, such as how long a worker is busy, goes by [`Tick::now`], which nobody can stop.
//!
//! In reading order: `tick`; then the clock, `system` or `pausable`.

mod tick;

#[cfg(feature = "test-util")]
mod pausable;
#[cfg(not(feature = "test-util"))]
mod system;

#[cfg(feature = "test-util")]
pub(crate) use pausable::{Clock, Misuse};
#[cfg(not(feature = "test-util"))]
pub(crate) use system::Clock;
pub(crate) use tick::Tick;
