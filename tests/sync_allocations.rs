//! Waiting allocates nothing: the places in the queue are inside the waiting futures.
#![cfg(feature = "sync")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use runtime::chan;
use runtime::sync::{
    Barrier, Mutex, Notify, RwLock, Semaphore, WaitGroup, broadcast, mpsc, oneshot, watch,
};

thread_local! {
    /// Allocations of this thread.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: all is left to the system's allocator; the count beside it is a plain cell, which allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs `f`, and says how often it allocated.
fn allocations(f: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    f();
    ALLOCATIONS.get() - before
}

/// Lets two wait, drops one, and ends the wait of the other by `release`.
fn wait<F: Future>(wait: impl Fn() -> F, release: impl FnOnce()) {
    let mut cx = Context::from_waker(Waker::noop());
    let mut stays = pin!(wait());
    {
        let mut leaves = pin!(wait());
        assert!(leaves.as_mut().poll(&mut cx).is_pending());
        assert!(stays.as_mut().poll(&mut cx).is_pending());
    }
    release();
    assert!(matches!(stays.poll(&mut cx), Poll::Ready(_)));
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| drop(std::hint::black_box(Box::new(1)))), 1);
}

#[test]
fn waiting_for_permits_and_locks_allocates_nothing() {
    let semaphore = Semaphore::new(1);
    assert_eq!(allocations(|| wait(|| semaphore.acquire_many(3), || semaphore.add_permits(2))), 0);

    let mutex = Mutex::new(());
    let guard = mutex.try_lock().unwrap();
    assert_eq!(allocations(|| wait(|| mutex.lock(), || drop(guard))), 0);

    let lock = RwLock::new(());
    let guard = lock.try_read().unwrap();
    assert_eq!(allocations(|| wait(|| lock.write(), || drop(guard))), 0);
    let guard = lock.try_write().unwrap();
    assert_eq!(allocations(|| wait(|| lock.read(), || drop(guard))), 0);
}

#[test]
fn waiting_for_a_notification_allocates_nothing() {
    let notify = Notify::new();
    assert_eq!(allocations(|| wait(|| notify.notified(), || notify.notify_one())), 0);
    assert_eq!(allocations(|| wait(|| notify.notified(), || notify.notify_waiters())), 0);
}

#[test]
fn waiting_for_each_other_allocates_nothing() {
    let barrier = Barrier::new(2);
    let mut cx = Context::from_waker(Waker::noop());
    let all = allocations(|| {
        let mut first = pin!(barrier.wait());
        assert!(first.as_mut().poll(&mut cx).is_pending());
        assert!(pin!(barrier.wait()).poll(&mut cx).is_ready());
        assert!(first.poll(&mut cx).is_ready());
    });
    assert_eq!(all, 0);
}

#[test]
fn waiting_for_a_change_allocates_nothing() {
    let (tx, rx) = watch::channel(1);
    let receivers = [rx.clone(), rx];
    let next = Cell::new(receivers.iter());
    // Each wait has a receiver of its own.
    let changed = || {
        let mut receivers = next.take();
        let mut rx = receivers.next().expect("two wait").clone();
        next.set(receivers);
        async move { rx.changed().await }
    };
    assert_eq!(allocations(|| wait(changed, || tx.send(2).unwrap())), 0);

    let tx = watch::Sender::new(1);
    let receiver = Cell::new(Some(tx.subscribe()));
    assert_eq!(allocations(|| wait(|| tx.closed(), || drop(receiver.take()))), 0);
}

#[test]
fn waiting_for_a_group_allocates_nothing() {
    let group = WaitGroup::new();
    for _ in 0..2 {
        group.add(1);
        assert_eq!(allocations(|| wait(|| group.wait(), || group.done())), 0);
    }
}

