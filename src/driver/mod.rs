//! Where a thread sleeps until there is something to do, and how it is woken.
//!
//! The scheduler decides *who* sleeps and *who* is woken; here is only *how*. A [`Parker`] is a place where one
//! thread sleeps on a condition of its own; `timers` know which moment is next, and `io` who waits for which socket.
//! Nothing here knows tasks, workers or
//! permits.

#[cfg(feature = "time")]
mod clock;
mod parker;

#[cfg(feature = "net")]
mod io;
#[cfg(feature = "time")]
mod timers;

#[cfg(feature = "time")]
pub(crate) use clock::{Clock, Tick};
#[cfg(feature = "net")]
pub(crate) use io::{Direction, Evented, IoHandle, Reactor, ReadyEvent};
pub(crate) use parker::Parker;
#[cfg(feature = "time")]
pub(crate) use timers::{Closed, Timer, Timers};

#[cfg(all(test, loom))]
mod tests;
