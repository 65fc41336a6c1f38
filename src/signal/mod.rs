//! Signals of the system: that somebody pressed Ctrl-C, that the process is to end, that a child has ended.
//!
//! [`ctrl_c`] waits for the one that most programs want. [`unix::signal`] gives a listener to any other.
//!
//! A listener belongs to no runtime: it may be made and polled anywhere, in a runtime that was built without I/O too, and
//! hears of signals as long as it is there, whichever runtimes end meanwhile.
//!
//! # The handler stays
//!
//! The first listener to a kind of signal takes it over for the whole process, and for good: what the system did before, which is
//! to end the process for most of them, it does no more, even if all listeners are dropped. So a program that
//! has once waited for Ctrl-C has to go on to listen if it is to be stopped by that. What was installed for the signal before by
//! others is still called.
//!
//! # Cost
//!
//! With the first listener one thread is started for the process, which sleeps until a signal comes. A signal wakes it, and it
//! wakes the listeners.
//!
//! # Examples
//!
//! ```no_run
//! use runtime::signal;
//!
//! # async fn run() -> std::io::Result<()> {
//! signal::ctrl_c().await?;
//! println!("ending");
//! # Ok(())
//! # }
//! ```

// Below stand `util` and `coop`. Here is no `unsafe`, and nothing is known of schedulers and drivers. The protocol is told in
// `unix::watcher` (from the handler to the thread) and `unix::slot` (from there to the listeners).

mod ctrl_c;
pub mod unix;

pub use ctrl_c::ctrl_c;

#[cfg(test)]
mod tests;
