//! Timers: which moment is next, and who is told when it comes.
//!
//! A future that waits for a moment holds a [`Timer`], which is linked into the [`Timers`] of the worker that polled it
//! first. In reading order: `wheel` (which deadline is next), `shared` (one wheel and its lock), `timer` (what the
//! future holds). Who fires timers, and who sleeps until when, is `attend`'s business: it calls [`Timers::fire`], reads
//! [`Timers::next`], and is told of earlier deadlines.

mod shared;
mod timer;
mod wheel;

#[cfg(test)]
mod tests;

pub(crate) use shared::Timers;
pub(crate) use timer::{Closed, Timer};
