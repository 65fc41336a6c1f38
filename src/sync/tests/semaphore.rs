use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Poll, Waker};

use tokio_test::task;
use tokio_test::{assert_pending, assert_ready_err, assert_ready_ok};

use crate::coop::{self, WaitReason};
use crate::sync::permits::{Permits, Take};
use crate::sync::{Semaphore, TryAcquireError};
use crate::util::tests::wakers::{Faulty, Wakes, calling, cx};

#[test]
fn permits_are_taken_and_come_back() {
    let semaphore = Semaphore::new(3);
    let two = assert_ready_ok!(task::spawn(semaphore.acquire_many(2)).poll());
    let one = semaphore.try_acquire().unwrap();
    assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::NoPermits);
    drop(two);
    assert_eq!(semaphore.available_permits(), 2);
    drop(one);
    assert_eq!(semaphore.available_permits(), 3);
    assert_eq!(assert_ready_ok!(task::spawn(semaphore.acquire_many(0)).poll()).num_permits(), 0);
}

#[test]
fn those_who_wait_are_served_in_their_order_and_woken_once() {
    let semaphore = Semaphore::new(0);
    let mut waits: Vec<_> = (0..3).map(|_| task::spawn(semaphore.acquire())).collect();
    waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    for n in 0..3 {
        semaphore.add_permits(1);
        let woken: Vec<_> = waits.iter().map(|wait| wait.is_woken()).collect();
        assert_eq!(woken, [0, 1, 2].map(|each| each <= n));
        assert_eq!(semaphore.available_permits(), 0, "it belongs to the one who was woken");
        assert!(semaphore.try_acquire().is_err(), "nobody overtakes");
    }
    let permits: Vec<_> = waits.iter_mut().map(|wait| assert_ready_ok!(wait.poll())).collect();
    drop(permits);
    assert_eq!(semaphore.available_permits(), 3);
}

