//! In place of `guest` where no library insists on Tokio's runtime.

use std::io;

/// There is none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Guest;

/// Nothing was entered.
#[derive(Debug)]
pub(crate) struct Entered;

impl Guest {
    pub(crate) fn of_this_process() -> io::Result<Self> {
        Ok(Self)
    }

    #[inline]
    pub(crate) fn enter(self) -> Entered {
        Entered
    }
}
