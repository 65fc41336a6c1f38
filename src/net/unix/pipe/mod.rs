//! Pipes: bytes that go one way, between processes or within one.
//!
//! [`pipe()`] makes one without a name; [`OpenOptions`] opens an end of one that has a name in the file system (a FIFO).
//!
//! # Short reads
//!
//! A pipe may be in packet mode, where a read stops behind each packet. So here too a short read says nothing about what is
//! left.

mod kind;
mod open;
mod receiver;
mod sender;

use std::io;

pub use open::OpenOptions;
pub use receiver::Receiver;
pub use sender::Sender;

/// A new pipe without a name.
///
/// # Errors
///
/// If the system refuses, or the runtime has ended.
///
/// # Panics
///
/// If the runtime was built without I/O.
///
/// # Examples
///
/// ```
/// use runtime::io::{AsyncReadExt, AsyncWriteExt};
/// use runtime::net::unix::pipe;
///
/// runtime::block_on(async {
///     let (mut sender, mut receiver) = pipe::pipe()?;
///     sender.write_all(b"ping").await?;
///     drop(sender);
///     let mut all = String::new();
///     receiver.read_to_string(&mut all).await?;
///     assert_eq!(all, "ping");
///     # Ok::<(), std::io::Error>(())
/// })
/// # .unwrap();
/// ```
#[track_caller]
pub fn pipe() -> io::Result<(Sender, Receiver)> {
    let (sender, receiver) = mio::unix::pipe::new()?;
    Ok((Sender::new(sender)?, Receiver::new(receiver)?))
}
