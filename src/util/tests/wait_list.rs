//! The list through a primitive of the simplest kind, each step at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;

use super::permits::{Permits, acquire, cancel, release};
use super::wakers::{Wakes, calling};
use crate::util::sync::Mutex;
use crate::util::wait_list::Waiter;

/// A waiter, and what counts its wakes.
type Counted = (Pin<Box<Waiter<bool>>>, Arc<Wakes>);

/// Waiters that are queued.
fn queue(lock: &Mutex<Permits>, n: usize) -> Vec<Counted> {
    let waiters = (0..n).map(|_| (Box::pin(Waiter::new()), Wakes::new()));
    let mut waiters: Vec<_> = waiters.collect();
    for (waiter, wakes) in &mut waiters {
        assert!(!acquire(lock, waiter.as_mut(), &wakes.waker()));
    }
    waiters
}

#[test]
fn permits_go_to_waiters_in_order_one_wake_each() {
    let lock = Permits::new(0);
    let mut waiters = queue(&lock, 3);
    for served in 0..3 {
        release(&lock, 1);
        for (n, (_, wakes)) in waiters.iter().enumerate() {
            assert_eq!(wakes.count(), usize::from(n <= served));
        }
    }
    for (waiter, wakes) in &mut waiters {
        assert!(acquire(&lock, waiter.as_mut(), &wakes.waker()));
        assert!(waiter.is_idle());
        assert_eq!(wakes.wakers(), 0);
    }
}

#[test]
fn leaving_the_queue_from_any_place_keeps_the_rest_in_order() {
    for leaves in 0..3 {
        let lock = Permits::new(0);
        let mut waiters = queue(&lock, 3);
        let (mut waiter, wakes) = waiters.remove(leaves);
        cancel(&lock, waiter.as_mut());
        assert_eq!(wakes.wakers(), 0);
        release(&lock, 2);
        assert_eq!(wakes.count(), 0);
        for (waiter, wakes) in &mut waiters {
            assert!(acquire(&lock, waiter.as_mut(), &wakes.waker()));
        }
        assert!(lock.lock().waiters.is_empty());
    }
}

#[test]
fn the_list_is_served_from_both_ends() {
    let lock = Permits::new(0);
    let mut waiters = queue(&lock, 4);
    let serve = |last: bool| {
        let mut permits = lock.lock();
        let list = &mut permits.waiters;
        let note = if last { list.back_mut() } else { list.front_mut() };
        *note.expect("somebody is left") = true;
        let waker = if last { list.pop_back() } else { list.pop_front() };
        drop(permits);
        waker.expect("somebody is left").wake();
    };
    for (last, place) in [(true, 3), (false, 0), (true, 2), (true, 1)] {
        serve(last);
        let (waiter, wakes) = &mut waiters[place];
        assert_eq!(wakes.count(), 1);
        assert!(acquire(&lock, waiter.as_mut(), &wakes.waker()));
    }
    let list = &mut lock.lock().waiters;
    assert!(list.is_empty() && list.back_mut().is_none() && list.pop_back().is_none());
}

#[test]
fn a_waiter_that_was_woken_and_leaves_passes_its_permit_on() {
    let lock = Permits::new(0);
    let mut waiters = queue(&lock, 2);
    release(&lock, 1);
    let (mut first, _) = waiters.remove(0);
    cancel(&lock, first.as_mut());
    let (second, wakes) = &mut waiters[0];
    assert_eq!(wakes.count(), 1);
    assert!(acquire(&lock, second.as_mut(), &wakes.waker()));
}

#[test]
fn the_newest_waker_is_woken_and_the_old_one_dropped() {
    let lock = Permits::new(0);
    let mut waiters = queue(&lock, 1);
    let (waiter, old) = &mut waiters[0];
    let new = Wakes::new();
    assert!(!acquire(&lock, waiter.as_mut(), &new.waker()));
    assert_eq!((old.wakers(), new.wakers()), (0, 1));
    release(&lock, 1);
    assert_eq!((old.count(), new.count()), (0, 1));
    cancel(&lock, waiter.as_mut());
}

#[test]
fn more_waiters_than_a_batch_holds_are_all_woken() {
    let lock = Permits::new(0);
    let mut waiters = queue(&lock, 100);
    release(&lock, 100);
    for (waiter, wakes) in &mut waiters {
        assert_eq!(wakes.count(), 1);
        cancel(&lock, waiter.as_mut());
    }
}

#[test]
fn a_waker_that_panics_takes_no_wake_from_others() {
    let lock = Permits::new(0);
    let mut panics = pin!(Waiter::new());
    assert!(!acquire(&lock, panics.as_mut(), &calling(|| panic!("waker"))));
    let mut waiters = queue(&lock, 40);
    let woken = catch_unwind(AssertUnwindSafe(|| release(&lock, 41)));
    assert_eq!(*woken.unwrap_err().downcast::<&str>().unwrap(), "waker");
    for (waiter, wakes) in &mut waiters {
        assert_eq!(wakes.count(), 1);
        assert!(acquire(&lock, waiter.as_mut(), &wakes.waker()));
    }
    cancel(&lock, panics);
}

#[test]
fn a_waker_may_come_back_to_the_lock() {
    let lock: &'static _ = Box::leak(Box::new(Permits::new(0)));
    let mut waiter = pin!(Waiter::new());
    let comes_back = calling(move || release(lock, 1));
    assert!(!acquire(lock, waiter.as_mut(), &comes_back));
    release(lock, 1);
    assert_eq!(lock.lock().free, 1);
    assert!(acquire(lock, waiter.as_mut(), &comes_back));
}

#[test]
#[should_panic(expected = "in a list it is not in")]
fn a_waiter_is_refused_by_another_list() {
    let (one, other) = (Permits::new(0), Permits::new(0));
    let mut waiters = queue(&one, 1);
    let _others = std::mem::ManuallyDrop::new(queue(&other, 1));
    let (waiter, _) = waiters.remove(0);
    let mut waiter = std::mem::ManuallyDrop::new(waiter); // it stays queued
    cancel(&other, waiter.as_mut());
}
