use std::sync::Arc;
use std::thread;

use tokio_test::task;
use tokio_test::{assert_pending, assert_ready, assert_ready_eq};

use crate::sync::oneshot::{self, error::TryRecvError};
use crate::util::tests::wakers::{Wakes, cx};

#[test]
fn a_value_wakes_the_receiver_once() {
    let (tx, mut rx) = oneshot::channel();
    let wakes = Wakes::new();
    let waker = wakes.waker();
    for _ in 0..3 {
        assert_pending!(std::pin::Pin::new(&mut rx).poll(&mut cx(&waker)));
    }
    tx.send(7).unwrap();
    assert_eq!(wakes.count(), 1);
    assert_ready_eq!(std::pin::Pin::new(&mut rx).poll(&mut cx(&waker)), Ok(7));
    assert!(rx.is_terminated());
    drop(rx);
    assert_eq!(wakes.wakers(), 1, "the channel keeps no waker");
}

#[test]
fn the_newest_waker_is_woken() {
    let (tx, mut rx) = oneshot::channel::<()>();
    let (old, new) = (Wakes::new(), Wakes::new());
    assert_pending!(std::pin::Pin::new(&mut rx).poll(&mut cx(&old.waker())));
    assert_pending!(std::pin::Pin::new(&mut rx).poll(&mut cx(&new.waker())));
    assert_eq!(old.wakers(), 0);
    drop(tx);
    assert_eq!((old.count(), new.count()), (0, 1));
}

#[test]
fn a_sender_that_is_dropped_ends_the_wait() {
    let (tx, rx) = oneshot::channel::<()>();
    let mut rx = task::spawn(rx);
    assert_pending!(rx.poll());
    drop(tx);
    assert!(rx.is_woken());
    assert!(assert_ready!(rx.poll()).is_err());
}

#[test]
fn closing_refuses_a_later_value_and_wakes_the_sender() {
    let (mut tx, mut rx) = oneshot::channel();
    let mut closed = task::spawn(tx.closed());
    assert_pending!(closed.poll());
    rx.close();
    assert!(closed.is_woken());
    assert_ready!(closed.poll());
    drop(closed);
    assert!(tx.is_closed());
    assert_eq!(tx.send(7), Err(7));
    assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
}

#[test]
fn closing_keeps_a_value_that_was_sent() {
    let (tx, mut rx) = oneshot::channel();
    tx.send(7).unwrap();
    rx.close();
    assert!(!rx.is_empty());
    assert_ready_eq!(task::spawn(&mut rx).poll(), Ok(7));
    assert!(rx.is_empty());
    assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
}

#[test]
#[should_panic(expected = "polled after completion")]
fn polling_after_completion_panics() {
    let (tx, rx) = oneshot::channel();
    tx.send(7).unwrap();
    let mut rx = task::spawn(rx);
    assert_ready!(rx.poll()).unwrap();
    let _ = rx.poll();
}

#[test]
fn a_value_is_dropped_once_wherever_the_channel_ends() {
    let value = Arc::new(());
    let (tx, rx) = oneshot::channel();
    tx.send(Arc::clone(&value)).unwrap();
    drop(rx);
    assert_eq!(Arc::strong_count(&value), 1, "sent, not received");

    let (tx, rx) = oneshot::channel();
    drop(rx);
    drop(tx.send(Arc::clone(&value)));
    assert_eq!(Arc::strong_count(&value), 1, "refused");

    let (tx, mut rx) = oneshot::channel();
    tx.send(Arc::clone(&value)).unwrap();
    drop(rx.try_recv().unwrap());
    drop(rx);
    assert_eq!(Arc::strong_count(&value), 1, "received");
}

#[test]
fn a_blocked_thread_gets_its_value() {
    let (tx, rx) = oneshot::channel();
    let thread = thread::spawn(move || rx.blocking_recv());
    tx.send(7).unwrap();
    assert_eq!(thread.join().unwrap(), Ok(7));
}
