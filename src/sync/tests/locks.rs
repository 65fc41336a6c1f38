//! `Mutex` and `RwLock` by hand.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio_test::task;
use tokio_test::{assert_pending, assert_ready};

use crate::coop;
use crate::sync::{
    MappedMutexGuard, Mutex, MutexGuard, OwnedMutexGuard, OwnedRwLockReadGuard,
    OwnedRwLockWriteGuard, RwLock, RwLockMappedWriteGuard, RwLockReadGuard, RwLockWriteGuard,
};

#[test]
fn a_mutex_is_handed_over_in_order() {
    let mutex = Mutex::new(Vec::new());
    let guard = mutex.try_lock().unwrap();
    let mut waits: Vec<_> = (0..3).map(|_| task::spawn(mutex.lock())).collect();
    waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    drop(guard);
    for (n, wait) in waits.iter_mut().enumerate() {
        assert!(wait.is_woken());
        assert!(mutex.try_lock().is_err(), "it belongs to the one who was woken");
        assert_ready!(wait.poll()).push(n);
    }
    assert_eq!(*mutex.try_lock().unwrap(), [0, 1, 2]);
}

#[test]
fn a_lock_that_is_dropped_after_it_was_handed_over_goes_to_the_next() {
    let mutex = Arc::new(Mutex::new(()));
    let guard = mutex.try_lock().unwrap();
    let mut first = task::spawn(mutex.lock());
    let mut second = task::spawn(mutex.clone().lock_owned());
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    drop(guard);
    assert!(first.is_woken() && !second.is_woken());
    drop(first);
    assert!(second.is_woken());
    drop(second);
    assert!(mutex.try_lock().is_ok());
    assert_eq!(Arc::strong_count(&mutex), 1);
}

/// A mutex that was unlocked for a task that waits for it, in a poll with a budget; then `f`, in that poll.
fn after_a_hand_over(f: impl FnOnce(&Mutex<()>)) {
    let mutex = Mutex::new(());
    let guard = mutex.try_lock().unwrap();
    let mut next = task::spawn(mutex.lock());
    assert_pending!(next.poll());
    coop::with_budget(|| {
        drop(guard);
        f(&mutex);
    });
    drop(assert_ready!(next.poll()));
    assert!(mutex.try_lock().is_ok(), "somebody still has the lock");
}

#[test]
fn who_hands_a_lock_on_lets_others_go_first_a_few_times_and_then_queues() {
    after_a_hand_over(|mutex| {
        let mut again = task::spawn(mutex.lock());
        let turns = (0..1_000).take_while(|_| {
            assert_pending!(again.poll());
            again.is_woken()
        });
        assert_eq!(turns.count(), 8);
    });
}

#[test]
fn who_lets_others_go_first_has_no_place_in_the_queue_and_may_leave() {
    after_a_hand_over(|mutex| {
        let mut again = task::spawn(mutex.lock());
        assert_pending!(again.poll());
        assert!(again.is_woken());
        let mut behind = task::spawn(mutex.lock());
        coop::with_budget(|| assert_pending!(behind.poll()));
        assert!(!behind.is_woken(), "it has handed nothing on in its own poll, and queues");
        drop(again);
    });
}

#[test]
fn a_lock_that_was_handed_on_does_not_concern_other_locks_nor_other_executors() {
    after_a_hand_over(|mutex| {
        let other = Mutex::new(());
        let _guard = other.try_lock().unwrap();
        let mut waits = task::spawn(other.lock());
        assert_pending!(waits.poll());
        assert!(!waits.is_woken());
        let mut without = task::spawn(mutex.lock());
        coop::with_unlimited(|| assert_pending!(without.poll()));
        assert!(!without.is_woken());
        let mut moved = task::spawn(mutex.lock());
        assert_pending!(moved.poll());
        assert!(moved.is_woken());
        coop::with_unlimited(|| assert_pending!(moved.poll()));
        assert!(
            !moved.is_woken(),
            "it goes on where nobody knows what a wake-up leads to, and queues"
        );
    });
}

