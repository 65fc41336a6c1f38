//! `mpsc` at its ends: closed with permits out, values dropped by a panic, and sending with a limit of time.
#![cfg(feature = "sync")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use runtime::sync::mpsc::error::{SendError, TryRecvError, TrySendError};
use runtime::sync::mpsc::{self, Receiver};
use tokio_test::task::{self, Spawn};
use tokio_test::{assert_pending, assert_ready, assert_ready_eq};

/// Asserts that the channel, which is closed and has nothing out, has just ended for one who waits.
fn assert_ended<F: Future<Output = Option<i32>>>(mut recv: Spawn<F>) {
    assert!(recv.is_woken());
    assert_ready_eq!(recv.poll(), None);
}

/// Closes the channel, and waits for what may still come.
fn close(rx: &mut Receiver<i32>) -> Spawn<impl Future<Output = Option<i32>>> {
    rx.close();
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty), "a permit is out");
    let mut recv = task::spawn(rx.recv());
    assert_pending!(recv.poll());
    recv
}

#[test]
fn values_of_permits_that_were_out_at_the_close_arrive() {
    let (tx, mut rx) = mpsc::channel(3);
    let mut many = tx.try_reserve_many(2).unwrap();
    let owned = tx.clone().try_reserve_owned().unwrap();
    let mut recv = close(&mut rx);
    assert_eq!(tx.try_send(9), Err(TrySendError::Closed(9)));
    owned.send(1);
    assert!(recv.is_woken());
    assert_ready_eq!(recv.poll(), Some(1));
    drop(recv);
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    many.next().unwrap().send(2);
    assert_eq!(rx.try_recv(), Ok(2));
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    drop(many);
    assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
}

#[test]
fn the_last_permit_ends_a_closed_channel_however_it_is_given_up() {
    let (tx, mut rx) = mpsc::channel(1);
    let permit = tx.try_reserve().unwrap();
    let recv = close(&mut rx);
    drop(permit);
    assert_ended(recv);

    let (tx, mut rx) = mpsc::channel(2);
    let permits = tx.try_reserve_many(2).unwrap();
    let recv = close(&mut rx);
    drop(permits);
    assert_ended(recv);

    let (tx, mut rx) = mpsc::channel(1);
    let permit = tx.clone().try_reserve_owned().unwrap();
    let recv = close(&mut rx);
    drop(permit);
    assert_ended(recv);

    let (tx, mut rx) = mpsc::channel(1);
    let permit = tx.try_reserve_owned().unwrap();
    let recv = close(&mut rx);
    let _tx = permit.release();
    assert_ended(recv);
}

#[test]
fn a_gathering_that_fails_or_is_dropped_after_the_close_ends_the_channel() {
    for is_polled in [true, false] {
        let (tx, mut rx) = mpsc::channel(2);
        let permit = tx.try_reserve().unwrap();
        let mut many = task::spawn(tx.reserve_many(2));
        assert_pending!(many.poll()); // has one of two
        let recv = close(&mut rx);
        drop(permit);
        if is_polled {
            assert!(many.is_woken());
            assert!(assert_ready!(many.poll()).is_err());
        } else {
            drop(many);
        }
        assert_ended(recv);
    }
}

#[test]
fn a_receiver_of_values_that_cannot_be_shared_can_be_asked_from_another_thread() {
    let (tx, rx) = mpsc::channel(2);
    tx.try_send(std::cell::Cell::new(1)).unwrap();
    let len = std::thread::scope(|scope| scope.spawn(|| rx.len()).join().unwrap());
    assert_eq!(len, 1);
}

/// Panics when it is dropped, if told so.
struct Value(bool, #[allow(dead_code, reason = "it is counted")] Arc<()>);

impl Drop for Value {
    fn drop(&mut self) {
        assert!(!self.0, "the drop of a value");
    }
}

#[test]
fn a_value_that_panics_when_it_is_dropped_takes_no_other_along() {
    let values = Arc::new(());
    let (tx, mut rx) = mpsc::channel(10);
    let send = |panics: bool| tx.try_send(Value(panics, values.clone())).is_ok();
    assert!(send(false) && send(false) && send(true) && send(false));
    drop(rx.try_recv()); // three are in hand
    assert!(send(false) && send(false));
    let mut blocked = task::spawn(tx.closed());
    assert_pending!(blocked.poll());
    catch_unwind(AssertUnwindSafe(|| drop(rx))).unwrap_err();
    assert!(blocked.is_woken());
    assert_eq!(Arc::strong_count(&values), 1);
}

#[cfg(feature = "time")]
mod timeout {
    use std::time::Duration;

    use runtime::sync::mpsc::error::SendTimeoutError;

    use super::*;

    const MOMENT: Duration = Duration::from_millis(1);
    const LONG: Duration = Duration::from_secs(3600);

    #[test]
    fn a_value_that_is_not_sent_in_time_is_given_back_and_takes_no_room() {
        runtime::block_on(async {
            let (tx, mut rx) = mpsc::channel(1);
            assert_eq!(tx.send_timeout(1, Duration::ZERO).await, Ok(()), "there is room");
            for limit in [Duration::ZERO, MOMENT] {
                let sent = tx.send_timeout(2, limit).await;
                assert_eq!(sent, Err(SendTimeoutError::Timeout(2)));
            }
            assert_eq!(rx.recv().await, Some(1));
            assert_eq!(tx.try_send(3), Ok(()), "nobody waits any more");
        });
    }

    #[test]
    fn a_value_is_sent_when_there_is_room_in_time_and_given_back_at_the_close() {
        runtime::block_on(async {
            let (tx, mut rx) = mpsc::channel(1);
            tx.try_send(1).unwrap();
            let sender = tx.clone();
            let sent = runtime::spawn(async move { sender.send_timeout(2, LONG).await });
            assert_eq!((rx.recv().await, rx.recv().await), (Some(1), Some(2)));
            assert_eq!(sent.await.unwrap(), Ok(()));
            tx.try_send(3).unwrap();
            let sent = runtime::spawn(async move { tx.send_timeout(4, Duration::MAX).await });
            runtime::task::yield_now().await;
            rx.close();
            assert_eq!(sent.await.unwrap(), Err(SendTimeoutError::Closed(4)));
        });
    }

    #[test]
    fn errors_say_what_happened_without_the_value() {
        let errors = [SendTimeoutError::Timeout(1), SendTimeoutError::Closed(2)];
        assert_eq!(errors.map(SendTimeoutError::into_inner), [1, 2]);
        let said = errors.map(|error| format!("{error:?}: {error}"));
        assert_eq!(
            said,
            ["Timeout(..): no room in the channel in time", "Closed(..): channel closed"]
        );
    }
}

#[test]
fn errors_turn_into_each_other() {
    assert_eq!(TrySendError::from(SendError(1)), TrySendError::Closed(1));
    assert_eq!(TrySendError::Full(1).into_inner(), 1);
}
