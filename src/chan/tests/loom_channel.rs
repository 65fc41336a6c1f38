//! The channel core through `mpsc`: room, values in hand, the close and the last sender.
//!
//! Seen to fail: with `Relaxed` for the `Release` with which a value in hand is given out, or for the
//! `Acquire` with which a sender looks at it (`loom_a_receive_happens_before_the_send_it_made_room_for`);
//! with a sender that queues without setting `WANTED` (a deadlock in
//! `loom_a_sender_that_waits_is_let_in_from_hand`); and with `abandon` not waking the next
//! (`loom_a_sender_that_leaves_passes_its_room_on`). The ordering of the senders' count cannot be seen
//! to fail, since the lock is taken before each decrement and after the last one.

use std::pin::pin;
use std::task::{Context, Waker};

use loom::thread;

use crate::sync::mpsc::{channel, unbounded_channel};
use crate::util::block_thread::block_on;
use crate::util::sync::{Arc, UnsafeCell};

/// Polls once, and drops the future.
fn poll_once<F: Future>(future: F) -> bool {
    pin!(future).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn loom_two_senders_wait_for_one_slot() {
    loom::model(|| {
        let (tx, mut rx) = channel(1);
        let threads = [1, 2].map(|n| {
            let tx = tx.clone();
            thread::spawn(move || block_on(tx.send(n)).unwrap())
        });
        drop(tx);
        let mut sum = 0;
        while let Some(n) = block_on(rx.recv()) {
            sum += n;
        }
        assert_eq!(sum, 3);
        for thread in threads {
            thread.join().unwrap();
        }
    });
}

#[test]
fn loom_a_sender_that_waits_is_let_in_from_hand() {
    loom::model(|| {
        let (tx, mut rx) = channel(2);
        tx.try_send(1).unwrap();
        tx.try_send(2).unwrap();
        assert_eq!(rx.try_recv(), Ok(1)); // 2 is in hand
        tx.try_send(3).unwrap();
        let thread = thread::spawn(move || block_on(tx.send(4)).unwrap());
        assert_eq!(rx.try_recv(), Ok(2));
        // The sender must get in without another receive.
        thread.join().unwrap();
        assert_eq!((rx.try_recv(), rx.try_recv()), (Ok(3), Ok(4)));
    });
}

#[test]
fn loom_a_sender_that_leaves_passes_its_room_on() {
    loom::model(|| {
        let (tx, mut rx) = channel(1);
        tx.try_send(0).unwrap();
        let (leaves, stays) = (tx.clone(), tx.clone());
        let leaves = thread::spawn(move || poll_once(leaves.reserve()));
        let stays = thread::spawn(move || block_on(stays.send(1)).unwrap());
        assert_eq!(block_on(rx.recv()), Some(0));
        assert_eq!(block_on(rx.recv()), Some(1));
        leaves.join().unwrap();
        stays.join().unwrap();
        assert_eq!(tx.capacity(), 1);
    });
}

#[test]
fn loom_close_against_send_loses_no_value() {
    loom::model(|| {
        let (tx, mut rx) = channel(1);
        let thread = thread::spawn(move || block_on(tx.send(Box::new(1))).is_ok());
        rx.close();
        let received = block_on(rx.recv()).is_some();
        assert_eq!(thread.join().unwrap(), received);
    });
}

#[test]
fn loom_a_dropped_receiver_frees_one_who_waits() {
    loom::model(|| {
        let (tx, rx) = channel(1);
        tx.try_send(Box::new(0)).unwrap();
        let thread = thread::spawn(move || {
            assert!(block_on(tx.send(Box::new(1))).is_err());
            block_on(tx.closed());
        });
        drop(rx);
        thread.join().unwrap();
    });
}

#[test]
fn loom_the_last_sender_ends_the_channel_after_all_values() {
    loom::model(|| {
        let (tx, mut rx) = unbounded_channel();
        let threads = [1, 2].map(|n| {
            let tx = tx.clone();
            thread::spawn(move || tx.send(n).unwrap())
        });
        drop(tx);
        let mut sum = 0;
        while let Some(n) = block_on(rx.recv()) {
            sum += n;
        }
        assert_eq!(sum, 3);
        for thread in threads {
            thread.join().unwrap();
        }
    });
}

struct Cell(UnsafeCell<u32>);

// SAFETY: the model proves that what it holds is read after it was written.
unsafe impl Sync for Cell {}
// SAFETY: as above.
unsafe impl Send for Cell {}

#[test]
fn loom_a_receive_happens_before_the_send_it_made_room_for() {
    loom::model(|| {
        let (tx, mut rx) = channel(2);
        tx.try_send(1).unwrap();
        tx.try_send(2).unwrap();
        rx.try_recv().unwrap(); // 2 is in hand
        tx.try_send(3).unwrap();
        let cell = Arc::new(Cell(UnsafeCell::new(0)));
        let seen = Arc::clone(&cell);
        let thread = thread::spawn(move || {
            if tx.try_send(4).is_ok() {
                // SAFETY: there was room, so 2 was received, after the write.
                seen.0.with(|cell| assert_eq!(unsafe { *cell }, 1));
            }
        });
        // SAFETY: this thread has not received yet.
        cell.0.with_mut(|cell| unsafe { *cell = 1 });
        assert_eq!(rx.try_recv(), Ok(2));
        thread.join().unwrap();
    });
}
