use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Wake, Waker};

use tokio_test::task;
use tokio_test::{assert_pending, assert_ready, assert_ready_eq};

use crate::sync::broadcast::{Receiver, channel, error::RecvError};
use crate::util::tests::wakers::{Wakes, calling, cx};

#[test]
fn a_value_wakes_each_that_waits_once() {
    let (tx, mut rx) = channel(4);
    let wakes = Wakes::new();
    let waker = wakes.waker();
    let mut recv = Box::pin(rx.recv());
    for _ in 0..3 {
        assert_pending!(recv.as_mut().poll(&mut cx(&waker)));
    }
    tx.send(1).unwrap();
    tx.send(2).unwrap();
    assert_eq!(wakes.count(), 1);
    assert_ready_eq!(recv.as_mut().poll(&mut cx(&waker)), Ok(1));
    drop(recv);
    drop(waker);
    assert_eq!(wakes.wakers(), 0, "the channel keeps no waker");
}

#[test]
fn the_newest_waker_is_woken() {
    let (tx, mut rx) = channel(4);
    let (old, new) = (Wakes::new(), Wakes::new());
    let mut recv = pin!(rx.recv());
    assert_pending!(recv.as_mut().poll(&mut cx(&old.waker())));
    assert_pending!(recv.as_mut().poll(&mut cx(&new.waker())));
    assert_eq!(old.wakers(), 0);
    tx.send(()).unwrap();
    assert_eq!((old.count(), new.count()), (0, 1));
}

#[test]
fn completing_takes_a_unit_of_the_budget_and_waiting_does_not() {
    let (tx, mut rx) = channel(256);
    let mut waits = task::spawn(async { rx.recv().await });
    crate::coop::with_budget(|| (0..1_000).for_each(|_| assert_pending!(waits.poll())));
    drop(waits);
    (0..200).for_each(|n| assert!(tx.send(n).is_ok()));
    let received = crate::coop::with_budget(|| {
        (0..).take_while(|_| task::spawn(rx.recv()).poll().is_ready()).count()
    });
    assert_eq!(received, 128);
}

#[test]
fn wakers_that_panic_or_come_back_leave_the_channel_whole() {
    let (tx, mut rx) = channel(4);
    let mut other = tx.subscribe();
    let panics = calling(|| panic!("waker"));
    let mut bad = Box::pin(rx.recv());
    assert_pending!(bad.as_mut().poll(&mut cx(&panics)));
    let mut good = task::spawn(other.recv());
    assert_pending!(good.poll());
    catch_unwind(AssertUnwindSafe(|| tx.send(1))).unwrap_err();
    assert!(good.is_woken());
    assert_ready_eq!(good.poll(), Ok(1));
    assert_ready_eq!(bad.as_mut().poll(&mut cx(&panics)), Ok(1));
    drop((bad, good));

    let comes_back = calling({
        let tx = tx.clone();
        move || drop(tx.send(tx.len()))
    });
    let mut recv = Box::pin(rx.recv());
    assert_pending!(recv.as_mut().poll(&mut cx(&comes_back)));
    tx.send(7).unwrap();
    assert_ready_eq!(recv.as_mut().poll(&mut cx(&comes_back)), Ok(7));
    drop(recv);
    assert_eq!((rx.try_recv(), other.try_recv(), other.try_recv()), (Ok(1), Ok(7), Ok(1)));
}

#[test]
fn a_panic_when_the_last_receiver_goes_drops_its_values_all_the_same() {
    let value = Arc::new(());
    let (tx, rx) = channel(4);
    tx.send(Arc::clone(&value)).unwrap();
    let panics = calling(|| panic!("waker"));
    let mut bad = Box::pin(tx.closed());
    assert_pending!(bad.as_mut().poll(&mut cx(&panics)));
    let mut good = task::spawn(tx.closed());
    assert_pending!(good.poll());
    catch_unwind(AssertUnwindSafe(|| drop(rx))).unwrap_err();
    assert!(good.is_woken());
    assert_ready!(good.poll());
    assert_eq!(Arc::strong_count(&value), 1);
}

/// A task that runs in its wake: it receives, and waits again before the wake is over.
struct Eager {
    future: Mutex<Pin<Box<dyn Future<Output = RecvError> + Send>>>,
    wakes: AtomicUsize,
}

impl Eager {
    fn start(mut rx: Receiver<u32>) -> Arc<Self> {
        let future = async move {
            loop {
                if let Err(error) = rx.recv().await {
                    return error;
                }
            }
        };
        let this =
            Arc::new(Self { future: Mutex::new(Box::pin(future)), wakes: AtomicUsize::new(0) });
        this.run();
        this
    }

    fn run(self: &Arc<Self>) {
        let waker = Waker::from(Arc::clone(self));
        let mut future = self.future.lock().unwrap();
        let _ = future.as_mut().poll(&mut Context::from_waker(&waker));
    }
}

impl Wake for Eager {
    fn wake(self: Arc<Self>) {
        // Who is woken in vain waits no more, or the test would not end.
        if self.wakes.fetch_add(1, Relaxed) == 0 {
            self.run();
        }
    }
}

#[test]
fn those_who_wait_again_while_others_are_woken_are_not_woken_for_nothing() {
    let (tx, rx) = channel(4);
    drop(rx);
    let tasks: Vec<_> = (0..100).map(|_| Eager::start(tx.subscribe())).collect();
    tx.send(1).unwrap();
    assert!(tasks.iter().all(|task| task.wakes.swap(0, Relaxed) == 1));
    assert!(tx.is_empty(), "all have received it");
    drop(tx);
    assert!(tasks.iter().all(|task| task.wakes.load(Relaxed) == 1));
}

#[test]
fn a_burst_of_more_than_room_is_kept_for_arrives_in_order() {
    let (tx, mut rx) = channel(1 << 14);
    for _ in 0..2 {
        (0..5_000).for_each(|n| assert!(tx.send(n).is_ok()));
        assert!((0..5_000).all(|n| rx.try_recv() == Ok(n)));
        let mut other = tx.subscribe();
        tx.send(1).unwrap();
        assert_eq!((rx.try_recv(), other.try_recv()), (Ok(1), Ok(1)));
    }
}
