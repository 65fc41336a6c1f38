//! Files and directories: the functions and types of [`std::fs`], which here do not block.
//!
//! Systems have no files that tell when they are ready, so that each operation is a call that blocks. It is made by a thread of
//! the blocking pool ([`spawn_blocking`](crate::task::spawn_blocking)), in any runtime and also outside of one. Such an operation
//! costs a few microseconds more than the call itself: who reads or writes little pieces wraps the file into a
//! [`BufReader`](crate::io::BufReader) or [`BufWriter`](crate::io::BufWriter), and who does much at once is best off with one
//! `spawn_blocking` round all of it. What is read and written whole is read and written by [`read`] and [`write()`] in one call.
//!
//! # Cancel safety
//!
//! A call that has begun cannot be stopped. If the future of one of the functions here is dropped, its call is made to its end if it has
//! begun, and not at all if it has not; its outcome is lost. A [`File`] remembers what it was doing, see there.
//!
//! # Errors
//!
//! All that the functions of `std::fs` report is reported as it is. Besides, an operation fails if the pool has no thread for it, or if the
//! runtime ends before it begins.
//!
//! # The end of the runtime
//!
//! Calls that were not begun are not made, and those that run are waited for, as all blocking closures are. What a [`File`]
//! has accepted for writing is written first, see there.
//!
//! # In reading order
//!
//! `asyncify` (a call and its future); `functions`, `links`; `open_options`, `file`; `dir_builder`, `read_dir`. What a file reads ahead, its
//! writes in the background and its position are in `io::blocking`, which the standard streams use too.
//!
//! This layer is safe code, but for making a file from a raw descriptor, whose owner nobody can check. It knows neither scheduler nor driver.

mod asyncify;

mod functions;
mod links;

mod file;
mod open_options;
#[cfg(unix)]
mod unix;

mod dir_builder;
mod read_dir;

pub use std::fs::FileTimes;

pub use dir_builder::DirBuilder;
pub use file::File;
pub use functions::{
    canonicalize, copy, create_dir, create_dir_all, metadata, read, read_to_string, remove_dir,
    remove_dir_all, remove_file, rename, set_permissions, symlink_metadata, try_exists, write,
};
#[cfg(unix)]
pub use links::symlink;
pub use links::{hard_link, read_link};
#[cfg(windows)]
pub use links::{symlink_dir, symlink_file};
pub use open_options::OpenOptions;
pub use read_dir::{DirEntry, ReadDir, read_dir};
