use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio_test::task;
use tokio_test::{assert_pending, assert_ready, assert_ready_err, assert_ready_ok};

use crate::coop;
use crate::sync::watch;
use crate::util::tests::wakers::{Wakes, cx};

#[test]
fn a_change_wakes_each_receiver_once_and_is_announced_once() {
    let (tx, rx) = watch::channel(1);
    let wakes = Wakes::new();
    let waker = wakes.waker();
    let mut receivers: Vec<_> = (0..70).map(|_| rx.clone()).collect();
    let mut waits: Vec<_> = receivers.iter_mut().map(|rx| Box::pin(rx.changed())).collect();
    waits.iter_mut().for_each(|wait| assert_pending!(wait.as_mut().poll(&mut cx(&waker))));
    tx.send(2).unwrap();
    tx.send(3).unwrap();
    assert_eq!(wakes.count(), 70);
    for wait in &mut waits {
        assert_ready_ok!(wait.as_mut().poll(&mut cx(&waker)));
    }
    drop(waits);
    for rx in &mut receivers {
        assert_eq!(*rx.borrow(), 3);
        assert_pending!(task::spawn(rx.changed()).poll(), "two values were announced together");
    }
}

/// Tokio #7281, and #3168 before it: what comes first, the last value or the end.
#[test]
fn the_end_was_told_before_the_last_value() {
    let (tx, mut rx) = watch::channel(1);
    let mut other = rx.clone();
    let mut waits = rx.clone();
    let mut waits = task::spawn(waits.changed());
    assert_pending!(waits.poll());
    tx.send(2).unwrap();
    drop(tx);
    assert_ready_ok!(waits.poll());
    assert_ready_ok!(task::spawn(rx.changed()).poll());
    assert_ready_err!(task::spawn(rx.changed()).poll());
    assert_eq!(*assert_ready_ok!(task::spawn(other.wait_for(|n| *n == 2)).poll()), 2);
    assert_ready_err!(task::spawn(other.wait_for(|n| *n > 2)).poll());
    assert_eq!(
        *assert_ready_ok!(task::spawn(other.wait_for(|n| *n == 2)).poll()),
        2,
        "seen or not"
    );
}

#[test]
fn the_last_sender_wakes_all_that_wait() {
    let (tx, mut rx) = watch::channel(());
    let other = tx.clone();
    let mut second = rx.clone();
    let mut changed = task::spawn(rx.changed());
    let mut found = task::spawn(second.wait_for(|()| false));
    assert_pending!(changed.poll());
    assert_pending!(found.poll());
    drop(tx);
    assert!(!changed.is_woken() && !found.is_woken());
    drop(other);
    assert!(changed.is_woken() && found.is_woken());
    assert_ready_err!(changed.poll());
    assert_ready_err!(found.poll());
}

#[test]
fn wait_for_asks_once_for_each_value_and_tells_whether_it_is_new() {
    let (tx, mut rx) = watch::channel(0);
    let mut asked = Vec::new();
    let mut found = task::spawn(rx.wait_for(|n| {
        asked.push(*n);
        *n >= 3
    }));
    (0..3).for_each(|_| assert_pending!(found.poll()));
    tx.send(1).unwrap();
    assert!(found.is_woken());
    (0..3).for_each(|_| assert_pending!(found.poll()));
    tx.send(2).unwrap();
    tx.send(3).unwrap();
    let value = assert_ready_ok!(found.poll());
    assert_eq!((*value, value.has_changed()), (3, true));
    drop((value, found));
    assert_eq!(asked, [0, 1, 3]);
    let again = assert_ready_ok!(task::spawn(rx.wait_for(|n| *n == 3)).poll());
    assert!(!again.has_changed());
}

