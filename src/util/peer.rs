//! Who is at the other end of a Unix socket, on Linux.
//!
//! `rustix` has this call, but gives the number of the process as one that is never zero. The system says zero where there is no
//! such process: the socket is not connected, or the peer is not seen from this process's namespace.
//!
//! # Invariants
//!
//! 1. `SO_PEERCRED` writes at most the length that it is given, of three integers of which any value is one.

use std::io;
use std::mem::size_of;
use std::os::fd::{AsFd, AsRawFd};
use std::ptr::from_mut;

/// What the system says of the peer. It is zero, or all bits are set, where it knows nothing.
pub(crate) fn credentials(socket: impl AsFd) -> io::Result<libc::ucred> {
    let mut found = libc::ucred { pid: 0, uid: libc::uid_t::MAX, gid: libc::gid_t::MAX };
    let mut length = size_of::<libc::ucred>() as libc::socklen_t;
    let socket = socket.as_fd();
    // SAFETY: the descriptor is open while it is borrowed; the place and its length are ours alone, and hold whatever is
    // written there (1).
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_PEERCRED,
            from_mut(&mut found).cast(),
            &mut length,
        )
    };
    if result == 0 { Ok(found) } else { Err(io::Error::last_os_error()) }
}
