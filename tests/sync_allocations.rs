//! Waiting allocates nothing: the places in the queue are inside the waiting futures.
#![cfg(feature = "sync")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use runtime::sync::{Barrier, Mutex, Notify, RwLock, Semaphore, watch};

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
