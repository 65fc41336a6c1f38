//! Tasks that are always ready: each keeps a worker busy with polls that are short, until it is told to stop.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use runtime::task;

/// See the module's prose. To be used inside a runtime.
#[derive(Clone, Default)]
pub struct Busy(Arc<AtomicBool>);

impl Busy {
    pub fn stop(&self) {
        self.0.store(true, SeqCst);
    }

    pub fn is_stopped(&self) -> bool {
        self.0.load(SeqCst)
    }

    /// Two tasks of which each wakes the other, and so always stands in the LIFO slot.
    pub fn pair(&self) {
        let wakers = Arc::new(Mutex::new([const { None::<Waker> }; 2]));
        for me in 0..2 {
            let (busy, wakers) = (self.clone(), wakers.clone());
            task::spawn(poll_fn(move |cx| {
                let other = {
                    let mut wakers = wakers.lock().unwrap();
                    wakers[me] = Some(cx.waker().clone());
                    wakers[1 - me].take()
                };
                other.into_iter().for_each(Waker::wake);
                if busy.is_stopped() { Poll::Ready(()) } else { Poll::Pending }
            }));
        }
    }

    /// A task that always yields.
    pub fn yielder(&self) {
        let busy = self.clone();
        task::spawn(async move {
            while !busy.is_stopped() {
                task::yield_now().await;
            }
        });
    }

    /// More tasks than fit into a run queue, each of which always yields.
    pub fn yielders(&self) {
        (0..300).for_each(|_| self.yielder());
    }

    /// A task that spawns the next one and ends.
    pub fn chain(&self) {
        fn link(busy: Busy) {
            if !busy.is_stopped() {
                task::spawn(async move { link(busy) });
            }
        }
        link(self.clone());
    }

    /// A task whose budget never lasts.
    pub fn spender(&self) {
        let busy = self.clone();
        task::spawn(async move {
            while !busy.is_stopped() {
                task::consume_budget().await;
            }
        });
    }

    /// A task whose channel is never empty.
    #[cfg(feature = "sync")]
    pub fn receiver(&self) {
        let busy = self.clone();
        task::spawn(async move {
            let (sender, mut receiver) = runtime::sync::mpsc::unbounded_channel();
            sender.send(()).expect("the receiver is here");
            while !busy.is_stopped() {
                sender.send(()).expect("the receiver is here");
                receiver.recv().await.expect("the sender is here");
            }
        });
    }
}
