//! That two halves do not belong together.
//!
//! It stands alone, so that those who name it can take all that is in here: an alias hides the type's name with the
//! parameter, and leaves the constructor, which an alias does not bring.

use std::error::Error;
use std::fmt;

use super::{OwnedReadHalf, OwnedWriteHalf, Stream};

/// That two halves are not of one stream: they are in here, unchanged.
#[derive(Debug)]
pub struct ReuniteError<S: Stream>(pub OwnedReadHalf<S>, pub OwnedWriteHalf<S>);

impl<S: Stream> fmt::Display for ReuniteError<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the halves are not of the same stream")
    }
}

impl<S: Stream + fmt::Debug> Error for ReuniteError<S> {}
