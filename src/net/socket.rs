//! Beginning to connect a socket that was made before.

use std::io;

use socket2::{SockAddr, Socket};

/// How far an attempt to connect has come.
#[must_use = "an attempt that has only begun has to be waited for"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Attempt {
    Done,
    Begun,
}

/// Begins to connect a non-blocking socket.
pub(super) fn begin_to_connect(socket: &Socket, address: &SockAddr) -> io::Result<Attempt> {
    match socket.connect(address) {
        Ok(()) => Ok(Attempt::Done),
        Err(error) if is_in_progress(&error) => Ok(Attempt::Begun),
        Err(error) => Err(error),
    }
}

/// Of a Unix socket `WouldBlock` is an error, and there is nothing to wait for: its listener's queue is full.
#[cfg(unix)]
fn is_in_progress(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::EINPROGRESS)
}

#[cfg(not(unix))]
fn is_in_progress(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::WouldBlock
}