/// Polls a wait, drops it, and polls another, which `release` ends. For what borrows its end of a channel.
macro_rules! wait_twice {
    ($wait:expr, $release:expr) => {{
        let mut cx = Context::from_waker(Waker::noop());
        assert!(pin!($wait).poll(&mut cx).is_pending());
        let mut stays = pin!($wait);
        assert!(stays.as_mut().poll(&mut cx).is_pending());
        $release;
        assert!(stays.poll(&mut cx).is_ready());
    }};
}

#[test]
fn waiting_for_a_channel_allocates_nothing() {
    let (tx, mut rx) = mpsc::channel(1);
    tx.try_send(1).unwrap(); // takes memory for the values
    assert_eq!(allocations(|| wait(|| tx.reserve(), || assert!(rx.try_recv().is_ok()))), 0);
    assert_eq!(allocations(|| wait_twice!(rx.recv(), tx.try_send(1).unwrap())), 0);
    tx.try_send(1).unwrap();
    assert_eq!(allocations(|| wait(|| tx.send(2), || assert!(rx.try_recv().is_ok()))), 0);
    assert_eq!(rx.try_recv(), Ok(2));
    assert_eq!(allocations(|| wait(|| tx.closed(), || rx.close())), 0);
}

#[test]
fn waiting_for_one_value_allocates_nothing() {
    let (tx, mut rx) = oneshot::channel();
    assert_eq!(allocations(|| wait_twice!(&mut rx, tx.send(1).unwrap())), 0);
    let (mut tx, mut rx) = oneshot::channel::<()>();
    assert_eq!(allocations(|| wait_twice!(tx.closed(), rx.close())), 0);
}

#[test]
fn waiting_for_a_broadcast_allocates_nothing_nor_does_sending_when_there_was_as_much_before() {
    let (tx, mut rx) = broadcast::channel(4);
    let mut other = tx.subscribe();
    let mut receive = |n: usize| {
        (0..n).for_each(|_| assert_eq!((rx.try_recv(), other.try_recv()), (Ok(1), Ok(1))))
    };
    (0..4).for_each(|_| assert!(tx.send(1).is_ok()));
    receive(4);
    assert_eq!(allocations(|| (0..4).for_each(|_| assert!(tx.send(1).is_ok()))), 0);
    assert_eq!(allocations(|| receive(4)), 0);
    assert_eq!(allocations(|| wait_twice!(rx.recv(), assert!(tx.send(1).is_ok()))), 0);
    assert!(other.try_recv().is_ok());
    drop(rx);
    let last = std::cell::RefCell::new(Some(other));
    assert_eq!(allocations(|| wait(|| tx.closed(), || drop(last.take()))), 0);
}

#[test]
fn sending_more_than_fits_allocates_nothing_either() {
    let (tx, mut rx) = broadcast::channel(2);
    (0..3).for_each(|n| assert!(tx.send(n).is_ok()));
    assert_eq!(allocations(|| (3..50).for_each(|n| assert!(tx.send(n).is_ok()))), 0);
    assert_eq!(rx.try_recv(), Err(broadcast::error::TryRecvError::Lagged(48)));
}

#[test]
fn waiting_for_a_go_channel_allocates_nothing() {
    let (tx, rx) = chan::bounded(1);
    tx.try_send(1).unwrap();
    assert_eq!(allocations(|| wait(|| tx.send(2), || assert_eq!(rx.try_recv(), Ok(1)))), 0);
    assert_eq!(rx.try_recv(), Ok(2));
    assert_eq!(allocations(|| wait(|| rx.recv(), || tx.try_send(3).unwrap())), 0);

    let (tx, rx) = chan::bounded(0);
    let give = || {
        // The first value makes room for all.
        let mut cx = Context::from_waker(Waker::noop());
        let mut send = pin!(tx.send(1));
        assert!(send.as_mut().poll(&mut cx).is_pending());
        assert!(rx.try_recv().is_err());
        assert!(send.poll(&mut cx).is_ready());
        assert!(rx.try_recv().is_ok());
    };
    give();
    assert_eq!(allocations(give), 0);
    assert_eq!(allocations(|| wait(|| rx.recv(), || tx.try_send(3).unwrap())), 0);
}
