//! Waking local tasks from another thread, against their driver and against the end.
//!
//! Each of these was weakened by hand, one at a time, and the model named here failed:
//! - the look at the queue before a driver rests: a push meets a driver that rests;
//! - the second look, behind the clone of the waker: a push meets a driver that rests;
//! - `push` takes one waker instead of all: a driver that is dropped leaves another;
//! - the wait of the end: a wake meets the end (the task is dropped where it was woken, or not at all).

use std::future::poll_fn;
use std::panic::Location;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use loom::thread::{self, ThreadId};

use crate::scheduler::local::LocalOwner;
use crate::scheduler::local::queue::Queue;
use crate::util::block_thread::block_on;
use crate::util::sync::Arc;

/// Takes a number from the queue, as the driver with this number.
async fn next(queue: &Queue<u32>, driver: u64) -> u32 {
    poll_fn(|cx| {
        if let Some(task) = queue.pop() {
            return Poll::Ready(task);
        }
        if !queue.rest(driver, cx.waker()) {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    })
    .await
}

#[test]
fn loom_a_push_meets_a_driver_that_rests() {
    loom::model(|| {
        let queue = Arc::new(Queue::new());
        let pushers: Vec<_> = (1..3)
            .map(|n| {
                let queue = queue.clone();
                thread::spawn(move || queue.push(n).unwrap())
            })
            .collect();
        assert_eq!(block_on(async { next(&queue, 1).await + next(&queue, 1).await }), 3);
        pushers.into_iter().for_each(|pusher| pusher.join().unwrap());
    });
}

#[test]
fn loom_a_driver_that_is_dropped_leaves_another() {
    loom::model(|| {
        let queue = Arc::new(Queue::new());
        // A driver that rests, and is dropped before it is polled again.
        assert!(queue.rest(1, Waker::noop()));
        let pusher = thread::spawn({
            let queue = queue.clone();
            move || queue.push(7).unwrap()
        });
        let task = block_on(async {
            let mut next = pin!(next(&queue, 2));
            let mut left = false;
            poll_fn(|cx| {
                let poll = next.as_mut().poll(cx);
                if !std::mem::replace(&mut left, true) {
                    queue.leave(1);
                }
                poll
            })
            .await
        });
        assert_eq!(task, 7);
        pusher.join().unwrap();
    });
}

/// What a task that waits has: where its waker goes, and who may drop it.
struct Waits {
    home: ThreadId,
    dropped: Arc<loom::sync::atomic::AtomicUsize>,
}

impl Drop for Waits {
    fn drop(&mut self) {
        assert_eq!(thread::current().id(), self.home, "a local task was dropped elsewhere");
        self.dropped.fetch_add(1, loom::sync::atomic::Ordering::Relaxed);
    }
}

#[test]
fn loom_a_wake_meets_the_end() {
    loom::model(|| {
        let dropped = Arc::new(loom::sync::atomic::AtomicUsize::new(0));
        let place: Arc<Mutex<Option<Waker>>> = Arc::new(Mutex::new(None));
        let owner = LocalOwner::new();
        let waits = Waits { home: thread::current().id(), dropped: dropped.clone() };
        let left = place.clone();
        let future = async move {
            let _waits = waits;
            poll_fn(|cx| {
                *left.lock().unwrap_or_else(PoisonError::into_inner) = Some(cx.waker().clone());
                Poll::<()>::Pending
            })
            .await;
        };
        let join = owner.tasks().spawn(future, Location::caller());
        assert!(owner.poll_all(&mut Context::from_waker(Waker::noop())).is_pending());
        let waker = place.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap();
        let abort = join.task();
        drop(join);
        let wakes = thread::spawn(move || waker.wake());
        let aborts = thread::spawn(move || abort.abort());
        drop(owner);
        assert_eq!(dropped.load(loom::sync::atomic::Ordering::Relaxed), 1);
        wakes.join().unwrap();
        aborts.join().unwrap();
    });
}
