//! Traces: what every thread did, when, and who woke whom.
//!
//! A dump shows what waits now, and metrics how often what happened. A trace shows how it came to that: it is opened in
//! [Perfetto](https://ui.perfetto.dev) or `chrome://tracing`, has a line for each thread, and on it each poll with the task's
//! number, type and place, with arrows from each wake to the poll that it led to.
//!
//! # How to take one
//!
//! | you want | write |
//! |---|---|
//! | a trace of a whole program, which need not know of it | `RUNTIME_TRACE=trace.json` in its environment |
//! | a trace of a part of it | [`start`], and [`stop`] |
//! | to have the last events when something goes wrong | [`flight_recorder`] |
//! | your own words in it | [`mark`], [`region`] |
//!
//! A trace covers all runtimes of the process, and all threads that spawn, wake or mark. `RUNTIME_TRACE` records from
//! the first runtime on; the file is written when the last runtime ends, which is the end of `#[main]` too, or (on Unix) when the
//! process exits. A child process that is forked off writes one of its own, with its number at the end of the name.
//!
//! # What is in it
//!
//! | on the thread | is |
//! |---|---|
//! | a slice with the name of a type | a poll, a blocking closure, or, in `block_on ..`, a poll of its future |
//! | `park` | it sleeps |
//! | `look at the driver`, `unpark`, `search` | it fires timers, tells of sockets, steals; not drawn where it found nothing |
//! | an instant `spawn`, `wake` | with an arrow to the poll that comes of it |
//! | `steal`, `timers fired`, `ready` | tasks taken from a worker; how many timers; a registration of a socket |
//! | `retake`, `poll takes long` | on the monitor's line: a permit was taken from a worker, and a task that stalls others |
//! | `grant` | a free permit was given to a worker, such as one that was just taken |
//!
//! A task that is woken in its own poll is queued again without a `wake`; one that is queued already is not woken a
//! second time.
//!
//! # What is exact
//!
//! Begin and end of a poll are exact where polls take long: more than 12 us. A worker that makes short polls reads the clock after
//! up to 256 events, about once in 3 us; between two readings events are in order but their times are evenly spread. Each says so
//! in `within ns`, the time between the two readings, or 0 if it is exact. When a long poll follows many
//! short ones, it may be one of up to 256 events whose common time is long; the next ones are exact, and a poll of more than
//! 3 ms is named by the monitor. The end of a poll is the beginning of what its worker does next.
//!
//! # What it costs
//!
//! Without a recording, a load and a branch that is not taken for each event. With one, a poll or a wake costs 2 to 4 ns: a tenth of
//! a yield, or a sixth where several workers fill their rings at a time. Half of that or more is to write 32 bytes to memory that
//! the nearest caches do not hold; the clock
//! is read once in up to 256 of them. Memory is bounded: each thread has a ring of 65,536 events of 32 bytes
//! ([`Options::events_per_thread`]), which takes memory as it fills, and then overwrites the oldest. What was overwritten is counted
//! ([`Trace::overwritten`], and a counter for each thread in the file). Of threads that have ended the last 64 rings are kept.
//!
//! # How it is built
//!
//! In reading order: `switch` (is anything recorded), `event`, `ring` (the protocol between who records and who collects), `pace`
//! (when the clock is read), `pen` (a thread's writer at hand), `recorder` (a thread's half), `hooks` (what the runtime calls), `recording` (who wants it, and all
//! rings), `timeline` (from events to what is drawn), `flows` (which wake led to which poll), `json`, `user`, `environment`.
//!
//! It stands under all that calls it, and knows no tasks, workers or sockets: only their numbers, and references to statics.

mod environment;
mod event;
mod flows;
mod hooks;
mod json;
mod pace;
mod pen;
mod recorder;
mod recording;
mod ring;
mod switch;
mod timeline;
mod user;

#[cfg(test)]
mod tests;

pub use user::{
    Error, FlightRecorder, Options, Region, Trace, flight_recorder, is_recording, mark, region,
    start, stop,
};

pub(crate) use environment::{runtime_built, runtime_ended};
pub(crate) use event::{Source, TypeName};
pub(crate) use hooks::*;
pub(crate) use recorder::{Recorder, on_this_thread};
