//! An I/O object together with its registration.

use std::io;
use std::ops::Deref;
use std::sync::Arc;

use mio::event::Source;

use super::reactor::IoHandle;
use super::registration::Registration;
use crate::io::Interest;

/// A source of events that is registered for as long as it is in here.
///
/// The system forgets it before it is closed: a descriptor that was duplicated would otherwise go on to report
/// events, to a registration that is gone.
#[derive(Debug)]
pub(crate) struct Evented<S: Source> {
    /// There until this is dropped or taken apart.
    source: Option<S>,
    registration: Registration,
}

impl<S: Source> Evented<S> {
    /// Registers `source`.
    ///
    /// # Errors
    ///
    /// If the system refuses, or the runtime has ended.
    pub(crate) fn new(handle: &Arc<IoHandle>, source: S, interest: Interest) -> io::Result<Self> {
        Self::try_new(handle, source, interest).map_err(|(_source, error)| error)
    }

    /// As [`new`](Self::new), and gives the source back with the error.
    pub(crate) fn try_new(
        handle: &Arc<IoHandle>,
        mut source: S,
        interest: Interest,
    ) -> Result<Self, (S, io::Error)> {
        match handle.register(&mut source, interest) {
            Ok(registration) => Ok(Self { source: Some(source), registration }),
            Err(error) => Err((source, error)),
        }
    }

    pub(crate) fn registration(&self) -> &Registration {
        &self.registration
    }

    /// The source, no longer registered.
    ///
    /// # Errors
    ///
    /// If the system does not know it; the source is closed then.
    pub(crate) fn into_source(self) -> io::Result<S> {
        let (source, forgotten) = self.release();
        forgotten.map(|()| source)
    }

    /// The source, no longer registered if the system knew it.
    pub(crate) fn release(mut self) -> (S, io::Result<()>) {
        let mut source = self.source.take().expect("a source is taken once");
        let forgotten = self.registration.deregister(&mut source);
        (source, forgotten)
    }

    /// The source, to be changed, and its registration. For the system it has to stay the same one.
    #[cfg(unix)]
    pub(crate) fn parts_mut(&mut self) -> (&mut S, &Registration) {
        let source = self.source.as_mut().expect("a source is there until it is taken");
        (source, &self.registration)
    }
}

impl<S: Source> Deref for Evented<S> {
    type Target = S;

    fn deref(&self) -> &S {
        self.source.as_ref().expect("a source is there until it is taken")
    }
}

impl<S: Source> Drop for Evented<S> {
    fn drop(&mut self) {
        if let Some(source) = &mut self.source {
            // It fails if somebody closed the descriptor behind our back; then there is nothing to forget.
            let _ = self.registration.deregister(source);
        }
    }
}
