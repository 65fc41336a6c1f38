//! `Notify`: each way to notify against waiting, enabling and leaving, and against each other.
//!
//! What is done before a notification is a write to a cell, so that a wait that ends without having acquired it is a
//! race that loom sees. A notification that got lost is a deadlock.
//!
//! Seen to fail: with `Relaxed` for the release of `store`, of `store_locked` or of `turn`, or for the acquire of `end`, of
//! `enter` or of `snapshot`; with a `store` that leaves a permit alone that it finds; with a `hand_over` that does not heed
//! rounds; with a poll of a queued wait that does not look at the round; with `pop` leaving the note as it is; with an
//! `abandon` that passes nothing on; and with `settle` leaving `waited` set in an empty list.

use std::pin::pin;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, Waker};

use loom::thread;

use crate::sync::Notify;
use crate::util::block_thread::block_on;
use crate::util::sync::{Arc, AtomicBool, UnsafeCell};

/// What is written before a notification, and read after it.
struct Work(UnsafeCell<u32>);

// SAFETY: the models prove that reading comes after writing.
unsafe impl Sync for Work {}
// SAFETY: as above.
unsafe impl Send for Work {}

/// A `Notify` with something to tell of.
struct Shared {
    notify: Notify,
    work: Work,
    flag: AtomicBool,
}

impl Shared {
    fn new() -> Arc<Self> {
        let work = Work(UnsafeCell::new(0));
        Arc::new(Self { notify: Notify::new(), work, flag: AtomicBool::new(false) })
    }

    fn work(&self) {
        // SAFETY: one thread writes, before it notifies.
        self.work.0.with_mut(|cell| unsafe { *cell += 1 });
    }

    fn is_done(&self) -> bool {
        // SAFETY: read after the notification.
        self.work.0.with(|cell| unsafe { *cell == 1 })
    }

    /// Changes a state that orders nothing by itself.
    fn set(&self) {
        self.flag.store(true, Relaxed);
    }

    fn is_set(&self) -> bool {
        self.flag.load(Relaxed)
    }
}

fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn loom_one_that_waits_sees_what_was_done_before() {
    loom::model(|| {
        let shared = Shared::new();
        let other = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            other.work();
            other.notify.notify_one();
        });
        block_on(shared.notify.notified());
        assert!(shared.is_done());
        thread.join().unwrap();
    });
}

#[test]
fn loom_all_that_wait_see_what_was_done_before() {
    loom::model(|| {
        let shared = Shared::new();
        let (waits, works) = (Arc::clone(&shared), Arc::clone(&shared));
        let here = shared.notify.notified();
        let waits = thread::spawn(move || {
            let mut there = pin!(waits.notify.notified());
            // It may have come too late.
            if poll(there.as_mut()).is_ready() {
                assert!(waits.is_done());
            }
        });
        let works = thread::spawn(move || {
            works.work();
            works.notify.notify_waiters();
        });
        block_on(here);
        assert!(shared.is_done());
        waits.join().unwrap();
        works.join().unwrap();
    });
}

#[test]
fn loom_one_that_leaves_passes_its_notification_on() {
    loom::model(|| {
        let shared = Shared::new();
        let (leaves, notifies) = (Arc::clone(&shared), Arc::clone(&shared));
        let leaves = thread::spawn(move || {
            let mut future = pin!(leaves.notify.notified());
            if poll(future.as_mut()).is_ready() {
                leaves.notify.notify_one();
            }
        });
        let notifies = thread::spawn(move || {
            notifies.work();
            notifies.notify.notify_one();
        });
        block_on(shared.notify.notified());
        assert!(shared.is_done());
        leaves.join().unwrap();
        notifies.join().unwrap();
    });
}

#[test]
fn loom_a_notification_whose_only_waiter_has_left_becomes_the_permit() {
    loom::model(|| {
        let shared = Shared::new();
        let mut leaves = Box::pin(shared.notify.notified());
        leaves.as_mut().enable();
        let other = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            other.work();
            other.notify.notify_one();
        });
        drop(leaves);
        thread::yield_now(); // the other thread may have seen somebody wait, and goes on now
        block_on(shared.notify.notified());
        assert!(shared.is_done());
        thread.join().unwrap();
    });
}

