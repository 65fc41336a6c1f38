//! Go's channels: order, capacity, the end, and receivers and senders that leave.
#![cfg(all(feature = "macros", feature = "sync"))]

mod support;

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::thread;

use futures::{SinkExt, StreamExt, stream};
use runtime::chan::error::{TryRecvError, TrySendError};
use runtime::chan::{Receiver, bounded, unbounded};
use tokio_test::task::spawn;
use tokio_test::{assert_pending, assert_ready, assert_ready_eq};

use support::{all_kinds, rounds, watch};

#[test]
fn each_value_is_received_once_in_order() {
    let (tx, rx) = bounded(4);
    let other = rx.clone();
    for n in 0..4 {
        assert_ready!(spawn(tx.send(n)).poll()).unwrap();
    }
    drop(tx);
    for n in 0..4 {
        let from = if n % 2 == 0 { &rx } else { &other };
        assert_ready_eq!(spawn(from.recv()).poll(), Some(n));
    }
    assert_ready_eq!(spawn(rx.recv()).poll(), None);
    assert_ready_eq!(spawn(other.recv()).poll(), None);
}

#[test]
fn receivers_are_served_in_the_order_in_which_they_came() {
    let (tx, rx) = bounded(4);
    let mut waits: Vec<_> = (0..3).map(|_| spawn(rx.recv())).collect();
    waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    for n in 0..3 {
        tx.try_send(n).unwrap();
        let woken: Vec<_> = waits.iter().map(|wait| wait.is_woken()).collect();
        assert_eq!(woken, [true, n >= 1, n >= 2]);
    }
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty), "all values are kept for those who wait");
    assert_pending!(spawn(rx.recv()).poll());
    for (n, wait) in waits.iter_mut().enumerate() {
        assert_ready_eq!(wait.poll(), Some(n));
    }
}

#[test]
fn senders_get_room_in_the_order_in_which_they_came() {
    for capacity in [0, 1] {
        let (tx, rx) = bounded(capacity);
        if capacity > 0 {
            tx.try_send(9).unwrap();
        }
        let mut waits: Vec<_> = (0..3).map(|n| spawn(tx.send(n))).collect();
        waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
        if capacity > 0 {
            assert_eq!(rx.try_recv(), Ok(9));
        } else {
            assert_eq!(rx.try_recv(), Err(TryRecvError::Empty)); // which calls the first
        }
        for n in 0..3 {
            let woken: Vec<_> = waits.iter().map(|wait| wait.is_woken()).collect();
            assert_eq!(woken, [n == 0, n == 1, n == 2]);
            assert_eq!(tx.try_send(8), Err(TrySendError::Full(8)), "nobody overtakes");
            assert_ready!(waits[n].poll()).unwrap();
            assert_eq!(rx.try_recv(), Ok(n));
            if capacity == 0 {
                let _ = rx.try_recv();
            }
        }
    }
}

#[test]
fn a_receiver_that_leaves_passes_on_what_was_kept_for_it() {
    for capacity in [0, 1] {
        let (tx, rx) = bounded(capacity);
        let mut first = spawn(rx.recv());
        let mut second = spawn(rx.recv());
        assert_pending!(first.poll());
        assert_pending!(second.poll());
        tx.try_send(1).unwrap();
        assert!(first.is_woken() && !second.is_woken());
        drop(first);
        assert!(second.is_woken());
        drop(second);
        assert_eq!((rx.len(), rx.try_recv()), (1, Ok(1)), "nobody waits, so it stays");
    }
}

#[test]
fn a_receiver_that_leaves_before_it_was_woken_costs_the_others_nothing() {
    for capacity in [0, 1] {
        for leaves in 0..3 {
            let (tx, rx) = bounded(capacity);
            let mut waits: Vec<_> = (0..3).map(|_| spawn(rx.recv())).collect();
            waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
            drop(waits.remove(leaves));
            for (n, wait) in waits.iter_mut().enumerate() {
                assert_ready!(spawn(tx.send(n)).poll()).unwrap();
                assert_ready_eq!(wait.poll(), Some(n));
            }
            assert_eq!(tx.is_full(), capacity == 0);
        }
    }
}

#[test]
fn a_rendezvous_is_full_unless_a_receiver_waits() {
    let (tx, rx) = bounded(0);
    assert!(tx.is_full() && rx.is_full() && rx.is_empty());
    assert_eq!(tx.try_send(1), Err(TrySendError::Full(1)));
    let mut recv = spawn(rx.recv());
    assert_pending!(recv.poll());
    assert!(!tx.is_full());
    assert_eq!(tx.try_send(2), Ok(()));
    assert_eq!(tx.try_send(3), Err(TrySendError::Full(3)), "one receiver is one slot");
    assert_ready_eq!(recv.poll(), Some(2));
    assert_eq!((tx.capacity(), tx.len()), (Some(0), 0));
}

