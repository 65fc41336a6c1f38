//! `broadcast`: who receives what, lag to the value, and what a slow, panicking or vanishing receiver does to others.
#![cfg(feature = "sync")]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;

use runtime::sync::broadcast::error::{RecvError, SendError, TryRecvError};
use runtime::sync::broadcast::{self, Receiver, Sender};
use support::{Gate, hush, watch};
use tokio_test::task;
use tokio_test::{assert_pending, assert_ready, assert_ready_eq};

fn send_all(tx: &Sender<u32>, values: impl IntoIterator<Item = u32>) {
    values.into_iter().for_each(|n| assert!(tx.send(n).is_ok()));
}

/// All that can be received now.
fn drain(rx: &mut Receiver<u32>) -> Vec<u32> {
    std::iter::from_fn(|| rx.try_recv().ok()).collect()
}

#[test]
fn each_receiver_gets_what_was_sent_after_it_subscribed() {
    let (tx, mut first) = broadcast::channel(8);
    send_all(&tx, 0..2);
    let mut second = tx.subscribe();
    send_all(&tx, 2..4);
    let mut third = first.resubscribe();
    send_all(&tx, 4..6);
    assert_eq!(drain(&mut first), [0, 1, 2, 3, 4, 5]);
    assert_eq!(drain(&mut second), [2, 3, 4, 5]);
    assert_eq!(drain(&mut third), [4, 5]);
    assert!(tx.is_empty());
}

#[test]
fn lag_is_counted_to_the_value_and_told_once() {
    for capacity in [1, 2, 3, 4, 5, 8] {
        let (tx, mut rx) = broadcast::channel(capacity);
        let holds = capacity.next_power_of_two() as u32;
        for lost in [1, 2, holds, 3 * holds + 1] {
            send_all(&tx, 0..holds + lost);
            assert_eq!(rx.len(), (holds + lost) as usize);
            assert_eq!(tx.len(), holds as usize);
            assert_eq!(rx.try_recv(), Err(TryRecvError::Lagged(lost.into())));
            assert_eq!(drain(&mut rx), (lost..holds + lost).collect::<Vec<_>>());
        }
        send_all(&tx, 0..holds);
        assert_eq!(drain(&mut rx), (0..holds).collect::<Vec<_>>(), "full is not too full");
    }
}

#[test]
fn a_lag_that_grows_after_it_was_told_is_told_again() {
    let (tx, mut rx) = broadcast::channel(2);
    send_all(&tx, 0..3);
    assert_eq!(rx.try_recv(), Err(TryRecvError::Lagged(1)));
    send_all(&tx, 3..6);
    assert_eq!(rx.try_recv(), Err(TryRecvError::Lagged(3)));
    assert_eq!(drain(&mut rx), [4, 5]);
}

#[test]
fn a_receiver_that_waits_and_is_too_slow_learns_of_its_lag_too() {
    let (tx, mut rx) = broadcast::channel(1);
    let mut recv = task::spawn(rx.recv());
    assert_pending!(recv.poll());
    send_all(&tx, 0..4);
    assert!(recv.is_woken());
    assert_ready_eq!(recv.poll(), Err(RecvError::Lagged(3)));
    drop(recv);
    assert_ready_eq!(task::spawn(rx.recv()).poll(), Ok(3));
}

#[test]
fn one_that_lags_takes_nothing_from_others() {
    let (tx, mut slow) = broadcast::channel(2);
    let mut fast = tx.subscribe();
    for n in 0..5 {
        send_all(&tx, [n]);
        assert_eq!(fast.try_recv(), Ok(n));
    }
    assert_eq!(slow.try_recv(), Err(TryRecvError::Lagged(3)));
    assert_eq!(drain(&mut slow), [3, 4]);
}

#[test]
fn what_was_sent_is_received_after_the_last_sender_is_gone() {
    let (tx, mut rx) = broadcast::channel(2);
    let weak = tx.downgrade();
    send_all(&tx, 0..3);
    let second = weak.upgrade().unwrap();
    assert_eq!((rx.sender_strong_count(), rx.sender_weak_count()), (2, 1));
    drop(tx);
    assert!(!rx.is_closed());
    drop(second);
    assert!(rx.is_closed() && weak.upgrade().is_none());
    assert_eq!(rx.try_recv(), Err(TryRecvError::Lagged(1)));
    assert_eq!(drain(&mut rx), [1, 2]);
    assert_eq!(rx.try_recv(), Err(TryRecvError::Closed));
    assert_eq!(rx.resubscribe().try_recv(), Err(TryRecvError::Closed));
}

