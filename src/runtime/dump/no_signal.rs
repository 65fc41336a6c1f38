//! In place of `on_signal` where there are no signals: nothing is printed.

use std::io;

/// What is chosen there.
pub(in crate::runtime) type SignalKind = std::convert::Infallible;

pub(in crate::runtime) fn start(_: Option<SignalKind>) -> io::Result<()> {
    Ok(())
}