#[test]
fn a_rendezvous_send_is_ready_when_a_receiver_has_come() {
    let (tx, rx) = bounded(0);
    let mut send = spawn(tx.send(1));
    assert_pending!(send.poll());
    assert_pending!(send.poll());
    let mut recv = spawn(rx.recv());
    assert_pending!(recv.poll());
    assert!(send.is_woken());
    assert_ready!(send.poll()).unwrap();
    assert!(recv.is_woken());
    assert_ready_eq!(recv.poll(), Some(1));
}

#[test]
fn a_rendezvous_send_that_is_dropped_takes_its_value_away() {
    for polls_after in [false, true] {
        let value = Arc::new(());
        let (tx, rx) = bounded(0);
        let mut leaves = spawn(tx.send(Arc::clone(&value)));
        let mut stays = spawn(tx.send(Arc::default()));
        assert_pending!(leaves.poll());
        assert_pending!(stays.poll());
        let mut recv = spawn(rx.recv());
        if polls_after {
            drop(leaves);
            assert_pending!(recv.poll());
        } else {
            assert_pending!(recv.poll());
            assert!(leaves.is_woken() && !stays.is_woken());
            drop(leaves); // it was let in
        }
        assert_eq!(Arc::strong_count(&value), 1);
        assert!(stays.is_woken(), "the receiver still asks");
        assert_ready!(stays.poll()).unwrap();
        assert!(!Arc::ptr_eq(&assert_ready!(recv.poll()).unwrap(), &value));
    }
}

#[test]
fn a_rendezvous_sender_that_was_let_in_stays_so_when_the_receiver_leaves() {
    let (tx, rx) = bounded(0);
    let mut first = spawn(tx.send(1));
    let mut second = spawn(tx.send(2));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    for _ in 0..10 {
        assert_pending!(spawn(rx.recv()).poll()); // comes and gives up
    }
    assert!(!second.is_woken(), "ten receivers that gave up let in one sender");
    assert_ready!(first.poll()).unwrap();
    assert_pending!(second.poll());
    assert_ready_eq!(spawn(rx.recv()).poll(), Some(1));
    assert_eq!(tx.len(), 0);
}

#[test]
fn a_loop_of_try_recv_empties_a_rendezvous() {
    let (tx, rx) = bounded(0);
    let mut sends: Vec<_> = (0..3).map(|n| spawn(tx.send(n))).collect();
    sends.iter_mut().for_each(|send| assert_pending!(send.poll()));
    for n in 0..3 {
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
        assert_eq!(sends.iter().filter(|send| send.is_woken()).count(), 1);
        assert_ready!(sends.remove(0).poll()).unwrap();
        assert_eq!(rx.try_recv(), Ok(n));
    }
}

#[test]
fn closing_from_either_side_delivers_what_was_sent_and_refuses_the_rest() {
    for by_sender in [false, true] {
        let (tx, rx) = bounded(1);
        tx.try_send(1).unwrap();
        let mut send = spawn(tx.send(2));
        assert_pending!(send.poll());
        let mut closed = spawn(tx.closed());
        assert_pending!(closed.poll());
        assert!(if by_sender { tx.close() } else { rx.close() });
        assert!(!tx.close() && !rx.close());
        assert!(tx.is_closed() && rx.is_closed() && closed.is_woken());
        assert_eq!(assert_ready!(send.poll()).unwrap_err().0, 2);
        assert_eq!(tx.try_send(3), Err(TrySendError::Closed(3)));
        assert_eq!(rx.try_recv(), Ok(1));
        assert_eq!(rx.try_recv(), Err(TryRecvError::Disconnected));
    }
}

#[test]
fn the_end_wakes_all_receivers_once_the_last_value_is_taken() {
    let (tx, rx) = bounded(1);
    let mut waits: Vec<_> = (0..3).map(|_| spawn(rx.recv())).collect();
    waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    tx.try_send(1).unwrap();
    drop(tx);
    assert_pending!(waits[1].poll()); // the value may come to it yet, if the first leaves
    assert_eq!(rx.try_recv(), Err(TryRecvError::Empty));
    assert_ready_eq!(waits[0].poll(), Some(1));
    assert!(waits[1].is_woken() && waits[2].is_woken());
    assert_ready_eq!(waits[1].poll(), None);
    assert_ready_eq!(waits[2].poll(), None);
}

