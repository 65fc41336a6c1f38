//! Several receivers: kept values, receivers that leave, the rendezvous, and the end.
//!
//! Seen to fail: with `renounce` keeping the value for nobody
//! (`loom_a_receiver_that_leaves_passes_its_value_on`); with the end told when the last value is kept instead of
//! taken (`loom_the_end_waits_for_a_value_that_is_kept`); with `ask` handing out no slot (`loom_a_rendezvous_meets`); and with `after_take` not waking the
//! receivers at the end (`loom_two_receivers_and_one_value`).

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use loom::thread;

use crate::chan::bounded;
use crate::util::block_thread::block_on;

/// Polls once, and drops the future.
fn poll_once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

#[test]
fn loom_two_receivers_and_one_value() {
    loom::model(|| {
        let (tx, rx) = bounded(1);
        let other = rx.clone();
        let other = thread::spawn(move || block_on(other.recv()));
        tx.try_send(Box::new(1)).unwrap();
        drop(tx);
        let mine = block_on(rx.recv());
        let others = other.join().unwrap();
        assert_eq!(usize::from(mine.is_some()) + usize::from(others.is_some()), 1);
    });
}

#[test]
fn loom_a_receiver_that_leaves_passes_its_value_on() {
    loom::model(|| {
        let (tx, rx) = bounded(1);
        let leaves = rx.clone();
        let leaves = thread::spawn(move || {
            let mut recv = pin!(leaves.recv());
            let mut cx = Context::from_waker(Waker::noop());
            // Polled twice, so that the value may come in between; dropped whatever it found.
            let first = recv.as_mut().poll(&mut cx);
            let polled = if first.is_pending() { recv.poll(&mut cx) } else { first };
            matches!(polled, Poll::Ready(Some(_)))
        });
        let stays = thread::spawn(move || block_on(rx.recv()).is_some());
        tx.try_send(Box::new(1)).unwrap();
        drop(tx);
        assert_ne!(leaves.join().unwrap(), stays.join().unwrap(), "one of them gets the value");
    });
}

#[test]
fn loom_the_end_waits_for_a_value_that_is_kept() {
    loom::model(|| {
        let (tx, rx) = bounded(1);
        let other = rx.clone();
        let mut leaves = Box::pin(other.recv());
        assert!(leaves.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        let stays = thread::spawn(move || block_on(rx.recv()).is_some());
        tx.try_send(Box::new(1)).unwrap();
        drop(tx);
        drop(leaves);
        assert!(stays.join().unwrap(), "the end was told before the last value");
    });
}

#[test]
fn loom_a_rendezvous_meets() {
    loom::model(|| {
        let (tx, rx) = bounded(0);
        let sender = thread::spawn(move || block_on(tx.send(Box::new(1))).is_ok());
        assert!(block_on(rx.recv()).is_some());
        assert!(sender.join().unwrap());
    });
}

#[test]
fn loom_a_rendezvous_send_against_a_receiver_that_leaves() {
    loom::model(|| {
        let (tx, rx) = bounded(0);
        let leaves = rx.clone();
        let leaves = thread::spawn(move || poll_once(leaves.recv()).is_some());
        let sender = thread::spawn(move || block_on(tx.send(Box::new(1))).is_ok());
        let stayed = match leaves.join().unwrap() {
            true => rx.try_recv().is_ok(),
            false => block_on(rx.recv()).is_some(),
        };
        assert!(sender.join().unwrap());
        assert!(stayed || block_on(rx.recv()).is_none());
    });
}

#[test]
fn loom_a_rendezvous_sender_that_leaves_hands_on_its_slot() {
    loom::model(|| {
        let (tx, rx) = bounded(0);
        let leaves = tx.clone();
        let leaves = thread::spawn(move || poll_once(leaves.send(Box::new(1))).is_some());
        let stays = thread::spawn(move || block_on(tx.send(Box::new(2))).is_ok());
        let first = block_on(rx.recv()).expect("one of them stays");
        if leaves.join().unwrap() {
            assert!(block_on(rx.recv()).is_some());
        } else {
            assert_eq!(*first, 2, "a send that was not ready has sent");
        }
        assert!(stays.join().unwrap());
    });
}

#[test]
fn loom_close_against_a_rendezvous_send_loses_no_value() {
    loom::model(|| {
        let (tx, rx) = bounded(0);
        let closes = rx.clone();
        let sender = thread::spawn(move || block_on(tx.send(Box::new(1))).is_ok());
        let closer = thread::spawn(move || {
            closes.close();
        });
        let received = block_on(rx.recv()).is_some();
        closer.join().unwrap();
        assert_eq!(sender.join().unwrap(), received);
    });
}

#[test]
fn loom_the_last_of_two_senders_ends_the_channel_for_both_receivers() {
    loom::model(|| {
        let (tx, rx) = bounded::<Box<i32>>(1);
        let (other_tx, other_rx) = (tx.clone(), rx.clone());
        let sender = thread::spawn(move || drop(other_tx));
        let receiver = thread::spawn(move || block_on(other_rx.recv()).is_none());
        drop(tx);
        assert!(block_on(rx.recv()).is_none());
        assert!(receiver.join().unwrap());
        sender.join().unwrap();
    });
}