#[test]
fn a_guard_is_narrowed_and_unlocks_once() {
    let mutex = Mutex::new((vec![1, 2], 3));
    let list = MutexGuard::map(mutex.try_lock().unwrap(), |value| &mut value.0);
    assert!(mutex.try_lock().is_err());
    let list = MappedMutexGuard::try_map(list, |list| list.get_mut(7)).unwrap_err();
    let mut second = MappedMutexGuard::map(list, |list| &mut list[1]);
    *second += 10;
    assert!(mutex.try_lock().is_err());
    drop(second);
    let guard = mutex.try_lock().unwrap();
    let guard = MutexGuard::try_map(guard, |_| None::<&mut u8>).unwrap_err();
    assert_eq!(*guard, (vec![1, 12], 3));
    drop(guard);
}

#[test]
fn a_panic_while_narrowing_unlocks() {
    let mutex = Arc::new(Mutex::new(0));
    let lock = Arc::new(RwLock::new(0));
    fn writes(_: &mut i32) -> &mut u8 {
        panic!("while narrowing")
    }
    fn reads(_: &i32) -> &u8 {
        panic!("while narrowing")
    }
    let narrows: [&dyn Fn(); 5] = [
        &|| drop(MutexGuard::map(mutex.try_lock().unwrap(), writes)),
        &|| drop(OwnedMutexGuard::map(mutex.clone().try_lock_owned().unwrap(), writes)),
        &|| drop(RwLockReadGuard::map(lock.try_read().unwrap(), reads)),
        &|| drop(RwLockWriteGuard::map(lock.try_write().unwrap(), writes)),
        &|| drop(RwLockWriteGuard::downgrade_map(lock.try_write().unwrap(), reads)),
    ];
    for narrow in narrows {
        assert!(catch_unwind(AssertUnwindSafe(narrow)).is_err());
        assert!(mutex.try_lock().is_ok());
        assert!(lock.try_write().is_ok());
    }
}

#[test]
fn an_owned_guard_keeps_its_lock_alive() {
    let dropped = Arc::new(());
    let mutex = Arc::new(Mutex::new((1, Arc::clone(&dropped))));
    let guard = OwnedMutexGuard::map(mutex.try_lock_owned().unwrap(), |pair| &mut pair.0);
    assert_eq!(Arc::strong_count(&dropped), 2);
    assert_eq!(*guard, 1);
    drop(guard);
    assert_eq!(Arc::strong_count(&dropped), 1);

    let lock = Arc::new(RwLock::new((1, Arc::clone(&dropped))));
    let guard = lock.try_write_owned().unwrap();
    let guard = OwnedRwLockWriteGuard::downgrade_map(guard, |pair| &pair.0);
    let guard = OwnedRwLockReadGuard::map(guard, |number| number);
    assert_eq!((*guard, Arc::strong_count(&dropped)), (1, 2));
    drop(guard);
    assert_eq!(Arc::strong_count(&dropped), 1);
}

#[test]
fn readers_share_and_a_writer_is_alone() {
    let lock = RwLock::new(1);
    let readers = [lock.try_read().unwrap(), lock.try_read().unwrap()];
    assert!(lock.try_write().is_err());
    drop(readers);
    let mut writer = lock.try_write().unwrap();
    *writer += 1;
    assert!(lock.try_read().is_err() && lock.try_write().is_err());
    drop(writer);
    assert_eq!(*lock.try_read().unwrap(), 2);
}

/// What async-std #705 and async-lock #23 are about: readers that keep coming, each before the last has gone, kept a
/// writer out for ever.
#[test]
fn a_writer_is_not_starved_by_readers_that_keep_coming() {
    let lock = RwLock::new(0);
    let reader = assert_ready!(task::spawn(lock.read()).poll());
    let mut writer = task::spawn(lock.write());
    assert_pending!(writer.poll());
    let mut late: Vec<_> = (0..3).map(|_| task::spawn(lock.read())).collect();
    late.iter_mut().for_each(|reader| assert_pending!(reader.poll()));
    assert!(lock.try_read().is_err(), "nobody overtakes");
    drop(reader);
    assert!(writer.is_woken() && late.iter().all(|reader| !reader.is_woken()));
    *assert_ready!(writer.poll()) += 1;
    assert!(late.iter().all(|reader| reader.is_woken()), "all readers at once");
    late.iter_mut().for_each(|reader| assert_eq!(*assert_ready!(reader.poll()), 1));
}