#[test]
fn a_rendezvous_sender_that_was_let_in_before_the_close_is_received() {
    let (tx, rx) = bounded(0);
    let mut send = spawn(tx.send(1));
    assert_pending!(send.poll());
    let mut recv = spawn(rx.recv());
    assert_pending!(recv.poll());
    tx.close();
    assert_pending!(recv.poll());
    assert_ready!(send.poll()).unwrap();
    assert_ready_eq!(recv.poll(), Some(1));
    assert_ready_eq!(spawn(rx.recv()).poll(), None);
}

#[test]
fn the_last_receiver_drops_what_nobody_will_get() {
    let value = Arc::new(());
    let (tx, rx) = unbounded();
    let other = rx.clone();
    tx.try_send(Arc::clone(&value)).unwrap();
    drop(rx);
    assert_eq!(Arc::strong_count(&value), 2);
    assert!(!tx.is_closed());
    drop(other);
    assert_eq!(Arc::strong_count(&value), 1);
    assert_eq!(tx.try_send(value.clone()), Err(TrySendError::Closed(value)));
}

#[test]
fn counts_and_identity_follow_the_handles() {
    let (tx, rx) = bounded::<()>(1);
    let (other, _rx) = bounded::<()>(1);
    let (txs, rxs) = (vec![tx.clone(); 3], vec![rx.clone(); 2]);
    assert_eq!((rx.sender_count(), tx.receiver_count()), (4, 3));
    assert!(tx.same_channel(&txs[0]) && rx.same_channel(&rxs[0]) && !tx.same_channel(&other));
    drop((txs, rxs));
    assert_eq!((tx.sender_count(), rx.receiver_count()), (1, 1));
    assert_eq!(unbounded::<()>().0.capacity(), None);
}

#[test]
#[should_panic(expected = "cannot have a capacity")]
fn a_capacity_without_a_limit_panics() {
    let _ = bounded::<()>(usize::MAX);
}

#[test]
fn a_stream_gives_all_values_and_then_ends() {
    let (tx, rx) = bounded(8);
    (0..5).for_each(|n| tx.try_send(n).unwrap());
    drop(tx);
    assert_ready_eq!(spawn(rx.collect::<Vec<_>>()).poll(), vec![0, 1, 2, 3, 4]);
}

#[test]
fn a_receiver_does_not_wait_behind_itself() {
    let (tx, mut rx) = bounded(8);
    for n in 0..3 {
        let mut next = spawn(rx.next());
        assert_pending!(next.poll()); // its place stays in the queue
        drop(next);
        if n == 2 {
            tx.try_send(n).unwrap(); // and now a value is kept for it
        }
        let mut recv = spawn(rx.recv());
        if n < 2 {
            assert_pending!(recv.poll());
            tx.try_send(n).unwrap();
            assert!(recv.is_woken());
        }
        assert_ready_eq!(recv.poll(), Some(n));
    }
    let other = rx.clone();
    assert_pending!(spawn(rx.next()).poll());
    tx.try_send(3).unwrap();
    let mut recv = spawn(other.recv());
    assert_pending!(recv.poll());
    drop(rx);
    assert!(recv.is_woken(), "a stream that is dropped passes on what was kept for it");
    assert_ready_eq!(recv.poll(), Some(3));
}

#[test]
fn a_stream_keeps_its_place_when_next_is_dropped() {
    let (tx, mut rx) = bounded(8);
    let other = rx.clone();
    assert_pending!(spawn(rx.next()).poll());
    let mut behind = spawn(other.recv());
    assert_pending!(behind.poll());
    tx.try_send(1).unwrap();
    assert!(!behind.is_woken());
    assert_ready_eq!(spawn(rx.next()).poll(), Some(1));
}

#[test]
fn a_sink_sends_all_and_closes() {
    let (tx, rx) = bounded(2);
    let mut sink = tx.into_sink();
    let mut input = stream::iter((0..5).map(Ok));
    let mut sends = spawn(sink.send_all(&mut input));
    assert_pending!(sends.poll());
    let mut received = Vec::new();
    while let Ok(n) = rx.try_recv() {
        received.push(n);
        let _ = sends.poll();
    }
    assert_eq!(received, [0, 1, 2, 3, 4]);
    drop(sends);
    assert_ready!(spawn(sink.close()).poll()).unwrap();
    assert!(rx.is_closed() && sink.sender().is_none());
    assert!(assert_ready!(spawn(sink.send(9)).poll()).is_err());
}

#[test]
fn a_sink_that_is_dropped_gives_its_room_back() {
    let (tx, rx) = bounded(1);
    let mut has_room = pin!(tx.clone().into_sink());
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(futures::Sink::poll_ready(has_room.as_mut(), &mut cx).is_ready());
    let mut waits = tx.clone().into_sink();
    assert!(waits.poll_ready_unpin(&mut cx).is_pending());
    let mut send = spawn(tx.send(1));
    assert_pending!(send.poll());
    drop(waits);
    has_room.set(tx.clone().into_sink());
    assert!(send.is_woken());
    assert_ready!(send.poll()).unwrap();
    assert_eq!(rx.try_recv(), Ok(1));
}

