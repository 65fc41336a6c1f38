use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Waker;

use tokio_test::task::{self, Spawn};
use tokio_test::{assert_pending, assert_ready};

use crate::coop;
use crate::sync::Notify;
use crate::sync::futures::{Notified, OwnedNotified};
use crate::util::tests::wakers::{Wakes, calling, cx};

type Wait<'a> = Spawn<Notified<'a>>;

/// So many that wait, in their order.
fn queue(notify: &Notify, n: usize) -> Vec<Wait<'_>> {
    let mut waits: Vec<_> = (0..n).map(|_| task::spawn(notify.notified())).collect();
    waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    waits
}

fn woken(waits: &[Wait<'_>]) -> Vec<bool> {
    waits.iter().map(|wait| wait.is_woken()).collect()
}

/// Whether a permit is there, which this takes.
fn take_permit(notify: &Notify) -> bool {
    task::spawn(notify.notified()).poll().is_ready()
}

#[test]
fn a_notification_that_nobody_waits_for_lets_one_pass() {
    let notify = Notify::new();
    notify.notify_one();
    notify.notify_last();
    assert!(take_permit(&notify));
    assert!(!take_permit(&notify), "two permits are one");
}

#[test]
fn the_first_is_notified_or_the_last() {
    let notify = Notify::new();
    let mut waits = queue(&notify, 4);
    notify.notify_one();
    assert_eq!(woken(&waits), [true, false, false, false]);
    notify.notify_last();
    assert_eq!(woken(&waits), [true, false, false, true]);
    notify.notify_last();
    assert_eq!(woken(&waits), [true, false, true, true]);
    notify.notify_one();
    assert_eq!(woken(&waits), [true; 4]);
    waits.iter_mut().for_each(|wait| assert_ready!(wait.poll()));
    drop(waits);
    assert!(!take_permit(&notify), "each notification was used once");
}

#[test]
fn all_are_notified_once_and_none_that_come_later() {
    let notify = Notify::new();
    for n in [1, 32, 33, 100] {
        let wakes = Wakes::new();
        let waker = wakes.waker();
        let mut waits: Vec<_> = (0..n).map(|_| Box::pin(notify.notified())).collect();
        for wait in &mut waits {
            assert_pending!(wait.as_mut().poll(&mut cx(&waker)));
        }
        notify.notify_waiters();
        assert_eq!(wakes.count(), n);
        assert_eq!(wakes.wakers(), 1, "no waker is kept");
        let mut later = task::spawn(notify.notified());
        assert_pending!(later.poll());
        for wait in &mut waits {
            assert_ready!(wait.as_mut().poll(&mut cx(&waker)));
        }
        assert!(!later.is_woken());
    }
}

#[test]
fn a_future_that_was_only_made_is_reached_by_notify_waiters_and_takes_no_permit() {
    let notify = Notify::new();
    let (mut polled, mut enabled) = (task::spawn(notify.notified()), pin!(notify.notified()));
    notify.notify_one();
    notify.notify_waiters();
    assert_ready!(polled.poll());
    assert!(enabled.as_mut().enable());
    assert!(take_permit(&notify));
}

/// Tokio #4618, #5396: what a dropped future had been given.
#[test]
fn a_notified_future_that_was_dropped_lost_its_notification() {
    for last in [false, true] {
        let notify = Notify::new();
        let mut waits = queue(&notify, 4);
        let notify_in_order = || if last { notify.notify_last() } else { notify.notify_one() };
        notify_in_order();
        drop(if last { waits.pop() } else { Some(waits.remove(0)) });
        // The next one in the same direction has it now.
        assert_eq!(woken(&waits), [!last, false, last]);
        waits.clear();
        assert!(take_permit(&notify), "with nobody left it is the permit");
        assert!(!take_permit(&notify));
    }
}

#[test]
fn one_that_was_released_with_all_passes_nothing_on() {
    let notify = Notify::new();
    let waits = queue(&notify, 2);
    notify.notify_waiters();
    let mut later = queue(&notify, 1);
    drop(waits);
    assert_pending!(later[0].poll());
    drop(later);
    assert!(!take_permit(&notify));
}

#[test]
fn one_that_has_both_passes_its_own_on_if_dropped_and_uses_both_if_polled() {
    for polled in [false, true] {
        let notify = Notify::new();
        let mut waits = queue(&notify, 1);
        notify.notify_one();
        notify.notify_waiters();
        if polled {
            assert_ready!(waits[0].poll());
        }
        drop(waits);
        assert_eq!(take_permit(&notify), !polled);
    }
}

#[test]
fn leaving_from_any_place_keeps_the_others_in_order() {
    for leaves in 0..3 {
        let notify = Notify::new();
        let mut waits = queue(&notify, 3);
        drop(waits.remove(leaves));
        notify.notify_one();
        assert_eq!(woken(&waits), [true, false]);
        notify.notify_one();
        assert_eq!(woken(&waits), [true, true]);
    }
}

#[test]
fn the_last_that_leaves_makes_the_next_notification_a_permit() {
    let notify = Notify::new();
    drop(queue(&notify, 3));
    notify.notify_one();
    assert!(take_permit(&notify));
}

#[test]
fn enabling_takes_a_place_or_the_permit_and_keeps_the_answer() {
    let notify = Arc::new(Notify::new());
    let (mut first, mut second) = (pin!(notify.notified()), pin!(notify.clone().notified_owned()));
    assert!(!first.as_mut().enable() && !second.as_mut().enable());
    assert!(!first.as_mut().enable(), "once more changes nothing");
    notify.notify_one();
    assert!(!second.as_mut().enable());
    assert!(first.as_mut().enable() && first.as_mut().enable());
    notify.notify_one();
    assert!(second.as_mut().enable());
    let waker = Waker::noop();
    assert_ready!(first.as_mut().poll(&mut cx(waker)));
    assert_ready!(first.as_mut().poll(&mut cx(waker)), "it stays ready");
    notify.notify_one();
    let mut third = pin!(notify.notified());
    assert!(third.as_mut().enable());
    assert!(!take_permit(&notify));
}

#[test]
fn enabling_one_that_was_polled_keeps_its_waker() {
    let notify = Notify::new();
    let mut wait = task::spawn(notify.notified());
    assert_pending!(wait.poll());
    assert!(!wait.enter(|_, wait| wait.enable()));
    notify.notify_one();
    assert!(wait.is_woken());
    assert!(wait.enter(|_, wait| wait.enable()));
    drop(wait);
    assert!(!take_permit(&notify), "who was told by `enable` has used it");
}

#[test]
fn one_that_was_enabled_is_woken_by_the_waker_of_its_poll() {
    let notify = Notify::new();
    let mut wait = task::spawn(notify.notified());
    assert!(!wait.enter(|_, wait| wait.enable()));
    assert_pending!(wait.poll());
    notify.notify_waiters();
    assert!(wait.is_woken());
    assert_ready!(wait.poll());
}

#[test]
fn the_newest_waker_is_woken_and_the_old_one_dropped() {
    let notify = Notify::new();
    let (old, new) = (Wakes::new(), Wakes::new());
    let mut wait = pin!(notify.notified());
    assert_pending!(wait.as_mut().poll(&mut cx(&old.waker())));
    assert_pending!(wait.as_mut().poll(&mut cx(&new.waker())));
    assert_eq!((old.wakers(), new.wakers()), (0, 1));
    notify.notify_one();
    assert_eq!((old.count(), new.count()), (0, 1));
}

#[test]
fn a_wait_costs_one_unit_of_the_budget_and_what_was_given_is_kept_meanwhile() {
    let notify = Notify::new();
    coop::with_budget(|| {
        let completed = (0..1_000).take_while(|_| {
            notify.notify_one();
            take_permit(&notify)
        });
        assert_eq!(completed.count(), usize::from(coop::UNITS));
        let mut refused = task::spawn(notify.notified());
        assert_pending!(refused.poll());
        assert!(refused.is_woken(), "it is polled again, with a new budget");
    });
    assert!(take_permit(&notify));
    let mut waits = queue(&notify, 2);
    notify.notify_one();
    coop::with_budget(|| {
        let other = Notify::new();
        let spends = || {
            other.notify_one();
            take_permit(&other)
        };
        while spends() {}
        assert_pending!(waits[0].poll());
        drop(waits.remove(0));
    });
    assert!(waits[0].is_woken(), "it was refused, and passed its notification on");
}

/// A notification that comes from a waker, while the wakers of a round are woken in batches.
#[test]
fn a_notification_for_one_was_given_to_a_wait_that_was_over() {
    let notify: &'static Notify = Box::leak(Box::new(Notify::new()));
    let mut first = pin!(notify.notified());
    let notifies = calling(move || notify.notify_one());
    assert_pending!(first.as_mut().poll(&mut cx(&notifies)));
    let mut waits = queue(notify, 100);
    notify.notify_waiters();
    assert_eq!(woken(&waits), [true; 100]);
    assert!(take_permit(notify), "nobody was left who could have used it");
    waits.iter_mut().for_each(|wait| assert_ready!(wait.poll()));
    assert_ready!(first.poll(&mut cx(Waker::noop())));
}

/// While more are woken than one batch holds, some leave, some come, and some ask.
#[test]
fn waits_that_leave_and_come_between_batches_are_told_the_truth() {
    type Kept = std::sync::Mutex<Vec<Pin<Box<OwnedNotified>>>>;
    let notify = Arc::new(Notify::new());
    let kept: &'static Kept = Box::leak(Box::default());
    let came: &'static Kept = Box::leak(Box::default());
    let other = Arc::clone(&notify);
    let meddles = calling(move || {
        let mut kept = kept.lock().unwrap();
        // They are still in the list. One leaves, one is asked, one is polled; and somebody comes.
        drop(kept.remove(40));
        assert!(kept[50].as_mut().enable());
        assert_ready!(kept[60].as_mut().poll(&mut cx(Waker::noop())));
        let mut late = Box::pin(other.clone().notified_owned());
        assert_pending!(late.as_mut().poll(&mut cx(Waker::noop())));
        came.lock().unwrap().push(late);
    });
    let mut first = pin!(notify.notified());
    assert_pending!(first.as_mut().poll(&mut cx(&meddles)));
    let wakes = Wakes::new();
    let waker = wakes.waker();
    for _ in 0..100 {
        let mut wait = Box::pin(notify.clone().notified_owned());
        assert_pending!(wait.as_mut().poll(&mut cx(&waker)));
        kept.lock().unwrap().push(wait);
    }
    notify.notify_waiters();
    assert_eq!(wakes.count(), 97, "three were over before it was their turn");
    for mut wait in std::mem::take(&mut *kept.lock().unwrap()) {
        assert_ready!(wait.as_mut().poll(&mut cx(&waker)));
    }
    let mut late = came.lock().unwrap().pop().unwrap();
    assert_pending!(late.as_mut().poll(&mut cx(&waker)));
    notify.notify_one();
    assert_ready!(late.as_mut().poll(&mut cx(&waker)));
}

#[test]
fn one_without_budget_has_its_turn_and_takes_nothing() {
    let notify = Notify::new();
    let other = Notify::new();
    let spends = || {
        other.notify_one();
        take_permit(&other)
    };
    let mut first = task::spawn(notify.notified());
    coop::with_budget(|| {
        while spends() {}
        assert_pending!(first.poll());
        assert_pending!(first.poll());
    });
    let mut second = queue(&notify, 1);
    notify.notify_one();
    assert!(!second[0].is_woken(), "it overtook one that came before");
    assert_ready!(first.poll());
    drop(first);
    notify.notify_one();
    assert_ready!(second[0].poll());
    notify.notify_one();
    coop::with_budget(|| {
        while spends() {}
        assert!(!take_permit(&notify));
    });
    assert!(take_permit(&notify), "what it may not take yet is left to others");
}

#[test]
fn a_waker_that_panics_takes_no_notification_from_others() {
    let notify = Notify::new();
    let mut panics = pin!(notify.notified());
    assert_pending!(panics.as_mut().poll(&mut cx(&calling(|| panic!("waker")))));
    let waits = queue(&notify, 50);
    let told = catch_unwind(AssertUnwindSafe(|| notify.notify_waiters()));
    assert_eq!(*told.unwrap_err().downcast::<&str>().unwrap(), "waker");
    assert_eq!(woken(&waits), [true; 50]);
    assert_ready!(panics.as_mut().poll(&mut cx(Waker::noop())));
}

#[test]
fn a_waker_may_come_back() {
    let notify: &'static Notify = Box::leak(Box::new(Notify::new()));
    let mut wait = pin!(notify.notified());
    let comes_back = calling(|| {
        notify.notify_one();
        notify.notify_waiters();
    });
    assert_pending!(wait.as_mut().poll(&mut cx(&comes_back)));
    notify.notify_one();
    assert!(take_permit(notify));
}
