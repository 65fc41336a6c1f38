//! Who is at the other end.

use std::io;
use std::os::fd::AsFd;

use super::{gid_t, pid_t, uid_t};

/// Who a process was when it made its end of a connection; see
/// [`UnixStream::peer_cred`](crate::net::UnixStream::peer_cred).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct UCred {
    pid: Option<pid_t>,
    uid: uid_t,
    gid: gid_t,
}

impl UCred {
    /// The user that it ran as.
    pub fn uid(&self) -> uid_t {
        self.uid
    }

    /// The group that it ran as.
    pub fn gid(&self) -> gid_t {
        self.gid
    }

    /// Its number, where the system tells it: not of a peer in another namespace of processes, nor where there is no peer.
    pub fn pid(&self) -> Option<pid_t> {
        self.pid
    }

    #[cfg(any(target_os = "android", target_os = "linux"))]
    pub(super) fn of_peer(socket: impl AsFd) -> io::Result<Self> {
        let found = crate::util::peer::credentials(socket)?;
        let pid = Some(found.pid).filter(|&pid| pid != 0);
        Ok(Self { pid, uid: found.uid, gid: found.gid })
    }

    #[cfg(not(any(target_os = "android", target_os = "linux")))]
    pub(super) fn of_peer(_socket: impl AsFd) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "credentials are read on Linux alone"))
    }
}