/// What async-lock #91 is about: of two writers that wait, the one that was to be next is not polled any more.
#[test]
fn a_writer_that_is_dropped_lets_those_behind_it_in() {
    for woken in [false, true] {
        let lock = RwLock::new(0);
        let reader = lock.try_read().unwrap();
        let mut first = task::spawn(lock.write());
        assert_pending!(first.poll());
        let mut others: Vec<_> = (0..2).map(|_| task::spawn(lock.read())).collect();
        others.iter_mut().for_each(|other| assert_pending!(other.poll()));
        let mut last = task::spawn(lock.write());
        assert_pending!(last.poll());
        if woken {
            drop(reader);
            assert!(first.is_woken());
            drop(first);
        } else {
            drop(first);
            drop(reader);
        }
        assert!(others.iter().all(|other| other.is_woken()) && !last.is_woken());
        others.iter_mut().for_each(|other| drop(assert_ready!(other.poll())));
        drop(assert_ready!(last.poll()));
    }
}

#[test]
fn a_writer_goes_on_as_a_reader_and_lets_readers_in_up_to_the_next_writer() {
    let lock = RwLock::new(0);
    let mut writer = lock.try_write().unwrap();
    let mut reads = task::spawn(lock.read());
    let mut writes = task::spawn(lock.write());
    let mut late = task::spawn(lock.read());
    assert_pending!(reads.poll());
    assert_pending!(writes.poll());
    assert_pending!(late.poll());
    *writer += 1;
    let reader = writer.downgrade();
    assert!(reads.is_woken() && !writes.is_woken() && !late.is_woken());
    assert_eq!(*assert_ready!(reads.poll()), 1);
    assert!(!writes.is_woken());
    drop(reader);
    assert!(writes.is_woken());
    drop(assert_ready!(writes.poll()));
    drop(assert_ready!(late.poll()));
    assert!(lock.try_write().is_ok());
}

#[test]
fn a_writer_is_narrowed_and_unlocks_once() {
    let lock = RwLock::new((vec![1, 2], 3));
    let writer = lock.try_write().unwrap();
    let writer = RwLockWriteGuard::try_map(writer, |_| None::<&mut u8>).unwrap_err();
    let writer = RwLockWriteGuard::try_downgrade_map(writer, |_| None::<&u8>).unwrap_err();
    let list = RwLockWriteGuard::map(writer, |value| &mut value.0);
    *RwLockMappedWriteGuard::map(list, |list| &mut list[0]) = 11;
    let list = RwLockWriteGuard::downgrade_map(lock.try_write().unwrap(), |value| &value.0);
    assert!(lock.try_read().is_ok() && lock.try_write().is_err());
    assert_eq!(*RwLockReadGuard::map(list, |list| &list[0]), 11);
    let whole = RwLockWriteGuard::into_mapped(lock.try_write().unwrap());
    assert!(lock.try_read().is_err());
    drop(whole);
    assert!(lock.try_write().is_ok());
}

#[test]
fn a_lock_allows_as_many_readers_as_it_was_made_for() {
    let lock = RwLock::with_max_readers((), 2);
    let first = lock.try_read().unwrap();
    let second = lock.try_read().unwrap();
    let mut third = task::spawn(lock.read());
    assert_pending!(third.poll());
    drop(first);
    let third = assert_ready!(third.poll());
    drop((second, third));
    assert!(lock.try_write().is_ok());
    // What tokio #8076 is about: with none allowed, each would be a writer and a reader at once.
    for readers in [0, u32::MAX >> 2] {
        assert!(catch_unwind(|| RwLock::with_max_readers((), readers)).is_err());
    }
}

#[test]
fn locks_show_their_value_if_they_can() {
    let (mutex, lock) = (Mutex::new(1), RwLock::new(2));
    assert_eq!(format!("{mutex:?} {lock:?}"), "Mutex { data: 1 } RwLock { data: 2 }");
    let guards = (mutex.try_lock().unwrap(), lock.try_write().unwrap());
    assert_eq!(format!("{mutex:?} {lock:?}"), "Mutex { data: <locked> } RwLock { data: <locked> }");
    assert_eq!(format!("{:?} {}", guards.0, guards.1), "1 2");
}

#[test]
fn a_lock_may_hold_what_has_no_size() {
    let mutex: Arc<Mutex<[u8]>> = Arc::new(Mutex::new([1, 2, 3]));
    mutex.try_lock().unwrap()[0] = 7;
    let last = OwnedMutexGuard::map(mutex.clone().try_lock_owned().unwrap(), |list| &mut list[2]);
    assert_eq!(*last, 3);
    let lock: Box<RwLock<dyn Fn() -> u32>> = Box::new(RwLock::new(|| 5));
    assert_eq!(lock.try_read().unwrap()(), 5);
}
