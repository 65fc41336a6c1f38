//! The standard streams of the process.
//!
//! The standard library's, which block, made streams for tasks by `io::blocking`. `output` is what `stdout` and `stderr` have in
//! common.

mod output;

mod stderr;
mod stdin;
mod stdout;

pub use stderr::{Stderr, stderr};
pub use stdin::{Stdin, stdin};
pub use stdout::{Stdout, stdout};