#[test]
fn a_large_request_is_not_overtaken_by_small_ones() {
    let semaphore = Semaphore::new(3);
    let mut large = task::spawn(semaphore.acquire_many(5));
    assert_pending!(large.poll());
    let mut small = task::spawn(semaphore.acquire());
    assert_pending!(small.poll());
    assert_eq!(semaphore.available_permits(), 0, "what is free is kept for the large one");
    semaphore.add_permits(1);
    assert!(!large.is_woken() && !small.is_woken());
    semaphore.add_permits(2);
    assert!(large.is_woken() && small.is_woken());
    let five = assert_ready_ok!(large.poll());
    assert_eq!(five.num_permits(), 5);
    drop(assert_ready_ok!(small.poll()));
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn more_are_woken_at_once_than_a_batch_holds() {
    let semaphore = Semaphore::new(0);
    let wakes = Wakes::new();
    let waker = wakes.waker();
    let mut waits: Vec<_> = (0..70).map(|_| Box::pin(semaphore.acquire())).collect();
    for wait in &mut waits {
        assert_pending!(wait.as_mut().poll(&mut cx(&waker)));
    }
    semaphore.add_permits(100);
    assert_eq!(wakes.count(), 70);
    assert_eq!(semaphore.available_permits(), 30);
    drop(waits);
    assert_eq!(semaphore.available_permits(), 100, "all that was given is passed on");
}

#[test]
fn a_request_that_is_dropped_loses_nothing_wherever_it_stands() {
    // Of three who want two each, one is dropped, when so many permits were added.
    for (dropped, added) in (0..3).flat_map(|dropped| (0..=6).map(move |added| (dropped, added))) {
        let semaphore = Semaphore::new(0);
        let mut waits: Vec<_> =
            (0..3).map(|_| Some(task::spawn(semaphore.acquire_many(2)))).collect();
        waits.iter_mut().flatten().for_each(|wait| assert_pending!(wait.poll()));
        (0..added).for_each(|_| semaphore.add_permits(1));
        waits[dropped] = None;
        let mut left = added;
        for wait in waits.iter_mut().flatten() {
            assert_eq!(wait.is_woken(), left >= 2, "{dropped} dropped after {added}");
            if wait.is_woken() {
                assert_ready_ok!(wait.poll()).forget();
                left -= 2;
            }
        }
        drop(waits);
        assert_eq!(semaphore.available_permits(), left, "{dropped} dropped after {added}");
    }
}

#[test]
fn a_request_that_was_never_polled_or_is_ready_has_nothing_to_pass_on() {
    let semaphore = Semaphore::new(1);
    drop(semaphore.acquire());
    let mut acquire = task::spawn(semaphore.acquire());
    let permit = assert_ready_ok!(acquire.poll());
    drop(acquire);
    assert_eq!(semaphore.available_permits(), 0);
    drop(permit);
    assert_eq!(semaphore.available_permits(), 1);
}

#[test]
fn close_ends_all_waits_and_lets_permits_return() {
    let semaphore = Semaphore::new(3);
    let permit = semaphore.try_acquire().unwrap();
    let mut waits: Vec<_> = (0..3).map(|_| task::spawn(semaphore.acquire_many(5))).collect();
    waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    semaphore.close();
    assert!(semaphore.is_closed());
    assert_eq!(semaphore.available_permits(), 2, "the share of the first is free again");
    for wait in &mut waits {
        assert!(wait.is_woken());
        assert_ready_err!(wait.poll());
    }
    assert_ready_err!(task::spawn(semaphore.acquire()).poll());
    assert_eq!(semaphore.try_acquire().unwrap_err(), TryAcquireError::Closed);
    drop(permit);
    assert_eq!(semaphore.available_permits(), 3);
}

#[test]
fn a_request_that_has_all_gets_them_although_it_was_closed() {
    let semaphore = Semaphore::new(0);
    let mut acquire = task::spawn(semaphore.acquire());
    assert_pending!(acquire.poll());
    semaphore.add_permits(1);
    semaphore.close();
    drop(assert_ready_ok!(acquire.poll()));
    assert_eq!(semaphore.available_permits(), 1);
}

/// What tokio #8020 is about: the bit for "closed" was lost when permits were taken away.
#[test]
fn a_closed_semaphore_stays_closed_when_permits_are_forgotten_or_added() {
    let semaphore = Semaphore::new(10);
    semaphore.close();
    assert_eq!(semaphore.forget_permits(4), 4);
    assert!(semaphore.is_closed());
    assert_eq!(semaphore.available_permits(), 6);
    semaphore.add_permits(2);
    assert_eq!(semaphore.forget_permits(100), 8);
    assert!(semaphore.is_closed());
    assert_eq!(semaphore.available_permits(), 0);
}

/// What tokio PR #8260 is about, below its channel: a share of a request that fails, or is dropped, after the close.
#[test]
fn a_share_is_free_again_whether_its_request_fails_or_is_dropped_after_the_close() {
    for polls in [true, false] {
        let semaphore = Semaphore::new(2);
        let mut wait = task::spawn(semaphore.acquire_many(3));
        assert_pending!(wait.poll());
        semaphore.close();
        if polls {
            assert_ready_err!(wait.poll());
        }
        drop(wait);
        assert_eq!(semaphore.available_permits(), 2);
    }
}

#[test]
fn permits_are_forgotten_merged_and_split() {
    let semaphore = Arc::new(Semaphore::new(10));
    let mut permit = semaphore.try_acquire_many(3).unwrap();
    assert!(permit.split(4).is_none());
    let one = permit.split(1).unwrap();
    permit.merge(semaphore.try_acquire_many(2).unwrap());
    assert_eq!((permit.num_permits(), one.num_permits()), (4, 1));
    permit.forget();
    drop(one);
    assert_eq!(semaphore.available_permits(), 6);

    let mut owned = semaphore.clone().try_acquire_many_owned(3).unwrap();
    let two = owned.split(2).unwrap();
    owned.merge(semaphore.clone().try_acquire_owned().unwrap());
    owned.forget();
    drop(two);
    assert_eq!(semaphore.available_permits(), 4);
    assert_eq!(Arc::strong_count(&semaphore), 1);
}

#[test]
fn permits_of_two_semaphores_do_not_merge() {
    let both = [Semaphore::new(1), Semaphore::new(1)];
    let merged = catch_unwind(AssertUnwindSafe(|| {
        let mut permit = both[0].try_acquire().unwrap();
        permit.merge(both[1].try_acquire().unwrap());
    }));
    assert!(merged.is_err());
    assert!(both.iter().all(|semaphore| semaphore.available_permits() == 1));
}

#[test]
fn more_permits_than_there_can_be_are_refused_and_change_nothing() {
    assert!(catch_unwind(|| Semaphore::new(Semaphore::MAX_PERMITS + 1)).is_err());
    let semaphore = Semaphore::new(Semaphore::MAX_PERMITS);
    for n in [1, usize::MAX] {
        assert!(catch_unwind(|| semaphore.add_permits(n)).is_err());
        assert_eq!(semaphore.available_permits(), Semaphore::MAX_PERMITS);
    }
    let permit = semaphore.try_acquire().unwrap();
    drop(permit);
    assert_eq!(semaphore.available_permits(), Semaphore::MAX_PERMITS);
}

/// The sum of both did not fit the word.
#[test]
fn more_permits_than_there_can_be_may_come_from_two_who_return_at_once() {
    let semaphore = Arc::new(Semaphore::new(0));
    let adds_more = {
        let semaphore = Arc::clone(&semaphore);
        calling(move || {
            if semaphore.available_permits() == 0 {
                semaphore.add_permits(Semaphore::MAX_PERMITS);
            }
        })
    };
    // One more than are woken at once, so that the queue has not ended when the first is woken.
    let mut waits: Vec<_> = (0..33).map(|_| Box::pin(semaphore.acquire())).collect();
    for wait in &mut waits {
        assert_pending!(wait.as_mut().poll(&mut cx(&adds_more)));
    }
    semaphore.add_permits(Semaphore::MAX_PERMITS);
    assert_eq!(semaphore.available_permits(), Semaphore::MAX_PERMITS);
    for mut wait in waits {
        let permit = assert_ready_ok!(wait.as_mut().poll(&mut cx(Waker::noop())));
        permit.forget();
    }
}

/// Of several permits it was forgotten: a lock that writers had handed on was looked for again and again.
#[test]
fn permits_that_were_handed_on_are_not_soon_back_however_many_they_are() {
    for n in 1..=3 {
        let permits = Permits::new(n as usize);
        assert_eq!(permits.try_acquire(n), Take::Taken);
        assert_eq!(permits.try_acquire(1), Take::Short { soon: true });
        let mut next = task::spawn(permits.acquire(n, WaitReason::Semaphore));
        assert_pending!(next.poll());
        permits.release(n as usize);
        assert_eq!(permits.try_acquire(1), Take::Short { soon: false }, "{n} were handed on");
        assert_ready_ok!(next.poll());
        permits.release(n as usize);
        assert_eq!(permits.try_acquire(n), Take::Taken);
        assert_eq!(permits.try_acquire(1), Take::Short { soon: true }, "{n} were put back");
    }
}

#[test]
fn the_newest_waker_is_woken_and_wakers_are_dropped() {
    let semaphore = Semaphore::new(0);
    let (old, new) = (Wakes::new(), Wakes::new());
    let mut wait = Box::pin(semaphore.acquire());
    assert_pending!(wait.as_mut().poll(&mut cx(&old.waker())));
    assert_pending!(wait.as_mut().poll(&mut cx(&new.waker())));
    assert_eq!((old.wakers(), new.wakers()), (0, 1));
    semaphore.add_permits(1);
    assert_eq!((old.count(), new.count()), (0, 1));
    assert_eq!(new.wakers(), 0);
}

#[test]
fn wakers_run_outside_of_the_lock_and_may_panic() {
    let semaphore = Arc::new(Semaphore::new(0));
    let comes_back = {
        let semaphore = Arc::clone(&semaphore);
        calling(move || {
            assert!(semaphore.try_acquire().is_err());
            semaphore.add_permits(0);
            panic!("a waker");
        })
    };
    let mut waits: Vec<_> = (0..2).map(|_| Box::pin(semaphore.acquire())).collect();
    for wait in &mut waits {
        assert_pending!(wait.as_mut().poll(&mut cx(&comes_back)));
    }
    for n in [1, 3] {
        assert!(catch_unwind(AssertUnwindSafe(|| semaphore.add_permits(n))).is_err());
    }
    assert_eq!(semaphore.available_permits(), 2);
    drop(waits);
    assert_eq!(semaphore.available_permits(), 4);
}

#[test]
fn each_acquire_takes_a_unit_of_the_budget_and_one_that_waits_takes_none() {
    let semaphore = Semaphore::new(1_000);
    let none = Semaphore::new(0);
    coop::with_budget(|| {
        let mut waits = task::spawn(none.acquire());
        (0..1_000).for_each(|_| assert_pending!(waits.poll()));
        for _ in 0..coop::UNITS {
            assert_ready_ok!(task::spawn(semaphore.acquire()).poll()).forget();
        }
        let mut one_more = task::spawn(semaphore.acquire());
        assert_pending!(one_more.poll());
        assert!(one_more.is_woken(), "it only lets others run");
    });
    assert_eq!(semaphore.available_permits(), 1_000 - usize::from(coop::UNITS));
}

/// What tokio #8365 is about: a task that had spent its budget was polled without getting a place in the queue, and others
/// came before it.
#[test]
fn a_request_keeps_its_turn_when_the_budget_is_spent() {
    let spent = |poll: &mut dyn FnMut()| {
        coop::with_budget(|| {
            while let Poll::Ready(unit) = coop::poll_proceed(&mut cx(Waker::noop())) {
                unit.made_progress();
            }
            poll();
        });
    };
    let semaphore = Semaphore::new(1);
    let mut first = task::spawn(semaphore.acquire());
    spent(&mut || assert_pending!(first.poll()));
    assert!(first.is_woken(), "there is only no budget");
    assert_eq!(semaphore.available_permits(), 1, "one that does not run keeps nobody out");
    let permit = assert_ready_ok!(first.poll());

    let mut second = task::spawn(semaphore.acquire());
    spent(&mut || assert_pending!(second.poll()));
    let mut third = task::spawn(semaphore.acquire());
    assert_pending!(third.poll());
    drop(permit);
    assert!(!third.is_woken(), "the second came first");
    spent(&mut || assert_pending!(second.poll()));
    drop(assert_ready_ok!(second.poll()));
    drop(assert_ready_ok!(third.poll()));

    let mut closed = task::spawn(semaphore.acquire());
    semaphore.close();
    spent(&mut || assert_pending!(closed.poll()));
    assert_ready_err!(closed.poll());
}

/// It was gone for good.
#[test]
fn a_permit_comes_back_though_the_waker_of_who_had_it_panics() {
    let semaphore = Semaphore::new(1);
    let faulty = Faulty::new();
    let mut leaves = Box::pin(semaphore.acquire_many(2));
    assert!(leaves.as_mut().poll(&mut cx(&faulty.waker())).is_pending());
    faulty.panic_in_drop();
    drop(catch_unwind(AssertUnwindSafe(|| drop(leaves))));
    assert_eq!(semaphore.available_permits(), 1);
}