#[test]
fn waits_that_are_dropped_take_nothing_for_seen_and_leave_no_waker() {
    let (tx, mut rx) = watch::channel(0);
    let wakes = Wakes::new();
    let waker = wakes.waker();
    for woken in [false, true] {
        let mut changed = Box::pin(rx.changed());
        assert_pending!(changed.as_mut().poll(&mut cx(&waker)));
        if woken {
            tx.send(1).unwrap();
        }
        drop(changed);
        assert_eq!(wakes.wakers(), 1);
    }
    assert!(rx.has_changed().unwrap());
    drop(rx);
    let rx = tx.subscribe();
    let mut closed = Box::pin(tx.closed());
    assert_pending!(closed.as_mut().poll(&mut cx(&waker)));
    drop(closed);
    assert_eq!(wakes.wakers(), 1);
    drop(rx);
    assert_eq!(wakes.count(), 1);
}

#[test]
fn the_last_receiver_wakes_all_that_wait_for_the_end() {
    let (tx, rx) = watch::channel(());
    let other = tx.clone();
    let (mut first, mut second) = (task::spawn(tx.closed()), task::spawn(other.closed()));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    let late = rx.clone();
    drop(rx);
    assert!(!first.is_woken());
    drop(late);
    assert!(first.is_woken() && second.is_woken());
    assert_ready!(first.poll());
    let again = tx.subscribe();
    assert_pending!(second.poll(), "there is a receiver again");
    drop(again);
    assert!(second.is_woken());
    assert_ready!(second.poll());
}

#[test]
fn a_panic_of_the_one_who_changes_leaves_the_channel_in_use() {
    let (tx, mut rx) = watch::channel(vec![1]);
    let mut other = rx.clone();
    let mut changed = task::spawn(other.changed());
    assert_pending!(changed.poll());
    let panics = catch_unwind(AssertUnwindSafe(|| {
        tx.send_modify(|list| {
            list.push(2);
            panic!("in the change");
        })
    }));
    assert!(panics.is_err() && !changed.is_woken());
    assert_eq!(*rx.borrow(), [1, 2]);
    let asks = catch_unwind(AssertUnwindSafe(|| {
        drop(task::spawn(rx.wait_for(|_| panic!("in the question"))).poll());
    }));
    assert!(asks.is_err());
    tx.send_modify(|list| list.push(3));
    assert_ready_ok!(changed.poll());
    assert_eq!(*rx.borrow_and_update(), [1, 2, 3]);
}

/// A value whose drop looks at the channel that it was in.
struct Looks(Option<watch::Receiver<Option<Looks>>>);

impl Drop for Looks {
    fn drop(&mut self) {
        if let Some(rx) = self.0.take() {
            assert!(rx.borrow().is_none());
        }
    }
}

#[test]
fn the_old_value_is_dropped_outside_of_the_lock() {
    let (tx, rx) = watch::channel(None);
    tx.send(Some(Looks(Some(rx.clone())))).unwrap();
    tx.send(None).unwrap();
    assert!(rx.has_changed().unwrap());
}

#[test]
fn each_operation_costs_a_unit_of_the_budget() {
    let (tx, rx) = watch::channel(0);
    let mut rx = rx;
    let units = usize::from(coop::UNITS);
    let completed =
        |f: &mut dyn FnMut() -> bool| coop::with_budget(|| (0..1_000).take_while(|_| f()).count());
    let changed = &mut || {
        rx.mark_changed();
        task::spawn(rx.changed()).poll().is_ready()
    };
    assert_eq!(completed(changed), units);
    let mut rx = tx.subscribe();
    assert_eq!(completed(&mut || task::spawn(rx.wait_for(|_| true)).poll().is_ready()), units);
    drop(rx);
    let alone = watch::Sender::new(());
    assert_eq!(completed(&mut || task::spawn(alone.closed()).poll().is_ready()), units);
}

/// Else a poll would not end while senders are as fast as the one who asks.
#[test]
fn wait_for_takes_a_unit_for_each_value_that_it_asks_for() {
    let (tx, mut rx) = watch::channel(0);
    let mut asked = 0;
    coop::with_budget(|| {
        loop {
            let before = asked;
            let mut found = task::spawn(rx.wait_for(|_| {
                asked += 1;
                false
            }));
            assert_pending!(found.poll());
            drop(found);
            if asked == before {
                break; // refused: what asks behind that may be let through
            }
        }
    });
    assert_eq!(asked, usize::from(coop::UNITS));
    drop(tx);
}
