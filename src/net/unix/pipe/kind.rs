//! Whether a descriptor is an end of a pipe, and how it was opened.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
use std::os::unix::fs::FileTypeExt;

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

/// What an end has to be open for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Access {
    Read,
    Write,
}

/// Makes sure that `file` is an end of a pipe with that access, and makes it non-blocking.
pub(super) fn accept(file: &File, access: Access) -> io::Result<()> {
    has_to_be_pipe(file)?;
    let flags = fcntl_getfl(file)?;
    let mode = flags & OFlags::RWMODE;
    let (own, lacking) = match access {
        Access::Read => (OFlags::RDONLY, "the file is not open for reading"),
        Access::Write => (OFlags::WRONLY, "the file is not open for writing"),
    };
    if mode != own && mode != OFlags::RDWR {
        return Err(io::Error::new(ErrorKind::InvalidInput, lacking));
    }
    set_nonblocking(file, flags)
}

pub(super) fn has_to_be_pipe(file: &File) -> io::Result<()> {
    if file.metadata()?.file_type().is_fifo() {
        return Ok(());
    }
    Err(io::Error::new(ErrorKind::InvalidInput, "the file is not a pipe"))
}

fn set_nonblocking(fd: impl AsFd, flags: OFlags) -> io::Result<()> {
    if !flags.contains(OFlags::NONBLOCK) {
        fcntl_setfl(fd, flags | OFlags::NONBLOCK)?;
    }
    Ok(())
}