#[test]
fn the_last_sender_ends_the_wait_of_all() {
    let (tx, mut first) = broadcast::channel::<u32>(1);
    let mut second = tx.subscribe();
    let (mut recv1, mut recv2) = (task::spawn(first.recv()), task::spawn(second.recv()));
    assert_pending!(recv1.poll());
    assert_pending!(recv2.poll());
    drop(tx.clone());
    assert!(!recv1.is_woken() && !recv2.is_woken());
    drop(tx);
    assert!(recv1.is_woken() && recv2.is_woken());
    assert_ready_eq!(recv1.poll(), Err(RecvError::Closed));
    assert_ready_eq!(recv2.poll(), Err(RecvError::Closed));
}

#[test]
fn a_recv_that_is_dropped_loses_neither_a_value_nor_a_wake() {
    let (tx, mut rx) = broadcast::channel(4);
    let mut other = tx.subscribe();
    let mut stays = task::spawn(other.recv());
    for woken_before in [false, true] {
        let mut recv = task::spawn(rx.recv());
        assert_pending!(recv.poll());
        assert_pending!(stays.poll());
        if woken_before {
            send_all(&tx, [7]);
            assert!(recv.is_woken());
        }
        drop(recv);
    }
    assert!(stays.is_woken());
    assert_ready_eq!(stays.poll(), Ok(7));
    assert_ready_eq!(task::spawn(rx.recv()).poll(), Ok(7));
}

#[test]
fn a_receiver_that_is_dropped_gives_up_what_only_it_had_to_receive() {
    let value = Arc::new(());
    let (tx, mut fast) = broadcast::channel(8);
    let slow = tx.subscribe();
    for _ in 0..4 {
        tx.send(Arc::clone(&value)).unwrap();
    }
    assert!((0..2).all(|_| fast.try_recv().is_ok()));
    assert_eq!((Arc::strong_count(&value), tx.len()), (5, 4));
    drop(slow);
    assert_eq!((Arc::strong_count(&value), tx.len()), (3, 2));
    drop(fast);
    assert_eq!((Arc::strong_count(&value), tx.len()), (1, 0));
    let SendError(back) = tx.send(value).unwrap_err();
    assert_eq!(Arc::strong_count(&back), 1);
}

