//! A source of events that is known by its descriptor alone.

use std::io;
use std::os::fd::{AsRawFd, RawFd};

use mio::event::Source;
use mio::unix::SourceFd;
use mio::{Interest, Registry, Token};

/// What the user gave, with the descriptor that it had then: by that one the system knows it.
#[derive(Debug)]
pub(super) struct Descriptor<T> {
    pub(super) inner: T,
    fd: RawFd,
}

impl<T: AsRawFd> Descriptor<T> {
    pub(super) fn new(inner: T) -> Self {
        let fd = inner.as_raw_fd();
        Self { inner, fd }
    }
}

impl<T> Source for Descriptor<T> {
    fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        SourceFd(&self.fd).register(registry, token, interest)
    }

    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        SourceFd(&self.fd).reregister(registry, token, interest)
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        SourceFd(&self.fd).deregister(registry)
    }
}
