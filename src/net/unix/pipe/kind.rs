//! Whether a descriptor is an end of a pipe, and how it was opened.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::FileTypeExt;

/// What an end has to be open for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Access {
    Read,
    Write,
}

/// Makes sure that `file` is an end of a pipe with that access.
///
/// An operation on no bytes takes nothing, brings nothing and does not wait; but for an end that is not open for it, it fails.
pub(super) fn check(mut file: &File, access: Access) -> io::Result<()> {
    has_to_be_pipe(file)?;
    let (tried, lacking) = match access {
        Access::Read => (file.read(&mut []), "the file is not open for reading"),
        Access::Write => (file.write(&[]), "the file is not open for writing"),
    };
    match tried {
        Err(error) if error.raw_os_error() == Some(libc::EBADF) => {
            Err(io::Error::new(ErrorKind::InvalidInput, lacking))
        }
        // What else is wrong with the pipe, whoever uses it is told.
        _ => Ok(()),
    }
}

pub(super) fn has_to_be_pipe(file: &File) -> io::Result<()> {
    if file.metadata()?.file_type().is_fifo() {
        return Ok(());
    }
    Err(io::Error::new(ErrorKind::InvalidInput, "the file is not a pipe"))
}
