//! The reactor, made when the first socket is. `attend` argues the steps.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};

use super::attend::Driver;
use super::{IoCounts, IoHandle, Reactor, Tick};
use crate::util::sync::fence;

impl Driver {
    /// The way to the reactor, which is made if there is none.
    ///
    /// # Errors
    ///
    /// If the system has no descriptors left.
    pub(crate) fn io(&self) -> io::Result<&Arc<IoHandle>> {
        match self.io.get() {
            Some(io) => Ok(io),
            None => self.make_io(),
        }
    }

    /// What was counted of sockets; nothing if there never were any.
    pub(crate) fn io_counts(&self) -> IoCounts {
        self.io.get().map_or_else(IoCounts::default, |io| io.counts())
    }

    #[cold]
    fn make_io(&self) -> io::Result<&Arc<IoHandle>> {
        let mut fresh = self.fresh.lock();
        if self.io.get().is_none() {
            let reactor = Reactor::new(self.crew.batches())?;
            if self.closed.load(Relaxed) {
                reactor.handle().close();
            }
            let _ = self.io.set(reactor.handle().clone());
            *fresh = Some(reactor);
        }
        drop(fresh);
        fence(SeqCst);
        self.reach(Tick::default());
        Ok(self.io.get().expect("it was just made"))
    }
}