#[test]
fn values_are_dropped_when_all_have_them_and_when_they_are_taken_away() {
    let value = Arc::new(());
    let (tx, mut rx) = broadcast::channel(2);
    let send = || assert!(tx.send(Arc::clone(&value)).is_ok());
    (0..5).for_each(|_| send());
    assert_eq!(Arc::strong_count(&value), 3);
    assert_eq!(rx.try_recv(), Err(TryRecvError::Lagged(3)));
    drop(rx.try_recv().unwrap());
    assert_eq!(Arc::strong_count(&value), 2);
    drop((tx, rx));
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn closed_waits_for_the_last_receiver_and_for_those_that_came_meanwhile() {
    let (tx, rx) = broadcast::channel::<u32>(1);
    let second = tx.subscribe();
    let (mut closed, mut leaves) = (task::spawn(tx.closed()), task::spawn(tx.closed()));
    assert_pending!(closed.poll());
    assert_pending!(leaves.poll());
    drop(rx);
    assert!(!closed.is_woken());
    drop(leaves);
    drop(second);
    assert!(closed.is_woken());
    let third = tx.subscribe();
    assert_pending!(closed.poll());
    drop(third);
    assert!(closed.is_woken());
    assert_ready!(closed.poll());
    assert_eq!(tx.receiver_count(), 0);
}

#[test]
fn a_capacity_is_rounded_up_and_memory_is_taken_only_when_it_is_needed() {
    let (tx, mut rx) = broadcast::channel(usize::MAX / 2);
    send_all(&tx, 0..1000);
    assert_eq!(tx.len(), 1000);
    assert_eq!(drain(&mut rx).len(), 1000);
}

#[test]
fn a_capacity_of_nothing_or_of_more_than_half_of_all_panics() {
    for capacity in [0, usize::MAX / 2 + 1, usize::MAX] {
        catch_unwind(|| drop(Sender::<u32>::new(capacity))).unwrap_err();
    }
}

/// Panics when it is cloned, if told so.
#[derive(Debug)]
struct Value(bool);

impl Clone for Value {
    fn clone(&self) -> Self {
        assert!(!self.0, "in a clone, on purpose");
        Self(false)
    }
}

#[test]
fn a_clone_that_panics_harms_nobody() {
    hush();
    let (tx, mut rx) = broadcast::channel(4);
    let mut other = tx.subscribe();
    for panics in [true, false] {
        tx.send(Value(panics)).unwrap();
    }
    for rx in [&mut rx, &mut other] {
        catch_unwind(AssertUnwindSafe(|| rx.try_recv())).unwrap_err();
        assert!(rx.try_recv().is_ok(), "it goes on with the next");
    }
    assert!(tx.is_empty());
    tx.send(Value(false)).unwrap();
    assert!(rx.try_recv().is_ok() && other.try_recv().is_ok());
}

/// Comes back to its channel when it is cloned or dropped.
#[derive(Debug)]
struct Returns(Sender<Returns>);

impl Clone for Returns {
    fn clone(&self) -> Self {
        assert!(self.0.receiver_count() < 9 && self.0.len() < 9);
        drop(self.0.subscribe());
        Self(self.0.clone())
    }
}

impl Drop for Returns {
    fn drop(&mut self) {
        assert!(self.0.receiver_count() < 9 && self.0.len() < 9);
        drop(self.0.subscribe());
    }
}

#[test]
fn clones_and_drops_of_values_may_use_the_channel() {
    let _watch = watch();
    let (tx, mut rx) = broadcast::channel(2);
    let mut other = tx.subscribe();
    let send = || assert!(tx.send(Returns(tx.clone())).is_ok());
    (0..3).for_each(|_| send()); // one is taken away
    assert_eq!(rx.try_recv().unwrap_err(), TryRecvError::Lagged(1));
    drop((rx.try_recv().unwrap(), rx.try_recv().unwrap()));
    assert_eq!(other.try_recv().unwrap_err(), TryRecvError::Lagged(1));
    drop(other.try_recv().unwrap()); // the last that receives it
    send();
    drop(rx);
    drop(other); // drops what it did not receive
}

/// Its clone waits at a gate, which says that it has come there.
struct Slow {
    number: u32,
    gate: Arc<Gate>,
    begun: Arc<AtomicBool>,
}

impl Clone for Slow {
    fn clone(&self) -> Self {
        self.begun.store(true, SeqCst);
        self.gate.wait();
        Self { number: self.number, gate: self.gate.clone(), begun: self.begun.clone() }
    }
}

#[test]
fn nobody_else_waits_for_a_clone() {
    let _watch = watch();
    let (closed, begun) = (Gate::new("a clone"), Arc::new(AtomicBool::new(false)));
    let open = Gate::new("an open gate");
    open.open();
    let (tx, mut slow) = broadcast::channel(1);
    let mut fast = tx.subscribe();
    let value =
        |number, gate: &Arc<Gate>| Slow { number, gate: gate.clone(), begun: begun.clone() };
    assert!(tx.send(value(1, &closed)).is_ok());
    let clones = thread::spawn(move || slow.try_recv().map(|value| value.number));
    while !begun.load(SeqCst) {
        thread::yield_now();
    }
    assert!(tx.send(value(2, &open)).is_ok(), "takes away the value that is being cloned");
    assert_eq!(tx.len(), 1);
    assert_eq!(fast.try_recv().map(|value| value.number), Err(TryRecvError::Lagged(1)));
    assert_eq!(fast.try_recv().map(|value| value.number), Ok(2));
    closed.open();
    assert_eq!(clones.join().unwrap(), Ok(1));
}

#[test]
fn tasks_and_a_thread_that_blocks_receive_all() {
    let _watch = watch();
    const VALUES: u64 = 1_000;
    let (tx, mut blocks) = broadcast::channel(2 * VALUES as usize);
    let sum = |mut rx: Receiver<u64>| async move {
        let mut sum = 0;
        while let Ok(n) = rx.recv().await {
            sum += n;
        }
        sum
    };
    let tasks: Vec<_> = (0..3).map(|_| runtime::spawn(sum(tx.subscribe()))).collect();
    let blocks =
        thread::spawn(move || std::iter::from_fn(|| blocks.blocking_recv().ok()).sum::<u64>());
    let senders: Vec<_> = (0..2)
        .map(|_| tx.clone())
        .map(|tx| runtime::spawn(async move { (1..=VALUES).all(|n| tx.send(n).is_ok()) }))
        .collect();
    drop(tx);
    runtime::block_on(async {
        for sender in senders {
            assert!(sender.await.unwrap());
        }
        for task in tasks {
            assert_eq!(task.await.unwrap(), VALUES * (VALUES + 1));
        }
    });
    assert_eq!(blocks.join().unwrap(), VALUES * (VALUES + 1));
}

#[test]
fn errors_say_what_happened() {
    assert_eq!(SendError(1).to_string(), "broadcast channel has no receivers");
    assert_eq!(RecvError::Closed.to_string(), TryRecvError::Closed.to_string());
    assert!(RecvError::Lagged(3).to_string().contains("lost 3 values"));
    assert!(TryRecvError::Lagged(3).to_string().contains("lost 3 values"));
    fn is_error<T: std::error::Error + Send + Sync>(_: &T) {}
    is_error(&SendError(1));
    is_error(&TryRecvError::Empty);
}
