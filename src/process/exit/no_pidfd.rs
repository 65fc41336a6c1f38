//! Systems without a descriptor for a process.

use std::io::{self, ErrorKind};
use std::process::Child;
use std::task::{Context, Poll};

/// There is none.
#[derive(Debug)]
pub(in crate::process) enum PidFd {}

impl PidFd {
    pub(super) fn open(_: &Child) -> io::Result<Self> {
        Err(ErrorKind::Unsupported.into())
    }

    pub(super) fn poll_ended(&self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        match *self {}
    }
}
