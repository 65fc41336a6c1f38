//! Sockets: what the system says of them, and who is told.
//!
//! In the [`Reactor`] one thread waits for the events of all I/O objects; each of them has a [`Registration`], through
//! which it learns what it is ready for. In reading order: `readiness` (what the system said), `entry` (who waits for
//! it), `table` (whom an event is for), `credit` (what is told without budget), `registration` and `source` (what a socket owns), `reactor`, `sys` (waits
//! shorter than a millisecond).
//!
//! # Invariants
//!
//! 1. Wakers are woken, cloned and dropped under none of the locks.
//! 2. The locks are taken in this order: the table's, an entry's. Nobody waits for events while he holds one.
//!
//! It does not know who waits in the reactor and for how long, nor timers: that is `attend`'s.

mod credit;
mod entry;
mod reactor;
mod readiness;
mod registration;
mod source;
mod sys;
mod table;

#[cfg(test)]
mod tests;

pub(crate) use entry::Direction;
pub(crate) use reactor::{Batches, IoCounts, IoHandle, Reactor};
pub(crate) use readiness::{ReadyEvent, is_ended};
pub(crate) use source::Evented;
