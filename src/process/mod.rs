//! Child processes: starting them, talking to them, and waiting for their end.
//!
//! [`Command`] says what to start and how, as the standard library's does; [`Child`] is what was started. Its standard streams,
//! where they are [piped](std::process::Stdio::piped), are read and written through
//! [`AsyncReadExt`](crate::io::AsyncReadExt) and [`AsyncWriteExt`](crate::io::AsyncWriteExt). Nothing here blocks a thread
//! while a child runs.
//!
//! # Who cleans up
//!
//! A child that has ended stays in the system's table, as a "zombie", until its parent asks how it ended.
//! [`wait`](Child::wait), [`try_wait`](Child::try_wait) and the futures of [`Command`] do that. A [`Child`] that is dropped
//! before goes on running, unless [`kill_on_drop`](Command::kill_on_drop) says otherwise; in both cases it is asked when it has
//! ended, by a thread of the process that waits for that and is started when it is first needed. No runtime has a part in
//! that: it happens while all of them are idle, and after they have ended.
//!
//! # Which runtime
//!
//! The standard streams belong to the runtime in which the child was started, as sockets do: when it ends, they fail. To wait
//! for the end of a child works in any runtime.
//!
//! # Examples
//!
//! ```
//! use runtime::process::Command;
//!
//! # runtime::block_on(async {
//! let output = Command::new("echo").arg("hello").output().await?;
//! assert!(output.status.success());
//! assert_eq!(output.stdout, b"hello\n");
//! # Ok::<(), std::io::Error>(())
//! # }).unwrap();
//! ```
//!
//! To write to a child and to read from it at the same time takes two tasks, or two branches: a child that nobody
//! reads from stops reading too.
//!
//! ```
//! use std::process::Stdio;
//! use runtime::io::AsyncWriteExt;
//! use runtime::process::Command;
//!
//! # runtime::block_on(async {
//! let mut sort = Command::new("sort").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
//! let mut stdin = sort.stdin.take().expect("it is piped");
//! let writer = runtime::spawn(async move { stdin.write_all(b"b\nc\na\n").await });
//! let output = sort.wait_with_output().await?;
//! assert_eq!(output.stdout, b"a\nb\nc\n");
//! writer.await.expect("it does not panic")
//! # }).unwrap();
//! ```

// What stands below: `std::process` starts and asks; the streams are the ends of `net::unix::pipe`; the end of a child is
// told by `exit`, through the driver or `signal`; `orphans` has the children that nobody waits for. Here is no concurrency but in
// `orphans`, and no `unsafe` but what `Command::pre_exec` passes on.

mod child;
mod command;
mod exit;
mod orphans;
mod output;
mod running;
mod stdio;

pub use child::Child;
pub use command::Command;
pub use stdio::{ChildStderr, ChildStdin, ChildStdout};

#[cfg(all(test, not(loom), target_os = "linux"))]
mod tests;
