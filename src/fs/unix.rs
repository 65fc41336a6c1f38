//! Files and descriptors.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use super::File;

impl AsFd for File {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.std.as_fd()
    }
}

impl AsRawFd for File {
    fn as_raw_fd(&self) -> RawFd {
        self.std.as_raw_fd()
    }
}

impl From<OwnedFd> for File {
    fn from(fd: OwnedFd) -> Self {
        Self::from_std(fd.into())
    }
}

impl FromRawFd for File {
    /// Takes over an open descriptor.
    ///
    /// # Safety
    ///
    /// As [`std::os::fd::OwnedFd::from_raw_fd`]: it is open, and belongs to nobody else.
    unsafe fn from_raw_fd(fd: RawFd) -> Self {
        // SAFETY: the caller promises what is asked for here, word for word.
        Self::from(unsafe { OwnedFd::from_raw_fd(fd) })
    }
}
