use std::sync::{Arc, Barrier};
use std::thread;

use tokio_test::task;
use tokio_test::{assert_pending, assert_ready, assert_ready_eq};

use crate::coop;
use crate::sync::{SetOnce, SetOnceError};
use crate::util::tests::wakers::{Wakes, cx};

#[test]
fn setting_wakes_all_that_wait_and_those_that_come_later_do_not_wait() {
    let once = SetOnce::new();
    let wakes = Wakes::new();
    let waker = wakes.waker();
    let mut waits: Vec<_> = (0..70).map(|_| Box::pin(once.wait())).collect();
    waits.iter_mut().for_each(|wait| assert_pending!(wait.as_mut().poll(&mut cx(&waker))));
    drop(waits.remove(3));
    assert_eq!(once.set(7), Ok(()));
    assert_eq!(wakes.count(), 69);
    for wait in &mut waits {
        assert_ready_eq!(wait.as_mut().poll(&mut cx(&waker)), &7);
    }
    drop(waits);
    assert_eq!(wakes.wakers(), 1, "a waker was kept");
    assert_ready_eq!(task::spawn(once.wait()).poll(), &7);
}

#[test]
fn a_second_value_comes_back_and_the_first_stays() {
    let once = SetOnce::from(String::from("one"));
    let second = once.set("two".to_owned());
    assert_eq!(second, Err(SetOnceError("two".to_owned())));
    assert_eq!(once.get().map(String::as_str), Some("one"));
    assert_eq!(once.clone(), once);
    assert_ne!(SetOnce::default(), once);
    assert_eq!(once.into_inner().as_deref(), Some("one"));
    assert_eq!(SetOnce::<u8>::new().into_inner(), None);
}

#[test]
fn of_many_that_set_one_succeeds_and_the_others_find_its_value() {
    for _ in 0..if cfg!(debug_assertions) { 50 } else { 500 } {
        let once = Arc::new(SetOnce::new());
        let start = Arc::new(Barrier::new(3));
        let threads: Vec<_> = (0..3)
            .map(|n: usize| {
                let (once, start) = (Arc::clone(&once), Arc::clone(&start));
                thread::spawn(move || {
                    start.wait();
                    let won = once.set(n).is_ok();
                    let value = *once.get().expect("refused, and there is no value");
                    assert_eq!(won, value == n);
                    won
                })
            })
            .collect();
        let won = threads.into_iter().map(|thread| usize::from(thread.join().unwrap()));
        assert_eq!(won.sum::<usize>(), 1);
    }
}

#[test]
fn the_value_is_dropped_once_wherever_it_is() {
    let value = Arc::new(());
    drop(SetOnce::from(Arc::clone(&value)));
    let once = SetOnce::new();
    once.set(Arc::clone(&value)).unwrap();
    drop(once.set(Arc::clone(&value)));
    assert_eq!(Arc::strong_count(&value), 2);
    drop(once.into_inner());
    assert_eq!(Arc::strong_count(&value), 1);
}

#[test]
fn a_wait_costs_a_unit_of_the_budget() {
    let once = SetOnce::from(1);
    let passed = coop::with_budget(|| {
        (0..1_000).take_while(|_| task::spawn(once.wait()).poll().is_ready()).count()
    });
    assert_eq!(passed, usize::from(coop::UNITS));
    assert_ready!(task::spawn(once.wait()).poll());
}
