//! Where threads sleep until there is something to do: for a wake, for a moment, for a socket.
//!
//! The scheduler decides *who* sleeps and *who* is woken; here is *how*. A [`Parker`] is a place where one thread
//! sleeps on a condition of its own; the [`Driver`] of a runtime joins it with the sockets (`io`) and the moments
//! (`timers`) that tasks wait for, and sees to it that one thread attends to them (`attend`). For tests its clock can be
//! paused, and is put forward when nothing else can happen (`pause`).
//!
//! # Who calls it
//!
//! Workers sleep in it and look in at it. Leaf futures hold a registration or a timer, and are woken by their wakers.
//!
//! # Invariants
//!
//! 1. At most one thread waits in the reactor or dispatches its events: who has the attendant in hand.
//! 2. As long as a worker of the runtime is awake or asleep, some thread attends; see `attend`.
//! 3. Foreign code runs under none of the locks.
//!
//! # What it does not know
//!
//! Tasks, workers and permits: it knows wakers. Of the scheduler it asks a few things, by the trait [`Crew`].

mod attend;
mod clock;
#[cfg(feature = "net")]
mod make_reactor;
#[cfg(feature = "time")]
mod make_timers;
mod parker;

#[cfg(not(feature = "test-util"))]
#[path = "no_pause.rs"]
mod pause;
#[cfg(feature = "test-util")]
mod pause;

#[cfg(feature = "net")]
mod io;
#[cfg(not(feature = "net"))]
#[path = "no_io.rs"]
mod io;

#[cfg(feature = "time")]
mod timers;
#[cfg(not(feature = "time"))]
#[path = "no_timers.rs"]
mod timers;

#[cfg(test)]
mod tests;

pub(crate) use attend::{Crew, Driver, Occasion};
#[cfg(feature = "time")]
pub(crate) use clock::Clock;
#[cfg(feature = "test-util")]
pub(crate) use clock::Misuse;
pub(crate) use clock::Tick;
#[cfg(feature = "net")]
pub(crate) use io::{Batches, Direction, Evented, IoCounts, ReadyEvent, is_ended};
pub(crate) use io::{IoHandle, Reactor};
pub(crate) use parker::Parker;
#[cfg(feature = "test-util")]
pub(crate) use pause::QuietTicket;
pub(crate) use timers::Timers;
#[cfg(feature = "time")]
pub(crate) use timers::{Closed, Timer};
