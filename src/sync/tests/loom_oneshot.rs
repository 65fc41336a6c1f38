//! `oneshot`: each end of one side against each wait of the other.
//!
//! Seen to fail: with `Relaxed` for the `AcqRel` of `send`, and for the `Acquire` of `look` (the value);
//! with `Relaxed` for the `AcqRel` with which a side sets its bit, ends or closes (the waker); and with
//! a new waker written without clearing the bit first.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Poll, Waker};

use loom::thread;

use crate::sync::oneshot::channel;
use crate::util::block_thread::block_on;

#[test]
fn loom_a_value_reaches_one_who_waits() {
    loom::model(|| {
        let (tx, rx) = channel();
        let thread = thread::spawn(move || tx.send(Box::new(7)).unwrap());
        assert_eq!(*block_on(rx).unwrap(), 7);
        thread.join().unwrap();
    });
}

#[test]
fn loom_a_value_is_whole_for_one_who_only_looks() {
    loom::model(|| {
        let (tx, mut rx) = channel::<Box<u32>>();
        let thread = thread::spawn(move || {
            if let Ok(value) = rx.try_recv() {
                assert_eq!(*value, 7);
            }
        });
        drop(tx.send(Box::new(7))); // refused, if the receiver is gone by now
        thread.join().unwrap();
    });
}

#[test]
fn loom_a_dropped_sender_ends_the_wait() {
    loom::model(|| {
        let (tx, rx) = channel::<()>();
        let thread = thread::spawn(move || drop(tx));
        assert!(block_on(rx).is_err());
        thread.join().unwrap();
    });
}

#[test]
fn loom_a_value_reaches_one_who_changes_wakers() {
    loom::model(|| {
        let (tx, mut rx) = channel();
        let thread = thread::spawn(move || tx.send(Box::new(7)).unwrap());
        let mut polls = 0;
        let value = block_on(poll_fn(|cx| {
            polls += 1;
            if polls == 1 {
                let mut other = std::task::Context::from_waker(Waker::noop());
                if let Poll::Ready(value) = Pin::new(&mut rx).poll(&mut other) {
                    return Poll::Ready(value);
                }
            }
            Pin::new(&mut rx).poll(cx)
        }));
        assert_eq!(*value.unwrap(), 7);
        thread.join().unwrap();
    });
}

#[test]
fn loom_close_against_send_gives_the_value_to_one_side() {
    loom::model(|| {
        let (tx, mut rx) = channel();
        let thread = thread::spawn(move || tx.send(Box::new(7)).is_ok());
        rx.close();
        let received = rx.try_recv().is_ok();
        assert_eq!(thread.join().unwrap(), received);
    });
}

#[test]
fn loom_a_dropped_receiver_ends_the_senders_wait() {
    loom::model(|| {
        let (mut tx, rx) = channel::<()>();
        let thread = thread::spawn(move || drop(rx));
        block_on(tx.closed());
        thread.join().unwrap();
    });
}

#[test]
fn loom_drop_against_drop_frees_all_once() {
    loom::model(|| {
        let (tx, rx) = channel();
        let thread = thread::spawn(move || drop(tx.send(loom::sync::Arc::new(7))));
        drop(rx);
        thread.join().unwrap();
    });
}
