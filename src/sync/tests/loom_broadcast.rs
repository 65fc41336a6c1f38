//! `broadcast`: a send and the last sender against one who begins to wait, a `recv` that is dropped, a value that is
//! cloned by two while it is taken away, the last receiver, and a weak sender against the last one.
//!
//! The clone of a value writes to a cell, so that two that are not one after the other are a race that loom sees,
//! and so is a drop that does not come after both.
//!
//! Where a model is about the wake-ups of a send, a sender is kept to the end: the last one wakes all, and would hide
//! that one is missing.
//!
//! Seen to fail: with a clone that is not under the lock of its value
//! (`loom_two_clone_one_value_while_it_is_taken_away`); with a receiver that waits because the hint says that there
//! is nothing, and does not look under the lock; with a sender that leaves those who wait for its own value, with a
//! last sender or a last receiver that wakes nobody (deadlocks in the models that are named for them); and with a
//! weak sender that looks whether it is too late in one step and counts itself in by another.

use std::pin::pin;
use std::task::{Context, Waker};

use loom::thread;

use crate::sync::broadcast::error::RecvError;
use crate::sync::broadcast::{Receiver, channel};
use crate::util::block_thread::block_on;
use crate::util::sync::{Arc, UnsafeCell};

/// Polls once, and drops the future.
fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}

/// Receives until the end: the number of values, and of those that were lost.
fn receive_all<T: Clone>(mut rx: Receiver<T>) -> (u64, u64) {
    let (mut received, mut lost) = (0, 0);
    loop {
        match block_on(rx.recv()) {
            Ok(_) => received += 1,
            Err(RecvError::Lagged(n)) => lost += n,
            Err(RecvError::Closed) => return (received, lost),
        }
    }
}

#[test]
fn loom_two_that_begin_to_wait_get_the_value() {
    loom::model(|| {
        let (tx, mut rx) = channel(1);
        let mut other = tx.subscribe();
        let _stays = tx.clone();
        let thread = thread::spawn(move || assert_eq!(block_on(other.recv()), Ok(7)));
        let sender = thread::spawn(move || tx.send(7).unwrap());
        assert_eq!(block_on(rx.recv()), Ok(7));
        assert_eq!(sender.join().unwrap(), 2);
        thread.join().unwrap();
    });
}

#[test]
fn loom_the_last_sender_ends_the_wait_after_all_values() {
    loom::model(|| {
        let (tx, rx) = channel(2);
        let threads = [tx.clone(), tx].map(|tx| thread::spawn(move || tx.send(1).unwrap()));
        assert_eq!(receive_all(rx), (2, 0));
        threads.into_iter().for_each(|thread| drop(thread.join().unwrap()));
    });
}

#[test]
fn loom_what_lagged_and_what_was_received_is_all() {
    loom::model(|| {
        let (tx, rx) = channel(1);
        let thread = thread::spawn(move || (0..3).for_each(|n| assert!(tx.send(n).is_ok())));
        let (received, lost) = receive_all(rx);
        assert_eq!(received + lost, 3);
        assert!(received >= 1, "the last value is there");
        thread.join().unwrap();
    });
}

#[test]
fn loom_a_recv_that_is_dropped_takes_no_wake_from_another() {
    loom::model(|| {
        let (tx, mut leaves) = channel(1);
        let (mut stays, _stays) = (tx.subscribe(), tx.clone());
        let leaving = thread::spawn(move || {
            let early = poll_once(leaves.recv());
            early.unwrap_or_else(|| block_on(leaves.recv())) // nothing was lost by that
        });
        let sending = thread::spawn(move || tx.send(7).unwrap());
        assert_eq!(block_on(stays.recv()), Ok(7));
        assert_eq!(leaving.join().unwrap(), Ok(7));
        sending.join().unwrap();
    });
}

/// A value whose clones and drop are seen by loom.
struct Value(Arc<UnsafeCell<u32>>);

// SAFETY: the models prove that a clone or drop happens after the one before.
unsafe impl Send for Value {}

impl Clone for Value {
    fn clone(&self) -> Self {
        // SAFETY: receivers clone one after the other.
        self.0.with_mut(|clones| unsafe { *clones += 1 });
        Self(Arc::new(UnsafeCell::new(0)))
    }
}

#[test]
fn loom_two_clone_one_value_while_it_is_taken_away() {
    loom::model(|| {
        let (tx, first) = channel(1);
        let second = tx.subscribe();
        let value = || Value(Arc::new(UnsafeCell::new(0)));
        assert!(tx.send(value()).is_ok());
        let clones = thread::spawn(move || receive_all(first));
        let also = thread::spawn(move || receive_all(second));
        assert!(tx.send(value()).is_ok());
        drop(tx);
        for receiver in [clones, also] {
            let (received, lost) = receiver.join().unwrap();
            assert_eq!(received + lost, 2);
        }
    });
}

#[test]
fn loom_the_last_receiver_ends_the_wait_of_a_sender() {
    loom::model(|| {
        let (tx, rx) = channel(2);
        assert!(tx.send(Arc::new(1)).is_ok());
        let second = tx.subscribe();
        let threads = [rx, second].map(|rx| thread::spawn(move || drop(rx)));
        block_on(tx.closed());
        assert!(tx.is_empty() && tx.send(Arc::new(2)).is_err());
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    });
}

#[test]
fn loom_a_sender_that_is_made_of_a_weak_one_finds_the_channel_open_or_is_none() {
    loom::model(|| {
        let (tx, rx) = channel(2);
        let weak = tx.downgrade();
        let thread = thread::spawn(move || match weak.upgrade() {
            Some(tx) => u64::from(tx.send(1).is_ok()),
            None => 0,
        });
        let last = thread::spawn(move || drop(tx));
        let received = receive_all(rx);
        assert_eq!(received, (thread.join().unwrap(), 0));
        last.join().unwrap();
    });
}
