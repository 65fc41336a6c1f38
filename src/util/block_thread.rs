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

/// Polls `future` on this thread until it is done, and sleeps in between. What `before` returns is kept from before the first
/// sleep to the end.
pub(crate) fn block_on_with<F: Future, G>(future: F, before: impl FnOnce() -> G) -> F::Output {
    let mut future = pin!(future);
    let signal = Arc::new(Signal::default());
    let waker = Waker::from(Arc::clone(&signal));
    let mut poll = || future.as_mut().poll(&mut Context::from_waker(&waker));
    if let Poll::Ready(output) = poll() {
        return output;
    }
    let _kept = before();
    loop {
        signal.wait();
        if let Poll::Ready(output) = poll() {
            return output;
        }
    }
}

/// [`block_on_with`] for threads that nothing is to be done for.
#[cfg(test)]
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    block_on_with(future, || ())
}
