//! Permits: each way to take them against each way to return them, and both against leaving and closing.
//!
//! What the permits guard is a cell, so that permits that two have, or that were handed over without an order, are
//! a race that loom sees. A wake-up that got lost is a deadlock, and a permit that did is missed at the end.
//!
//! Seen to fail: with `Relaxed` for any of these orderings: the acquire of a take, of `enter` and of `snapshot`, the release
//! of `put`, of `put_back` and of `close`; with a `put` that does not heed `waited`; with `next` leaving `waited` set in an
//! empty list; with `put_back` as a store; with an `abandon` that passes nothing on; with a `close` that takes
//! no share back; and with who lets others go first not waking itself.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use loom::thread;

use crate::coop;
use crate::sync::{Mutex, RwLock, Semaphore};
use crate::util::block_thread::block_on;
use crate::util::sync::{Arc, UnsafeCell};

/// A value whose every access loom checks.
struct Value(UnsafeCell<u32>);

// SAFETY: the models prove that the locks around it let nobody write beside others.
unsafe impl Sync for Value {}
// SAFETY: as above.
unsafe impl Send for Value {}

impl Value {
    fn new() -> Self {
        Self(UnsafeCell::new(0))
    }

    fn add_one(&self) {
        // SAFETY: the caller has the right to write.
        self.0.with_mut(|value| unsafe { *value += 1 });
    }

    fn get(&self) -> u32 {
        // SAFETY: the caller has the right to read.
        self.0.with(|value| unsafe { *value })
    }
}

/// Polls once, and drops the future.
fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn loom_a_mutex_lets_one_in_at_a_time() {
    loom::model(|| {
        let mutex = Arc::new(Mutex::new(Value::new()));
        let other = Arc::clone(&mutex);
        let thread = thread::spawn(move || block_on(other.lock()).add_one());
        block_on(mutex.lock()).add_one();
        thread.join().unwrap();
        assert_eq!(mutex.try_lock().expect("it is unlocked").get(), 2);
    });
}

#[test]
fn loom_one_who_only_tries_sees_what_was_done_before() {
    loom::model(|| {
        let mutex = Arc::new(Mutex::new(Value::new()));
        let other = Arc::clone(&mutex);
        let thread = thread::spawn(move || block_on(other.lock()).add_one());
        if let Ok(value) = mutex.try_lock() {
            value.add_one();
        }
        thread.join().unwrap();
        assert!(mutex.try_lock().is_ok());
    });
}

#[test]
fn loom_two_wait_for_a_mutex_while_it_is_unlocked() {
    loom::model(|| {
        let mutex = Arc::new(Mutex::new(Value::new()));
        let guard = mutex.try_lock().unwrap();
        let threads = [(); 2].map(|()| {
            let mutex = Arc::clone(&mutex);
            thread::spawn(move || block_on(mutex.lock()).add_one())
        });
        drop(guard);
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(mutex.try_lock().expect("it is unlocked").get(), 2);
    });
}

#[test]
fn loom_one_who_leaves_passes_the_mutex_on() {
    loom::model(|| {
        let mutex = Arc::new(Mutex::new(Value::new()));
        let guard = mutex.try_lock().unwrap();
        let (leaves, stays) = (Arc::clone(&mutex), Arc::clone(&mutex));
        let leaves = thread::spawn(move || {
            if let Poll::Ready(value) = poll_once(leaves.lock()) {
                value.add_one();
            }
        });
        let stays = thread::spawn(move || block_on(stays.lock()).add_one());
        drop(guard);
        leaves.join().unwrap();
        stays.join().unwrap();
        assert!(mutex.try_lock().is_ok(), "nobody has it any more");
    });
}

#[test]
fn loom_one_who_leaves_alone_unlocks() {
    loom::model(|| {
        let mutex = Arc::new(Mutex::new(Value::new()));
        let guard = mutex.try_lock().unwrap();
        let other = Arc::clone(&mutex);
        let thread = thread::spawn(move || {
            if let Poll::Ready(value) = poll_once(other.lock()) {
                value.add_one();
            }
        });
        guard.add_one();
        drop(guard);
        thread.join().unwrap();
        assert!(mutex.try_lock().is_ok(), "nobody has it any more");
    });
}

#[test]
fn loom_a_large_request_collects_what_two_return() {
    loom::model(|| {
        let semaphore = Arc::new(Semaphore::new(2));
        let values = Arc::new([Value::new(), Value::new()]);
        let threads = [0, 1].map(|n| {
            let (semaphore, values) = (Arc::clone(&semaphore), Arc::clone(&values));
            semaphore.try_acquire().unwrap().forget();
            thread::spawn(move || {
                values[n].add_one();
                semaphore.add_permits(1);
            })
        });
        let both = block_on(semaphore.acquire_many(2)).unwrap();
        values.iter().for_each(Value::add_one);
        drop(both);
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(semaphore.available_permits(), 2);
    });
}

