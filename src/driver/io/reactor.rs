//! The reactor: where one thread waits for the events of all sockets, and tells whom they concern.
//!
//! [`Reactor`] is the right to wait, and there is one: who has it in hand waits, holding no lock. [`IoHandle`] is what
//! everybody has: it registers, and wakes the one who waits.
//!
//! Waiting and telling are two calls, [`turn`](Reactor::turn) and [`dispatch`](Reactor::dispatch): between them the
//! thread may get itself the right to run what it is about to wake. What was taken from the system by the first
//! must go through the second, since it is reported once.
//!
//! # What it does not know
//!
//! Who waits in it and for how long, timers, and what the wakers wake. A signal or a wake-up ends a turn without
//! events, as if the time were over.

use std::fmt;
use std::io::{self, ErrorKind};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use mio::event::{Event, Source};
use mio::{Events, Poll, Registry, Token, Waker};

use super::registration::Registration;
use super::sys;
use super::table::{Key, Table};
use crate::io::{Interest, Ready};
use crate::trace;
use crate::util::process::Process;

/// How many events are taken from the system at once; what is left over comes in the next turn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Batches {
    /// At the end of a wait.
    pub(crate) waiting: NonZeroUsize,
    /// Where there is no wait, since the thread has something to do; if that is not the same.
    pub(crate) looking: Option<NonZeroUsize>,
}

/// The right to wait for events.
pub(crate) struct Reactor {
    poll: Poll,
    events: Events,
    /// Those of turns without a wait, if they have a place of their own.
    seen: Option<Events>,
    handle: Arc<IoHandle>,
}

/// What everybody has of a reactor.
///
/// | field | used by |
/// |---|---|
/// | `registry`, `waker` | anyone; the system guards them |
/// | `table` | anyone, see `table` |
/// | `events` | anyone reads; written by who has the [`Reactor`] |
/// | `process` | anyone |
pub(crate) struct IoHandle {
    registry: Registry,
    waker: Waker,
    table: Table,
    /// How many events were handed out.
    events: AtomicU64,
    /// The one that made it. Its descriptors are open in children that are forked off it too, and are the same there.
    process: Process,
}

/// What was counted since the reactor was made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct IoCounts {
    pub(crate) registered: u64,
    pub(crate) deregistered: u64,
    /// Events that were handed out.
    pub(crate) events: u64,
}

impl Default for Batches {
    fn default() -> Self {
        const WAITING: NonZeroUsize = NonZeroUsize::new(1024).unwrap();
        Self { waiting: WAITING, looking: None }
    }
}

impl Reactor {
    /// # Errors
    ///
    /// If the system has no descriptors left.
    pub(crate) fn new(batches: Batches) -> io::Result<Self> {
        let poll = Poll::new()?;
        let registry = poll.registry().try_clone()?;
        let waker = Waker::new(&registry, Token(Key::NOBODY.0))?;
        let handle = Arc::new(IoHandle {
            registry,
            waker,
            table: Table::new(),
            events: AtomicU64::new(0),
            process: Process::current(),
        });
        let events = |most: NonZeroUsize| Events::with_capacity(most.get());
        let seen = batches.looking.map(events);
        Ok(Self { poll, events: events(batches.waiting), seen, handle })
    }

    pub(crate) fn handle(&self) -> &Arc<IoHandle> {
        &self.handle
    }

    /// Waits once, until there are events, [`IoHandle::wake`] was called, the time is over, or a signal came.
    ///
    /// Without a timeout it waits as long as it takes; with one of zero it only looks.
    pub(crate) fn turn(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        debug_assert!(!self.has_events(), "the events of the last turn were not dispatched");
        let events = match &mut self.seen {
            Some(seen) if timeout == Some(Duration::ZERO) => seen,
            _ => &mut self.events,
        };
        match sys::wait(&mut self.poll, events, timeout) {
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            result => result,
        }
    }

    /// Whether the last turn found events.
    pub(crate) fn has_events(&self) -> bool {
        !self.events.is_empty() || self.seen.as_ref().is_some_and(|seen| !seen.is_empty())
    }

    /// Tells the registrations of the events of the last turn, and wakes whom they concern, under no lock.
    pub(crate) fn dispatch(&mut self) {
        let news = |event: &Event| {
            trace::ready(event.token().0);
            (Key(event.token().0), Ready::from_event(event))
        };
        // One of the two has them, by the last turn.
        let events = match &mut self.seen {
            Some(seen) if !seen.is_empty() => seen,
            _ => &mut self.events,
        };
        let of_sockets = || events.iter().filter(|event| event.token().0 != Key::NOBODY.0);
        let events_before = self.handle.events.load(Relaxed);
        self.handle.events.store(events_before + of_sockets().count() as u64, Relaxed);
        self.handle.table.dispatch(of_sockets().map(news));
        events.clear();
    }
}

impl IoHandle {
    /// How many objects are registered.
    pub(crate) fn registrations(&self) -> usize {
        self.table.len()
    }

    /// Whether anybody waits for one of them.
    pub(crate) fn is_awaited(&self) -> bool {
        self.table.is_awaited()
    }

    /// Registers `source` for `interest`.
    ///
    /// # Errors
    ///
    /// If the system refuses, or the runtime has ended.
    pub(crate) fn register(
        self: &Arc<Self>,
        source: &mut impl Source,
        interest: Interest,
    ) -> io::Result<Registration> {
        let (key, entry) = self.table.insert()?;
        // If the system refuses, the drop of the registration gives the place back.
        let registration = Registration::new(self.clone(), entry, key);
        self.registry.register(source, Token(key.0), interest.to_mio())?;
        Ok(registration)
    }

    pub(crate) fn counts(&self) -> IoCounts {
        let (registered, deregistered) = self.table.counts();
        IoCounts { registered, deregistered, events: self.events.load(Relaxed) }
    }

    /// Ends the wait of whoever waits, or else the next one.
    pub(crate) fn wake(&self) {
        self.waker.wake().expect("the reactor's own descriptor takes a wake-up");
    }

    /// The runtime ends: from now on every operation fails, and whoever waits is woken to learn so.
    pub(crate) fn close(&self) {
        self.table.end();
    }

    /// Makes the system forget `source`; not in a child process, since the parent would get no more events of it.
    pub(super) fn deregister(&self, source: &mut impl Source) -> io::Result<()> {
        if self.is_inherited() {
            return Ok(());
        }
        self.registry.deregister(source)
    }

    /// Gives a place back; not in a child process, where the lock may be held for ever.
    pub(super) fn forget(&self, key: Key) {
        if !self.is_inherited() {
            self.table.remove(key);
        }
    }

    fn is_inherited(&self) -> bool {
        self.process != Process::current()
    }
}

impl fmt::Debug for Reactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reactor").field("handle", &self.handle).finish_non_exhaustive()
    }
}

impl fmt::Debug for IoHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IoHandle").field("table", &self.table).finish_non_exhaustive()
    }
}
