//! Children that were dropped while they ran.
//!
//! Somebody has to ask each of them how it ended, or it stays in the system's table as long as this process lives. Nobody
//! awaits that, and the runtime may be idle, or gone. So the children stand in a queue of the process, and the thread that delivers
//! signals (`signal::unix::watcher`) goes through it when one says that a child has ended: it calls [`Reaper`], the waker of
//! a listener that the queue has.
//!
//! # The two sides
//!
//! *Adopting* a child: 1. lock; 2. if nobody listens yet, begin to, and ask those that are in the queue; 3. ask the child, which is
//! done with if it has ended; 4. else put it into the queue; 5. unlock.
//!
//! *Reaping*, after the signal: 1. lock; 2. receive the signal, and wait for the next; 3. ask all that are in the queue, and let
//! go of those that have ended; 4. unlock.
//!
//! # Why none is left
//!
//! A child ends, and then there is a signal, and then a reaping. If the child's adoption has the lock before that reaping, the
//! reaping finds it. Else the child had ended before step 3 of the adoption, which finds that. Signals that come while
//! a reaping is under way are received by the next, since each waits for the next one before it asks.
//!
//! # Where the system gives no thread
//!
//! Or no descriptors: then nobody listens. The children are kept, and the next adoption tries again.
//!
//! # Cost
//!
//! A child that ends costs a question to each that is in the queue. They are children that their owner has let go
//! of, and run on: few, as a rule.
//!
//! # Rejected
//!
//! - *A task of the runtime for each child*: it ends with the runtime, and there may be none.
//! - *To wait in the drop*: it would block a worker for as long as the child likes to run, even after a kill.
//! - *To have the system forget about children* (`SA_NOCLDWAIT`): then nobody learns how his child ended.

use std::process::Child;
use std::sync::Arc;
use std::task::{Wake, Waker};

use crate::signal::unix::{Signal, SignalKind, signal};
use crate::util::process::PerProcess;
use crate::util::sync::Mutex;

/// See the module's prose.
pub(super) struct Orphans(Mutex<State>);

struct State {
    children: Vec<Child>,
    listener: Option<Signal>,
}

/// Takes the child, whose end is not yet known.
pub(super) fn adopt(mut child: Child) {
    // Mostly it has ended: then nobody needs to listen.
    if runs(&mut child) {
        Orphans::of_this_process().adopt(child);
    }
}

/// Whether a child has still to be asked.
fn runs(child: &mut Child) -> bool {
    // It fails if somebody else has asked it.
    matches!(child.try_wait(), Ok(None))
}

impl Orphans {
    pub(super) fn of_this_process() -> &'static Self {
        static ORPHANS: PerProcess<Orphans> = PerProcess::new();
        ORPHANS.get(|| Self(Mutex::new(State { children: Vec::new(), listener: None })))
    }

    pub(super) fn adopt(&self, mut child: Child) {
        let mut state = self.0.lock();
        if state.listener.is_none() {
            // Those that are here already were perhaps never listened for.
            state.listen();
            state.reap();
        }
        if runs(&mut child) {
            state.children.push(child);
        }
    }
}

impl State {
    /// Waits for the next signal, behind those that were received so far, if the system lets us listen.
    fn listen(&mut self) {
        if self.listener.is_none() {
            self.listener = signal(SignalKind::child()).ok();
        }
        if let Some(listener) = &mut self.listener {
            let waker = Waker::from(Arc::new(Reaper));
            while listener.poll_signal(&waker).is_ready() {}
        }
    }

    fn reap(&mut self) {
        self.children.retain_mut(runs);
    }
}

/// Is woken by the signal.
struct Reaper;

impl Wake for Reaper {
    fn wake(self: Arc<Self>) {
        let mut state = Orphans::of_this_process().0.lock();
        state.listen();
        state.reap();
    }
}
