use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use tokio_test::task;
use tokio_test::{assert_pending, assert_ready, assert_ready_eq};

use crate::sync::mpsc::error::{TryRecvError, TrySendError};
use crate::sync::mpsc::{self, channel, unbounded_channel};
use crate::util::tests::wakers::{Wakes, calling, cx};

#[test]
fn values_arrive_in_order_and_the_end_after_them() {
    let (tx, mut rx) = channel(4);
    for n in 0..4 {
        assert_ready!(task::spawn(tx.send(n)).poll()).unwrap();
    }
    drop(tx);
    for n in 0..4 {
        assert_ready_eq!(task::spawn(rx.recv()).poll(), Some(n));
    }
    assert_ready_eq!(task::spawn(rx.recv()).poll(), None);
    assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
}

#[test]
fn a_value_wakes_the_receiver_once() {
    let (tx, mut rx) = channel(4);
    let wakes = Wakes::new();
    let waker = wakes.waker();
    assert_pending!(rx.poll_recv(&mut cx(&waker)));
    assert_pending!(rx.poll_recv(&mut cx(&waker)));
    tx.try_send(1).unwrap();
    tx.try_send(2).unwrap();
    assert_eq!(wakes.count(), 1);
    assert_ready_eq!(rx.poll_recv(&mut cx(&waker)), Some(1));
    assert_ready_eq!(rx.poll_recv(&mut cx(&waker)), Some(2));
    assert_pending!(rx.poll_recv(&mut cx(&waker)));
    drop(tx);
    assert_eq!(wakes.count(), 2);
    assert_ready_eq!(rx.poll_recv(&mut cx(&waker)), None);
}

#[test]
fn a_recv_that_is_dropped_loses_neither_a_value_nor_a_wake() {
    let (tx, mut rx) = channel(1);
    let mut recv = task::spawn(rx.recv());
    assert_pending!(recv.poll());
    tx.try_send(1).unwrap();
    assert!(recv.is_woken());
    drop(recv);
    assert_ready_eq!(task::spawn(rx.recv()).poll(), Some(1));
    let mut recv = task::spawn(rx.recv());
    assert_pending!(recv.poll());
    drop(recv);
    let mut recv = task::spawn(rx.recv());
    assert_pending!(recv.poll());
    tx.try_send(2).unwrap();
    assert!(recv.is_woken());
    assert_ready_eq!(recv.poll(), Some(2));
}

#[test]
fn senders_get_room_in_order_one_wake_for_each_value_received() {
    let (tx, mut rx) = channel(2);
    tx.try_send(0).unwrap();
    tx.try_send(1).unwrap();
    let mut sends: Vec<_> = (2..5).map(|n| task::spawn(tx.send(n))).collect();
    for send in &mut sends {
        assert_pending!(send.poll());
    }
    for n in 0..3 {
        assert_eq!(rx.try_recv(), Ok(n));
        assert_eq!(tx.try_send(9), Err(TrySendError::Full(9)), "no overtaking");
        let woken: Vec<_> = sends.iter().map(task::Spawn::is_woken).collect();
        assert_eq!(woken, (0..3).map(|send| send == n).collect::<Vec<_>>());
        let send = &mut sends[n as usize];
        assert_ready!(send.poll()).unwrap();
        *send = task::spawn(tx.send(9)); // forgets that it was woken
    }
    assert_eq!((rx.try_recv(), rx.try_recv()), (Ok(3), Ok(4)));
    assert_eq!(tx.capacity(), 2);
}

#[test]
fn capacity_counts_what_the_receiver_has_in_hand() {
    let (tx, mut rx) = channel(4);
    for n in 0..4 {
        tx.try_send(n).unwrap();
    }
    for n in 0..4 {
        assert_eq!(rx.try_recv(), Ok(n));
        let len = 3 - n as usize;
        assert_eq!((tx.capacity(), rx.len()), (4 - len, len));
        for _ in 0..=n {
            tx.try_reserve_many(n as usize + 1).unwrap();
        }
        assert!(tx.try_reserve_many(n as usize + 2).is_err());
    }
}

