//! A gate that opens once. Threads and tasks wait before it; the watchdog knows who does.

use std::future::poll_fn;
use std::sync::{Arc, Condvar, Mutex};
use std::task::{Poll, Waker};

use super::watch::Waiting;

/// See the module's prose.
pub struct Gate {
    name: &'static str,
    state: Mutex<State>,
    opened: Condvar,
}

#[derive(Default)]
struct State {
    open: bool,
    wakers: Vec<Waker>,
}

impl Gate {
    /// A closed gate.
    pub fn new(name: &'static str) -> Arc<Self> {
        Arc::new(Self { name, state: Mutex::default(), opened: Condvar::new() })
    }

    /// Lets everybody through, now and for ever.
    pub fn open(&self) {
        let mut state = self.state.lock().unwrap();
        state.open = true;
        let wakers = std::mem::take(&mut state.wakers);
        drop(state);
        self.opened.notify_all();
        wakers.into_iter().for_each(Waker::wake);
    }

    pub fn is_open(&self) -> bool {
        self.state.lock().unwrap().open
    }

    /// Blocks the thread until the gate is open.
    pub fn wait(&self) {
        let _waiting = Waiting::before(self.name);
        let state = self.state.lock().unwrap();
        drop(self.opened.wait_while(state, |state| !state.open).unwrap());
    }

    /// Suspends the task until the gate is open.
    pub async fn passed(&self) {
        poll_fn(|cx| {
            let mut state = self.state.lock().unwrap();
            if state.open {
                return Poll::Ready(());
            }
            if !state.wakers.iter().any(|waker| waker.will_wake(cx.waker())) {
                state.wakers.push(cx.waker().clone());
            }
            Poll::Pending
        })
        .await
    }

    /// How many tasks are suspended before the gate.
    pub fn suspended(&self) -> usize {
        self.state.lock().unwrap().wakers.len()
    }
}
