//! A page that shows the inside of the running program to a browser, and its figures to Prometheus.
//!
//! One line in a program, and it can be looked into while it runs: what its tasks do or wait for and where they were spawned, what its
//! workers do, which polls take too long, and what the scheduler counts.
//!
//! ```no_run
//! let page = runtime::debug::serve("127.0.0.1:6060")?;
//! println!("see http://{}/", page.local_addr());
//! # std::io::Result::Ok(())
//! ```
//!
//! | path | is |
//! |---|---|
//! | `/` | the page: one file, which asks the following for what it shows, once a second |
//! | `/metrics` | the figures of each runtime in the text format of Prometheus |
//! | `/debug/status.json` | the same figures, and the workers and the stalls |
//! | `/debug/tasks.json` | the tasks of a runtime, grouped |
//! | `/debug/trace?seconds=5` | what all threads do in the next seconds, as a [`trace`](mod@crate::trace); the page draws it too |
//!
//! The format of the two documents of JSON is the page's own, and may change with it. All runtimes of the program are shown.
//!
//! # It answers when nothing else does
//!
//! The page has a thread of its own, with a runtime of its own, which is not shown. So it answers while every permit is taken by tasks that
//! compute or block; it takes no permit itself, and costs nothing while nobody looks. While somebody does, the tasks are what costs:
//! their dump takes less than a microsecond each, on a thread beside, and no more than a fifth of the time is spent on it, however many
//! there are and whoever asks. What is sent is bounded: tasks that are alike are one group, and of the groups the largest are told.
//!
//! # Who may look
//!
//! Whoever sees the page sees the program's inside. So it is bound to a loopback address, unless
//! [`allow_remote`](Builder::allow_remote) says otherwise, and there is no password. Everybody who has an account on the machine can see it.
//!
//! Nor can a foreign page in the user's browser: a request is refused that names a host which is neither `localhost` nor an address, as a
//! page does whose name was pointed here (DNS rebinding), unless other machines may look; and one for data that a browser says comes from another site. What is shown is put
//! into the page as text, and the page forbids all scripts but its own.
//!
//! # What it does not know
//!
//! How anything is measured: it asks [`RuntimeMetrics`](crate::runtime::RuntimeMetrics), [`dump`](mod@crate::dump) and [`trace`](mod@crate::trace), and counts nothing
//! itself. In reading order: `server` (the thread), `connection` (the limits), `visitor` (who may look), `routes`, `answer`; then what is
//! answered: `status` and `figures`, `prometheus`, `tasks` with `groups` and `census`, `trace`, `page`; `json` writes. It is safe code.

mod answer;
mod census;
mod connection;
mod figures;
mod groups;
mod json;
mod page;
mod prometheus;
mod query;
mod routes;
mod server;
mod status;
mod tasks;
mod trace;
mod visitor;

pub use server::{Builder, Server, serve};