#[test]
fn loom_notify_waiters_reaches_a_future_that_was_only_made() {
    loom::model(|| {
        let shared = Shared::new();
        let other = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            other.set();
            other.notify.notify_waiters();
        });
        let changed = shared.notify.notified();
        if !shared.is_set() {
            block_on(changed);
        }
        thread.join().unwrap();
    });
}

#[test]
fn loom_notify_waiters_reaches_who_queues_or_enables() {
    loom::model(|| {
        let shared = Shared::new();
        let (other, queued) = (Arc::clone(&shared), Arc::clone(&shared));
        let queued = thread::spawn(move || {
            let mut changed = pin!(queued.notify.notified());
            let over = changed.as_mut().enable();
            if !over && !queued.is_set() {
                block_on(changed);
            }
        });
        let thread = thread::spawn(move || {
            other.set();
            other.notify.notify_waiters();
        });
        let mut changed = pin!(shared.notify.notified());
        if !shared.is_set() {
            while !changed.as_mut().enable() {
                block_on(changed.as_mut());
            }
        }
        queued.join().unwrap();
        thread.join().unwrap();
    });
}

#[test]
fn loom_a_notification_for_one_is_seen_or_found_waiting() {
    loom::model(|| {
        let shared = Shared::new();
        shared.notify.notify_one(); // nobody looks for this one: it is merged, or taken too early
        let other = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            other.set();
            other.notify.notify_one();
        });
        loop {
            let mut changed = pin!(shared.notify.notified());
            changed.as_mut().enable();
            if shared.is_set() {
                break;
            }
            block_on(changed);
        }
        thread.join().unwrap();
    });
}

/// The permit that a wait has seen may be another one by the time it takes it.
#[test]
fn loom_a_permit_that_was_taken_and_stored_again_tells_of_the_second() {
    loom::model(|| {
        let shared = Shared::new();
        shared.notify.notify_one();
        let other = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            if poll(pin!(other.notify.notified())).is_ready() {
                other.work();
                other.set();
                other.notify.notify_one();
            }
        });
        block_on(shared.notify.notified());
        if shared.is_set() {
            assert!(shared.is_done());
        }
        thread.join().unwrap();
    });
}

#[test]
fn loom_two_notifications_reach_two_who_enabled() {
    loom::model(|| {
        let shared = Shared::new();
        let (mut first, mut second) =
            (pin!(shared.notify.notified()), pin!(shared.notify.notified()));
        first.as_mut().enable();
        second.as_mut().enable();
        let threads = [(); 2].map(|()| {
            let other = Arc::clone(&shared);
            thread::spawn(move || other.notify.notify_one())
        });
        block_on(first);
        block_on(second);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert!(!pin!(shared.notify.notified()).enable(), "there were two, and both were used");
    });
}

#[test]
fn loom_of_two_that_a_round_ends_both_are_over_at_once() {
    loom::model(|| {
        let shared = Shared::new();
        let (mut queued, made) = (pin!(shared.notify.notified()), pin!(shared.notify.notified()));
        queued.as_mut().enable();
        let other = Arc::clone(&shared);
        let thread = thread::spawn(move || other.notify.notify_waiters());
        if poll(made).is_ready() {
            assert!(queued.as_mut().enable());
        }
        thread.join().unwrap();
    });
}

#[test]
fn loom_a_notification_for_one_is_not_given_to_one_whose_round_is_over() {
    loom::model(|| {
        let shared = Shared::new();
        let (mut first, mut second) =
            (pin!(shared.notify.notified()), pin!(shared.notify.notified()));
        first.as_mut().enable();
        second.as_mut().enable();
        let other = Arc::clone(&shared);
        let thread = thread::spawn(move || other.notify.notify_waiters());
        block_on(first);
        shared.notify.notify_one(); // the other may still be in the list
        assert!(second.as_mut().enable());
        assert!(pin!(shared.notify.notified()).enable(), "the permit was lost");
        thread.join().unwrap();
    });
}
