//! The standard error output.

use std::io;

use super::output::{self, Output};

/// The standard error output of the process; see [`stderr`].
#[derive(Debug)]
pub struct Stderr {
    output: Output<io::Stderr>,
    /// For its descriptor.
    #[cfg(unix)]
    stream: io::Stderr,
}

/// Makes a handle of the standard error output of the process.
///
/// A write is ready as soon as the bytes are accepted, and is made in the background, at once and line or not.
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
/// let mut stderr = io::stderr();
/// stderr.write_all(b"that went wrong\n").await?;
/// stderr.flush().await?;
/// # io::Result::Ok(())
/// # }).unwrap();
/// ```
pub fn stderr() -> Stderr {
    Stderr {
        output: Output::new(io::stderr()),
        #[cfg(unix)]
        stream: io::stderr(),
    }
}

output::face!(Stderr);
