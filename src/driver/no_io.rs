//! In place of `io` where no feature needs it: there is nothing to make a reactor of.

use std::io;
use std::sync::Arc;
use std::time::Duration;

/// There is none.
pub(crate) enum Reactor {}

/// There is none.
#[derive(Debug)]
pub(crate) enum IoHandle {}

impl Reactor {
    pub(crate) fn handle(&self) -> &Arc<IoHandle> {
        match *self {}
    }

    pub(crate) fn turn(&mut self, _: Option<Duration>) -> io::Result<()> {
        match *self {}
    }

    pub(crate) fn has_events(&self) -> bool {
        match *self {}
    }

    pub(crate) fn dispatch(&mut self) {
        match *self {}
    }
}

impl IoHandle {
    pub(crate) fn registrations(&self) -> usize {
        match *self {}
    }

    pub(crate) fn is_awaited(&self) -> bool {
        match *self {}
    }

    pub(crate) fn wake(&self) {
        match *self {}
    }

    pub(crate) fn close(&self) {
        match *self {}
    }
}
