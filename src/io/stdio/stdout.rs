//! The standard output.

use std::io;

use super::output::{self, Output};

/// The standard output of the process; see [`stdout`].
#[derive(Debug)]
pub struct Stdout {
    output: Output<io::Stdout>,
    /// For its descriptor.
    #[cfg(unix)]
    stream: io::Stdout,
}

/// Makes a handle of the standard output of the process.
///
/// A write is ready as soon as the bytes are accepted, and is made in the background. They are shared with
/// [`std::io::stdout`], which keeps the last line until it is complete: a prompt is seen only when it is flushed.
///
/// Each handle has its own buffer and its own place in the order of writes: what is written by two handles may come in any
/// order, though each single `write` of up to 2 MiB stays in one piece. So a program makes one handle, and keeps it.
///
/// At the end of [`main`](macro@crate::main) what was accepted is written, if that takes no longer than a second.
///
/// # Cancel safety
///
/// A single `write` is safe, as it has accepted bytes only if it is ready. A flush is safe too, an error is reported by the next one.
///
/// # Errors
///
/// What could not be written is reported by the next write or flush, which also tries it again.
///
/// # Examples
///
/// ```
/// use runtime::io::{self, AsyncWriteExt};
///
/// # runtime::block_on(async {
/// let mut stdout = io::stdout();
/// stdout.write_all(b"What is your name? ").await?;
/// stdout.flush().await?;
/// # io::Result::Ok(())
/// # }).unwrap();
/// ```
pub fn stdout() -> Stdout {
    Stdout {
        output: Output::new(io::stdout()),
        #[cfg(unix)]
        stream: io::stdout(),
    }
}

output::face!(Stdout);
