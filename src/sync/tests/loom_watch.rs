//! `watch`: changes and ends against those who wait for them, look, and leave.
//!
//! A change that nobody was told of is a deadlock, and so is an end. What a receiver did before it was dropped is
//! a write to a cell, so that a `closed` that does not acquire it is a race that loom sees.
//!
//! Seen to fail: with `Relaxed` for the release of `advance` or of `close`, or for the acquire of `snapshot`; with `Relaxed`
//! for counting senders or receivers down, or for the look at the count; with a version that is advanced when the lock is free
//! again; with an end that is looked at before the version; and with a last sender that notifies before it ends the word.

use std::pin::pin;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Waker};

use loom::thread;

use crate::sync::watch;
use crate::util::block_thread::block_on;
use crate::util::sync::{Arc, AtomicBool, UnsafeCell};

/// Polls once, and drops the future.
fn poll_once<F: Future>(future: F) -> bool {
    pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn loom_a_change_reaches_who_waits_and_who_leaves_takes_none() {
    loom::model(|| {
        let (tx, mut rx) = watch::channel(0);
        let mut leaves = rx.clone();
        let sends = thread::spawn(move || tx.send(1).unwrap());
        let leaves = thread::spawn(move || {
            if poll_once(leaves.changed()) {
                assert_eq!(*leaves.borrow(), 1);
            }
        });
        block_on(rx.changed()).unwrap();
        assert_eq!(*rx.borrow(), 1);
        sends.join().unwrap();
        leaves.join().unwrap();
    });
}

#[test]
fn loom_a_value_is_announced_once_and_the_last_one_before_the_end() {
    loom::model(|| {
        let (tx, mut rx) = watch::channel(0);
        let thread = thread::spawn(move || {
            tx.send(1).unwrap();
            tx.send(2).unwrap();
        });
        let mut last = 0;
        while block_on(rx.changed()).is_ok() {
            let value = *rx.borrow_and_update();
            assert!(value > last, "announced twice");
            last = value;
        }
        assert_eq!(last, 2, "the last value was not announced");
        thread.join().unwrap();
    });
}

#[test]
fn loom_the_last_of_two_senders_ends_the_channel() {
    loom::model(|| {
        let (tx, mut rx) = watch::channel(0);
        let other = tx.clone();
        let threads = [
            thread::spawn(move || tx.send_modify(|n| *n += 1)),
            thread::spawn(move || other.send_modify(|n| *n += 1)),
        ];
        while block_on(rx.changed()).is_ok() {}
        assert_eq!(*rx.borrow(), 2);
        assert!(rx.is_closed());
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn loom_wait_for_meets_the_last_value() {
    loom::model(|| {
        let (tx, mut rx) = watch::channel(0);
        let thread = thread::spawn(move || {
            tx.send(1).unwrap();
            tx.send(2).unwrap();
        });
        let found = block_on(rx.wait_for(|n| *n == 2)).map(|value| (*value, value.has_changed()));
        assert_eq!(found.unwrap(), (2, true));
        assert!(block_on(rx.wait_for(|n| *n > 2)).is_err());
        thread.join().unwrap();
    });
}

#[test]
fn loom_a_change_is_seen_with_what_was_done_before() {
    loom::model(|| {
        let flag = Arc::new(AtomicBool::new(false));
        let (tx, rx) = watch::channel(());
        let other = Arc::clone(&flag);
        let thread = thread::spawn(move || {
            other.store(true, Relaxed);
            tx.send_modify(|()| ());
            tx // it is dropped later
        });
        if rx.has_changed().unwrap() {
            assert!(flag.load(Relaxed));
        }
        drop(thread.join().unwrap());
    });
}

#[test]
fn loom_the_end_is_seen_with_what_both_senders_did_before() {
    loom::model(|| {
        let (tx, rx) = watch::channel(());
        let flags = [Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false))];
        let senders = [(tx.clone(), Arc::clone(&flags[0])), (tx, Arc::clone(&flags[1]))];
        let threads = senders.map(|(tx, flag)| {
            thread::spawn(move || {
                flag.store(true, Relaxed);
                drop(tx);
            })
        });
        if rx.is_closed() {
            assert!(flags.iter().all(|flag| flag.load(Relaxed)));
        }
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

struct Work(UnsafeCell<u32>);

// SAFETY: the model proves that reading comes after writing.
unsafe impl Sync for Work {}
// SAFETY: as above.
unsafe impl Send for Work {}

#[test]
fn loom_closed_returns_after_what_both_receivers_did() {
    loom::model(|| {
        let (tx, rx) = watch::channel(());
        let works = [Arc::new(Work(UnsafeCell::new(0))), Arc::new(Work(UnsafeCell::new(0)))];
        let other = rx.clone();
        let threads = [(rx, Arc::clone(&works[0])), (other, Arc::clone(&works[1]))];
        let threads = threads.map(|(rx, work)| {
            thread::spawn(move || {
                // SAFETY: one thread writes, before it drops its receiver.
                work.0.with_mut(|cell| unsafe { *cell = 1 });
                drop(rx);
            })
        });
        block_on(tx.closed());
        for work in &works {
            // SAFETY: read after all receivers are gone.
            assert_eq!(work.0.with(|cell| unsafe { *cell }), 1);
        }
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}
