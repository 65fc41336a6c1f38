//! Wakers that panic when they are dropped, and what is passed on all the same.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

use crate::chan::bounded;
use crate::sync::mpsc::channel;
use crate::util::tests::wakers::{Faulty, Wakes, cx};

/// Its room was free, and nobody was told.
#[test]
fn a_sender_that_leaves_passes_its_room_on_though_its_waker_panics() {
    let (tx, _rx) = channel(2);
    tx.try_send(0).unwrap();
    let (faulty, wakes) = (Faulty::new(), Wakes::new());
    let mut leaves = Box::pin(tx.reserve_many(2));
    assert!(leaves.as_mut().poll(&mut cx(&faulty.waker())).is_pending());
    let mut stays = pin!(tx.send(1));
    assert!(stays.as_mut().poll(&mut cx(&wakes.waker())).is_pending());
    faulty.panic_in_drop();
    drop(catch_unwind(AssertUnwindSafe(|| drop(leaves))));
    assert_eq!(wakes.count(), 1);
    assert!(stays.poll(&mut cx(&wakes.waker())).is_ready());
}

/// The value was taken, and lost on the way.
#[test]
fn a_value_is_received_though_a_waker_that_was_not_needed_panics() {
    let (tx, rx) = bounded(0);
    let mut leaves = Box::pin(rx.recv());
    assert!(leaves.as_mut().poll(&mut cx(&Wakes::new().waker())).is_pending());
    tx.try_send(1).unwrap();
    drop(leaves);
    let faulty = Faulty::new();
    let waker = faulty.waker();
    faulty.panic_in_drop();
    assert_eq!(pin!(rx.recv()).poll(&mut cx(&waker)), Poll::Ready(Some(1)));
}