#[test]
fn a_sender_that_waits_is_let_in_while_values_are_in_hand() {
    let (tx, mut rx) = channel(3);
    for n in 0..3 {
        tx.try_send(n).unwrap();
    }
    assert_eq!(rx.try_recv(), Ok(0)); // 1 and 2 are in hand
    tx.try_send(3).unwrap();
    let mut send = task::spawn(tx.send(4));
    assert_pending!(send.poll());
    assert_eq!(rx.try_recv(), Ok(1));
    assert!(send.is_woken());
    assert_ready!(send.poll()).unwrap();
    drop(send);
    let received: Vec<_> = std::iter::from_fn(|| rx.try_recv().ok()).collect();
    assert_eq!(received, [2, 3, 4]);
    assert_eq!(tx.capacity(), 3);
}

#[test]
fn a_send_that_is_dropped_has_not_sent_and_passes_its_room_on() {
    for woken_before in [false, true] {
        let (tx, mut rx) = channel(1);
        tx.try_send(0).unwrap();
        let mut first = task::spawn(tx.send(1));
        let mut second = task::spawn(tx.send(2));
        assert_pending!(first.poll());
        assert_pending!(second.poll());
        if woken_before {
            assert_eq!(rx.try_recv(), Ok(0));
            assert!(first.is_woken() && !second.is_woken());
            drop(first);
        } else {
            drop(first);
            assert_eq!(rx.try_recv(), Ok(0));
        }
        assert!(second.is_woken());
        assert_ready!(second.poll()).unwrap();
        assert_eq!(rx.try_recv(), Ok(2));
        assert_eq!(tx.capacity(), 1);
    }
}

#[test]
fn closing_wakes_all_that_wait_and_keeps_what_was_sent() {
    let (tx, mut rx) = channel(1);
    tx.try_send(0).unwrap();
    let mut sends: Vec<_> = (1..50).map(|n| task::spawn(tx.send(n))).collect();
    let mut closed = task::spawn(tx.closed());
    assert_pending!(closed.poll());
    for send in &mut sends {
        assert_pending!(send.poll());
    }
    rx.close();
    assert!(closed.is_woken());
    assert_ready!(closed.poll());
    for (n, send) in sends.iter_mut().enumerate() {
        assert!(send.is_woken());
        assert_eq!(assert_ready!(send.poll()).unwrap_err().0, n + 1);
    }
    assert_eq!(tx.try_send(9), Err(TrySendError::Closed(9)));
    assert_ready_eq!(task::spawn(rx.recv()).poll(), Some(0));
    assert_ready_eq!(task::spawn(rx.recv()).poll(), None);
}

#[test]
fn a_send_that_was_let_in_before_the_close_is_received() {
    let (tx, mut rx) = channel(1);
    tx.try_send(0).unwrap();
    let mut send = task::spawn(tx.send(1));
    assert_pending!(send.poll());
    assert_eq!(rx.try_recv(), Ok(0));
    rx.close();
    let mut recv = task::spawn(rx.recv());
    assert_pending!(recv.poll());
    assert_ready!(send.poll()).unwrap();
    assert!(recv.is_woken());
    assert_ready_eq!(recv.poll(), Some(1));
}

#[test]
fn a_send_that_was_let_in_and_is_dropped_after_the_close_ends_the_channel() {
    let (tx, mut rx) = channel(1);
    tx.try_send(0).unwrap();
    let mut send = task::spawn(tx.send(1));
    assert_pending!(send.poll());
    assert_eq!(rx.try_recv(), Ok(0));
    rx.close();
    let mut recv = task::spawn(rx.recv());
    assert_pending!(recv.poll());
    drop(send);
    assert!(recv.is_woken());
    assert_ready_eq!(recv.poll(), None);
}

