//! From the handler to the listeners: one thread of the process.
//!
//! A signal interrupts some thread in the middle of anything, so its handler can take no lock and wake no task. The handler,
//! which is `signal-hook`'s, sets a flag for the signal and writes a byte into a socket; a thread reads there, and
//! does what the handler could not.
//!
//! # Steps
//!
//! *Handler*: 1. sets the flag of the signal; 2. writes a byte, or finds the socket full.
//!
//! *Thread*: 1. waits for a byte; 2. reads all bytes that are there; 3. takes back each flag that is set, and delivers its signal;
//! 4. begins again.
//!
//! *A new listener*: 1. reads in the slot what is over for it; 2. locks; 3. starts the thread if there is none; 4. has the handler
//! installed if it is not; 5. unlocks.
//!
//! # Why no signal is lost
//!
//! The flag is set before the byte is written, and a socket orders what was done before a write before what is done after the read
//! of it (the flags themselves are `SeqCst`). If the thread takes the byte in its step 2, step 3 comes after and sees the flag.
//! Else the byte, or those that filled the socket, are there in the next step 1. A signal that comes after its flag was taken back
//! sets it anew. Several that come before are one, which is what listeners are promised. The first that is caught is delivered
//! after the new listener's step 1, so it is not over for that.
//!
//! # Runtimes and processes
//!
//! No runtime has a part in this, so none takes anything along when it ends, an idle one is not woken, and listeners
//! work where there is none. A child that is forked off has no such thread; its first listener makes another watcher
//! ([`PerProcess`]). The handlers of the parent are installed in the child too, and write into the parent's socket, which
//! both have: the parent's thread wakes, and finds no flag, since those are in the memory of the child. What the parent
//! listens to, the child takes over without a listener as well, which is how it is with handlers. If another thread
//! of the parent installs a handler, or is in one, in the moment of the fork, the table of `signal-hook` may stay locked in the
//! child: then it cannot make a listener.
//!
//! # Rejected
//!
//! - *A socket that is registered with a driver*: with which? Each runtime would need it, would be woken by each signal, and a
//!   signal would wait for a runtime that is busy. One runtime would take the signals of the others along.
//! - *The monitor's thread*: it sleeps on a condition, and looks after workers when it should; wakers are foreign code.
//! - *A handler of our own*: it needs `unsafe`, and a table that a handler may read while others add to it, which is what the
//!   crate is about.

use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

use signal_hook::consts::FORBIDDEN;
use signal_hook::iterator::{Handle, Signals};

use super::SignalKind;
use super::slot::Slot;
use crate::scheduler::deadlock::{Known, add_source};
use crate::util::contain::contain;
use crate::util::process::PerProcess;
use crate::util::sync::Mutex;

/// More than any system has signals, and as many as `signal-hook` bears.
const SLOTS: usize = 128;

/// | field | who |
/// |---|---|
/// | `slots`, `tools` | anyone; each has a lock |
/// | `delivers` | written by the thread |
/// | `handle` | who makes a listener, under the lock; there once the thread is |
#[derive(Debug)]
pub(super) struct Watcher {
    slots: Vec<Slot>,
    /// The same for listeners of this crate's own that wake no task.
    tools: Vec<Slot>,
    /// Whether a signal is being delivered.
    delivers: AtomicBool,
    handle: Mutex<Option<Handle>>,
}

impl Watcher {
    /// That of this process.
    pub(super) fn of_this_process() -> &'static Self {
        static WATCHER: PerProcess<Watcher> = PerProcess::new();
        WATCHER.get(|| Self {
            slots: (0..SLOTS).map(|_| Slot::new()).collect(),
            tools: (0..SLOTS).map(|_| Slot::new()).collect(),
            delivers: AtomicBool::new(false),
            handle: Mutex::new(None),
        })
    }

    /// Has a kind of signal caught, from now on.
    ///
    /// # Errors
    ///
    /// If that cannot be caught, or the system refuses, or has no descriptors or threads left.
    pub(super) fn watch(&'static self, kind: SignalKind) -> io::Result<()> {
        self.slot(kind)?;
        let mut handle = self.handle.lock();
        let handle = match &mut *handle {
            Some(handle) => handle,
            none => none.insert(self.start()?),
        };
        handle.add_signal(kind.as_raw_value())
    }

    /// The slot of a kind of signal, which may not be caught yet.
    ///
    /// # Errors
    ///
    /// If that cannot be caught.
    pub(super) fn slot(&self, kind: SignalKind) -> io::Result<&Slot> {
        Self::slot_among(&self.slots, kind)
    }

    /// As [`slot`](Self::slot), for a listener that wakes no task.
    ///
    /// # Errors
    ///
    /// As there.
    pub(super) fn tool_slot(&self, kind: SignalKind) -> io::Result<&Slot> {
        Self::slot_among(&self.tools, kind)
    }

    fn slot_among(slots: &[Slot], kind: SignalKind) -> io::Result<&Slot> {
        let number = kind.as_raw_value();
        let slot = usize::try_from(number).ok().filter(|_| number != 0);
        let Some(slot) = slot.and_then(|number| slots.get(number)) else {
            return Err(refused(format!("there is no signal {number}")));
        };
        if FORBIDDEN.contains(&number) {
            return Err(refused(format!("signal {number} cannot be listened to")));
        }
        Ok(slot)
    }

    fn start(&'static self) -> io::Result<Handle> {
        let signals = Signals::new(&[] as &[i32])?;
        let handle = signals.handle();
        thread::Builder::new().name("gosched-signal".into()).spawn(|| self.run(signals))?;
        add_source(|| Self::of_this_process().may_wake());
        Ok(handle)
    }

    /// Whether a signal may wake anybody: somebody listens to one, or is being woken.
    fn may_wake(&self) -> bool {
        self.delivers.load(SeqCst) || self.slots.iter().any(Slot::is_awaited)
    }

    fn run(&self, mut signals: Signals) {
        let _known = Known::new();
        for number in signals.forever() {
            let Ok(number) = usize::try_from(number) else { continue };
            self.delivers.store(true, SeqCst);
            for slot in [self.slots.get(number), self.tools.get(number)].into_iter().flatten() {
                contain(|| slot.deliver());
            }
            self.delivers.store(false, SeqCst);
        }
    }
}

fn refused(reason: String) -> io::Error {
    io::Error::new(ErrorKind::InvalidInput, reason)
}