#[test]
fn loom_one_return_serves_two() {
    loom::model(|| {
        let semaphore = Arc::new(Semaphore::new(0));
        let threads = [(); 2].map(|()| {
            let semaphore = Arc::clone(&semaphore);
            thread::spawn(move || block_on(semaphore.acquire()).unwrap().forget())
        });
        semaphore.add_permits(3);
        for thread in threads {
            thread.join().unwrap();
        }
        assert_eq!(semaphore.available_permits(), 1);
    });
}

#[test]
fn loom_a_large_request_that_leaves_passes_its_share_on() {
    loom::model(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let (leaves, stays) = (Arc::clone(&semaphore), Arc::clone(&semaphore));
        let leaves = thread::spawn(move || {
            // Never ready: there is only one.
            assert!(poll_once(leaves.acquire_many(2)).is_pending());
        });
        let stays = thread::spawn(move || drop(block_on(stays.acquire()).unwrap()));
        drop(block_on(semaphore.acquire()).unwrap());
        leaves.join().unwrap();
        stays.join().unwrap();
        assert_eq!(semaphore.available_permits(), 1);
    });
}

#[test]
fn loom_close_against_waiting_and_returning_loses_no_permit() {
    loom::model(|| {
        let semaphore = Arc::new(Semaphore::new(2));
        let permit = semaphore.try_acquire().unwrap();
        let (waits, closes) = (Arc::clone(&semaphore), Arc::clone(&semaphore));
        // It begins with a share of one.
        let waits = thread::spawn(move || drop(block_on(waits.acquire_many(2))));
        let closes = thread::spawn(move || closes.close());
        drop(permit);
        waits.join().unwrap();
        closes.join().unwrap();
        assert!(semaphore.is_closed());
        assert_eq!(semaphore.available_permits(), 2);
    });
}

#[test]
fn loom_close_against_leaving_loses_no_permit() {
    loom::model(|| {
        let semaphore = Arc::new(Semaphore::new(1));
        let leaves = Arc::clone(&semaphore);
        let leaves = thread::spawn(move || drop(poll_once(leaves.acquire_many(2))));
        let forgets = Arc::clone(&semaphore);
        let forgets = thread::spawn(move || forgets.forget_permits(1));
        semaphore.close();
        leaves.join().unwrap();
        let forgotten = forgets.join().unwrap();
        assert!(semaphore.is_closed());
        assert_eq!(semaphore.available_permits(), 1 - forgotten);
    });
}

#[test]
fn loom_one_who_is_refused_sees_what_was_done_before_the_close() {
    loom::model(|| {
        let shared = Arc::new((Semaphore::new(0), Value::new()));
        let closes = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            closes.1.add_one();
            closes.0.close();
        });
        assert!(block_on(shared.0.acquire()).is_err());
        assert_eq!(shared.1.get(), 1);
        thread.join().unwrap();
    });
}

#[test]
fn loom_a_writer_comes_after_both_readers() {
    loom::model(|| {
        let lock = Arc::new(RwLock::with_max_readers(Value::new(), 2));
        let threads = [(); 2].map(|()| {
            let lock = Arc::clone(&lock);
            thread::spawn(move || block_on(lock.read()).get())
        });
        block_on(lock.write()).add_one();
        for thread in threads {
            assert!(thread.join().unwrap() <= 1);
        }
        assert!(lock.try_write().is_ok(), "nobody has it any more");
    });
}

#[test]
fn loom_readers_come_after_a_writer_who_goes_on_as_one() {
    loom::model(|| {
        let lock = Arc::new(RwLock::with_max_readers(Value::new(), 2));
        let writer = lock.try_write().unwrap();
        let (reads, writes) = (Arc::clone(&lock), Arc::clone(&lock));
        let reads = thread::spawn(move || assert!(block_on(reads.read()).get() >= 1));
        let writes = thread::spawn(move || block_on(writes.write()).add_one());
        writer.add_one();
        let reader = writer.downgrade();
        assert_eq!(reader.get(), 1, "no writer came in between");
        drop(reader);
        reads.join().unwrap();
        writes.join().unwrap();
        assert_eq!(lock.try_read().expect("nobody writes").get(), 2);
    });
}

/// Who hands a mutex on lets others go first, once it is woken by itself, and once by whoever unlocks: neither is lost.
#[test]
fn loom_one_who_lets_others_first_gets_the_mutex_all_the_same() {
    loom::model(|| {
        let mutex = Arc::new(Mutex::new(Value::new()));
        let guard = mutex.try_lock().unwrap();
        let other = Arc::clone(&mutex);
        let thread = thread::spawn(move || block_on(other.lock()).add_one());
        let mut guard = Some(guard);
        // One poll after the other, each with a budget, as a worker polls a task.
        let mut again = pin!(async {
            drop(guard.take());
            mutex.lock().await.add_one();
        });
        block_on(std::future::poll_fn(|cx| coop::with_budget(|| again.as_mut().poll(cx))));
        thread.join().unwrap();
        assert_eq!(mutex.try_lock().expect("it is unlocked").get(), 2);
    });
}
