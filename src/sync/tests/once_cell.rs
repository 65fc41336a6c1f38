use std::cell::Cell;
use std::future::{pending, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::Poll;

use tokio_test::task;
use tokio_test::{assert_pending, assert_ready, assert_ready_eq};

use crate::coop;
use crate::sync::{OnceCell, SetError, oneshot};

#[test]
fn the_first_makes_the_value_and_the_others_wait_for_it() {
    let cell = OnceCell::new();
    let made = Cell::new(0);
    let (tx, rx) = oneshot::channel();
    let mut first = task::spawn(cell.get_or_init(|| async {
        made.set(made.get() + 1);
        rx.await.unwrap()
    }));
    assert_pending!(first.poll());
    let other = || {
        task::spawn(cell.get_or_init(|| {
            made.set(made.get() + 1);
            ready(0)
        }))
    };
    let mut others: Vec<_> = (0..70).map(|_| other()).collect();
    others.iter_mut().for_each(|other| assert_pending!(other.poll()));
    assert_eq!(cell.set(8), Err(SetError::InitializingError(8)));
    assert_eq!(cell.get(), None);
    tx.send(7).unwrap();
    assert_ready_eq!(first.poll(), &7);
    for other in &mut others {
        assert!(other.is_woken());
        assert_ready_eq!(other.poll(), &7);
    }
    assert_ready_eq!(other().poll(), &7);
    assert_eq!(made.get(), 1);
    assert_eq!(cell.set(8), Err(SetError::AlreadyInitializedError(8)));
}

/// How one who makes the value may end without it.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Cancelled,
    Failed,
    Panicked,
}

#[test]
fn a_maker_that_was_cancelled_failed_or_panicked_left_the_others_waiting() {
    for fault in [Fault::Cancelled, Fault::Failed, Fault::Panicked] {
        let cell = OnceCell::new();
        let (tx, rx) = oneshot::channel::<()>();
        let mut first = Some(task::spawn(cell.get_or_try_init(|| async {
            rx.await.unwrap();
            match fault {
                Fault::Failed => Err("on purpose"),
                Fault::Cancelled => pending().await,
                Fault::Panicked => panic!("on purpose"),
            }
        })));
        assert_pending!(first.as_mut().unwrap().poll());
        let mut second = task::spawn(cell.get_or_init(|| ready(2)));
        let mut third = task::spawn(cell.get_or_init(|| ready(3)));
        assert_pending!(second.poll());
        assert_pending!(third.poll());
        tx.send(()).unwrap();
        let result = catch_unwind(AssertUnwindSafe(|| first.as_mut().unwrap().poll()));
        match fault {
            Fault::Cancelled => assert!(matches!(result, Ok(Poll::Pending))),
            Fault::Failed => assert_eq!(result.unwrap(), Poll::Ready(Err("on purpose"))),
            Fault::Panicked => assert!(result.is_err()),
        }
        drop(first.take());
        assert!(second.is_woken() && !third.is_woken(), "{fault:?}");
        assert_ready_eq!(second.poll(), &2);
        assert!(third.is_woken());
        assert_ready_eq!(third.poll(), &2);
    }
}

#[test]
fn a_panic_before_there_is_a_future_leaves_the_cell_to_the_next() {
    let cell = OnceCell::new();
    let panics = catch_unwind(AssertUnwindSafe(|| {
        let f = || -> std::future::Ready<u8> { panic!("on purpose") };
        task::spawn(cell.get_or_init(f)).poll().is_ready()
    }));
    assert!(panics.is_err());
    assert_ready_eq!(task::spawn(cell.get_or_init(|| ready(1))).poll(), &1);
}

#[test]
fn one_that_was_given_its_turn_and_is_dropped_passes_it_on() {
    let cell = OnceCell::new();
    let mut first = task::spawn(cell.get_or_init(pending::<u8>));
    assert_pending!(first.poll());
    let mut second = task::spawn(cell.get_or_init(|| ready(2)));
    let mut third = task::spawn(cell.get_or_init(|| ready(3)));
    assert_pending!(second.poll());
    assert_pending!(third.poll());
    drop(first);
    assert!(second.is_woken());
    assert_eq!(cell.set(9), Err(SetError::InitializingError(9)), "the second has its turn");
    drop(second);
    assert_ready_eq!(third.poll(), &3);
}

#[test]
fn a_cell_that_was_set_or_made_with_a_value_runs_nothing() {
    let set = OnceCell::new();
    set.set(1).unwrap();
    for mut cell in
        [set, OnceCell::from(1), OnceCell::new_with(Some(1)), OnceCell::const_new_with(1)]
    {
        let f = || -> std::future::Ready<u8> { unreachable!("there is a value") };
        assert_ready_eq!(task::spawn(cell.get_or_init(f)).poll(), &1);
        assert!(cell.set(2).unwrap_err().is_already_init_err());
        *cell.get_mut().unwrap() = 3;
        assert_eq!(cell.clone(), cell);
        assert_eq!(cell.take(), Some(3));
        assert_ne!(cell, OnceCell::from(3));
        assert_eq!(cell.set(4), Ok(()), "it is as new");
        assert_eq!(cell.into_inner(), Some(4));
    }
}

#[test]
fn the_value_is_dropped_once_wherever_it_is() {
    let value = Arc::new(());
    drop(OnceCell::from(Arc::clone(&value)));
    let mut cell = OnceCell::new();
    cell.set(Arc::clone(&value)).unwrap();
    drop(cell.set(Arc::clone(&value)));
    assert_eq!(Arc::strong_count(&value), 2);
    drop(cell.take());
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn each_look_costs_a_unit_of_the_budget() {
    let cell = OnceCell::from(1);
    let passed = coop::with_budget(|| {
        let looks = || task::spawn(cell.get_or_init(|| ready(2))).poll().is_ready();
        (0..1_000).take_while(|_| looks()).count()
    });
    assert_eq!(passed, usize::from(coop::UNITS));
    assert_ready!(task::spawn(cell.get_or_init(|| ready(2))).poll());
}