#[test]
fn values_are_dropped_once_wherever_they_are() {
    let value = Arc::new(());
    let (tx, mut rx) = channel(4);
    for _ in 0..4 {
        tx.try_send(Arc::clone(&value)).unwrap();
    }
    drop(rx.try_recv().unwrap()); // three in hand
    tx.try_send(Arc::clone(&value)).unwrap(); // one queued
    let mut send = task::spawn(tx.send(Arc::clone(&value))); // one waiting
    assert_pending!(send.poll());
    assert_eq!(Arc::strong_count(&value), 6);
    drop(rx);
    assert_eq!(Arc::strong_count(&value), 2);
    drop(send);
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn recv_many_takes_what_is_there_up_to_the_limit() {
    let (tx, mut rx) = channel(10);
    let mut buffer = Vec::new();
    assert_ready_eq!(task::spawn(rx.recv_many(&mut buffer, 0)).poll(), 0);
    let mut many = task::spawn(rx.recv_many(&mut buffer, 3));
    assert_pending!(many.poll());
    (0..5).for_each(|n| tx.try_send(n).unwrap());
    assert!(many.is_woken());
    assert_ready_eq!(many.poll(), 3);
    drop(many);
    (5..8).for_each(|n| tx.try_send(n).unwrap());
    assert_ready_eq!(task::spawn(rx.recv_many(&mut buffer, 100)).poll(), 5);
    assert_eq!(buffer, [0, 1, 2, 3, 4, 5, 6, 7]);
    drop(tx);
    assert_ready_eq!(task::spawn(rx.recv_many(&mut buffer, 100)).poll(), 0);
}

#[test]
fn recv_many_lets_as_many_senders_in_as_it_made_room() {
    let (tx, mut rx) = channel(40);
    (0..40).for_each(|n| tx.try_send(n).unwrap());
    let mut sends: Vec<_> = (40..90).map(|n| task::spawn(tx.send(n))).collect();
    sends.iter_mut().for_each(|send| assert_pending!(send.poll()));
    let mut buffer = Vec::new();
    assert_ready_eq!(task::spawn(rx.recv_many(&mut buffer, 38)).poll(), 38);
    assert_eq!(sends.iter().filter(|send| send.is_woken()).count(), 38);
    drop(sends);
    assert_eq!(tx.capacity(), 38);
}

#[test]
fn an_unbounded_channel_takes_all_and_gives_it_back_in_order() {
    let (tx, mut rx) = unbounded_channel();
    (0..5_000).for_each(|n| tx.send(n).unwrap());
    assert_eq!(rx.len(), 5_000);
    for n in 0..5_000 {
        assert_eq!(rx.try_recv(), Ok(n));
    }
    let mut recv = task::spawn(rx.recv());
    assert_pending!(recv.poll());
    drop(tx);
    assert!(recv.is_woken());
    assert_ready_eq!(recv.poll(), None);
}

#[test]
fn a_weak_sender_neither_keeps_the_channel_open_nor_opens_it_again() {
    let (tx, mut rx) = channel::<()>(1);
    let weak = tx.downgrade();
    assert_eq!((tx.strong_count(), tx.weak_count()), (1, 1));
    let second = weak.upgrade().unwrap();
    drop(tx);
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    drop(second);
    assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
    assert!(weak.upgrade().is_none());
}

#[test]
fn wakers_that_panic_or_come_back_leave_the_channel_whole() {
    let (tx, mut rx) = channel(2);
    let comes_back = calling({
        let tx = tx.clone();
        move || tx.try_send(2).unwrap()
    });
    assert_pending!(rx.poll_recv(&mut cx(&comes_back)));
    tx.try_send(1).unwrap();
    assert_eq!((rx.try_recv(), rx.try_recv()), (Ok(1), Ok(2)));

    let panics = calling(|| panic!("waker"));
    assert_pending!(rx.poll_recv(&mut cx(&panics)));
    catch_unwind(AssertUnwindSafe(|| tx.try_send(3))).unwrap_err();
    assert_eq!(rx.try_recv(), Ok(3));
}

#[test]
fn completing_takes_a_unit_of_the_budget_and_waiting_does_not() {
    let (tx, mut rx) = mpsc::channel(200);
    (0..200).for_each(|n| tx.try_send(n).unwrap());
    let wakes = Wakes::new();
    let waker = wakes.waker();
    let received = crate::coop::with_budget(|| {
        (0..).take_while(|_| rx.poll_recv(&mut cx(&waker)).is_ready()).count()
    });
    assert_eq!((received, wakes.count()), (128, 1));
}

#[test]
fn threads_that_block_exchange_all_values() {
    let (tx, mut rx) = channel(2);
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let tx = tx.clone();
            thread::spawn(move || (1..=1_000).for_each(|n| tx.blocking_send(n).unwrap()))
        })
        .collect();
    drop(tx);
    let sum: u64 = std::iter::from_fn(|| rx.blocking_recv()).sum();
    assert_eq!(sum, 3 * 500_500);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
#[should_panic(expected = "capacity of at least 1")]
fn a_capacity_of_zero_panics() {
    let _ = channel::<()>(0);
}