#[test]
fn completing_takes_a_unit_of_the_budget_and_waiting_does_not() {
    runtime::block_on(async {
        let (tx, rx) = unbounded();
        for n in 0..1_000 {
            tx.try_send(n).unwrap();
        }
        let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
        let ready = (0..1_000).take_while(|_| pin!(rx.recv()).poll(&mut cx).is_ready()).count();
        assert!(ready <= 128, "{ready} values were received in one poll");
    });
}

/// Sends and receives by many tasks, each of which gives up now and then.
#[test]
fn what_senders_believe_they_sent_is_what_receivers_get() {
    let _watch = watch();
    for runtime in all_kinds() {
        for capacity in [0, 1, 3] {
            let (tx, rx) = bounded(capacity);
            let sent = Arc::new(AtomicUsize::new(0));
            let received: Arc<Mutex<Vec<usize>>> = Arc::default();
            for id in 0..4 {
                let (tx, sent) = (tx.clone(), Arc::clone(&sent));
                drop(runtime.spawn(async move {
                    for n in 0..rounds(5_000) {
                        let value = id * 1_000_000 + n;
                        let gives_up = async {
                            for _ in 0..n % 4 {
                                runtime::task::yield_now().await;
                            }
                        };
                        runtime::select! {
                            biased;
                            result = tx.send(value) => {
                                result.unwrap();
                                sent.fetch_add(1, Relaxed);
                            }
                            () = gives_up, if n % 2 == 0 => {}
                        }
                    }
                }));
            }
            drop(tx);
            let receivers: Vec<_> = (0..3)
                .map(|id| {
                    let (rx, received) = (rx.clone(), Arc::clone(&received));
                    runtime.spawn(receive(id, rx, received))
                })
                .collect();
            drop(rx);
            runtime.block_on(async {
                for receiver in receivers {
                    receiver.await.unwrap();
                }
            });
            let mut received = received.lock().unwrap();
            assert_eq!(received.len(), sent.load(Relaxed), "capacity {capacity}");
            received.sort_unstable();
            received.dedup();
            assert_eq!(received.len(), sent.load(Relaxed), "a value was received twice");
        }
    }
}

async fn receive(id: usize, rx: Receiver<usize>, received: Arc<Mutex<Vec<usize>>>) {
    let mut turn = id;
    loop {
        turn += 1;
        let value = runtime::select! {
            biased;
            value = rx.recv() => value,
            () = runtime::task::yield_now(), if turn.is_multiple_of(3) => continue,
        };
        match value {
            Some(value) => received.lock().unwrap().push(value),
            None => break,
        }
    }
}

#[test]
fn select_over_several_channels_receives_from_all() {
    runtime::block_on(async {
        let (a, from_a) = bounded(0);
        let (b, from_b) = bounded(2);
        runtime::spawn(async move {
            for n in 0..100 {
                a.send(n).await.unwrap();
            }
        });
        runtime::spawn(async move {
            for n in 0..100 {
                b.send(n).await.unwrap();
            }
        });
        let (mut next_a, mut next_b) = (0, 0);
        loop {
            runtime::select! {
                Some(n) = from_a.recv() => {
                    assert_eq!(n, next_a);
                    next_a += 1;
                }
                Some(n) = from_b.recv() => {
                    assert_eq!(n, next_b);
                    next_b += 1;
                }
                else => break,
            }
        }
        assert_eq!((next_a, next_b), (100, 100));
    });
}

#[test]
fn threads_that_block_exchange_all_values() {
    let _watch = watch();
    for capacity in [0, 1, 7] {
        let (tx, rx) = bounded(capacity);
        let senders: Vec<_> = (0..3)
            .map(|id| {
                let tx = tx.clone();
                thread::spawn(move || {
                    (0..rounds(3_000)).for_each(|n| tx.blocking_send(id * 1_000_000 + n).unwrap());
                })
            })
            .collect();
        drop(tx);
        let receivers: Vec<_> = (0..2)
            .map(|_| {
                let rx = rx.clone();
                thread::spawn(move || std::iter::from_fn(|| rx.blocking_recv()).count())
            })
            .collect();
        let count: usize = receivers.into_iter().map(|each| each.join().unwrap()).sum();
        senders.into_iter().for_each(|each| each.join().unwrap());
        assert_eq!(count, 3 * rounds(3_000));
    }
}
