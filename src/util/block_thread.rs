//! Blocking a thread until a future is done, for the `blocking_*` calls.
//!
//! The thread sleeps on a condition of its own and not by `thread::park`: the one token that parking
//! has belongs to the whole thread, and a poll may run code that uses it too.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use crate::util::sync::{Condvar, Mutex};

/// Set by a waker, and taken by the thread that sleeps on it.
#[derive(Default)]
struct Signal {
    woken: Mutex<bool>,
    changed: Condvar,
}

impl Signal {
    fn wait(&self) {
        let mut woken = self.woken.lock();
        while !*woken {
            woken = self.changed.wait(woken);
        }
        *woken = false;
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        *self.woken.lock() = true;
        self.changed.notify_one();
    }
}

/// Polls `future` on this thread until it is done, and sleeps in between.
///
/// This is the one door through which a thread blocks on a leaf: whoever wants to refuse that on a
/// thread that runs tasks does so here.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let signal = Arc::new(Signal::default());
    let waker = Waker::from(Arc::clone(&signal));
    let mut cx = Context::from_waker(&waker);
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(output) => return output,
            Poll::Pending => signal.wait(),
        }
    }
}
