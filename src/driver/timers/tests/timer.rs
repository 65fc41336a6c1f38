//! Timers by hand: each poll, wake and drop is seen.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

use crate::driver::{Clock, Closed, Tick, Timer, Timers};
use crate::util::rng::Rng;
use crate::util::tests::wakers::{Wakes, calling, cx};

const PENDING: Poll<Result<(), Closed>> = Poll::Pending;
const ELAPSED: Poll<Result<(), Closed>> = Poll::Ready(Ok(()));
const CLOSED: Poll<Result<(), Closed>> = Poll::Ready(Err(Closed));

fn tick(nanos: u64) -> Tick {
    Tick::from_nanos(nanos)
}

/// Timers, and the deadlines that were told as earlier.
fn timers() -> (Arc<Timers>, Arc<Mutex<Vec<u64>>>) {
    let told = Arc::<Mutex<Vec<u64>>>::default();
    let telling = told.clone();
    let timers = Timers::new(move |tick| telling.lock().unwrap().push(tick.as_nanos()));
    (Arc::new(timers), told)
}

fn timer(deadline: u64) -> Pin<Box<Timer>> {
    Box::pin(Timer::new(tick(deadline)))
}

fn poll(
    timer: &mut Pin<Box<Timer>>,
    timers: &Arc<Timers>,
    waker: &Waker,
) -> Poll<Result<(), Closed>> {
    timer.as_mut().poll_elapsed(&mut cx(waker), || timers.clone())
}

#[test]
fn a_timer_wakes_once_at_its_deadline() {
    let (timers, told) = timers();
    let wakes = Wakes::new();
    let mut timer = timer(100);
    assert_eq!(timers.next(), Tick::NEVER, "nothing is linked before the first poll");
    assert_eq!(poll(&mut timer, &timers, &wakes.waker()), PENDING);
    assert_eq!((timers.next(), &*told.lock().unwrap()), (tick(100), &vec![100]));
    timers.fire(tick(99));
    assert!(!timer.is_elapsed());
    assert_eq!(poll(&mut timer, &timers, &wakes.waker()), PENDING);
    timers.fire(tick(100));
    assert_eq!((wakes.count(), wakes.wakers()), (1, 0));
    assert!(timer.is_elapsed());
    assert_eq!(poll(&mut timer, &timers, &wakes.waker()), ELAPSED);
    assert_eq!(poll(&mut timer, &timers, &wakes.waker()), ELAPSED, "it stays elapsed");
    assert_eq!(Arc::strong_count(&timers), 1);
    assert_eq!(timers.next(), Tick::NEVER);
}

#[test]
fn a_deadline_that_the_wheel_knows_to_be_over_is_ready_at_the_first_poll() {
    let (timers, told) = timers();
    let wakes = Wakes::new();
    let mut first = timer(50);
    assert_eq!(poll(&mut first, &timers, &wakes.waker()), PENDING);
    timers.fire(tick(70));
    let mut late = timer(70);
    assert_eq!(poll(&mut late, &timers, &wakes.waker()), ELAPSED);
    assert!(late.is_elapsed());
    assert_eq!(*told.lock().unwrap(), [50]);
}

#[test]
fn only_a_deadline_before_all_others_is_told() {
    let (timers, told) = timers();
    let mut linked: Vec<_> = [300, 400, 200, 250, 200, 100].map(timer).into();
    for timer in &mut linked {
        assert_eq!(poll(timer, &timers, Waker::noop()), PENDING);
    }
    assert_eq!(*told.lock().unwrap(), [300, 200, 100]);
    drop(linked);
    assert_eq!(timers.next(), tick(100), "dropping leaves it, too early");
    let mut again = timer(150);
    assert_eq!(poll(&mut again, &timers, Waker::noop()), PENDING);
    assert_eq!(told.lock().unwrap().len(), 3, "arming again and again tells nobody");
    timers.fire(tick(100));
    assert_eq!(timers.next(), tick(150), "looking corrects it");
}

#[test]
fn the_newest_waker_is_woken_and_the_others_are_dropped() {
    let (timers, _) = timers();
    let (old, new) = (Wakes::new(), Wakes::new());
    let mut timer = timer(100);
    assert_eq!(poll(&mut timer, &timers, &old.waker()), PENDING);
    assert_eq!(poll(&mut timer, &timers, &new.waker()), PENDING);
    assert_eq!((old.wakers(), new.wakers()), (0, 1));
    timers.fire(tick(100));
    assert_eq!((old.count(), new.count()), (0, 1));
}

#[test]
fn a_timer_stays_in_the_wheel_where_it_was_linked() {
    let ((here, _), (there, _)) = (timers(), timers());
    let wakes = Wakes::new();
    let mut timer = timer(100);
    assert_eq!(poll(&mut timer, &here, &wakes.waker()), PENDING);
    assert_eq!(poll(&mut timer, &there, &wakes.waker()), PENDING);
    assert_eq!(there.next(), Tick::NEVER);
    here.fire(tick(100));
    assert_eq!(poll(&mut timer, &there, &wakes.waker()), ELAPSED);
    timer.as_mut().reset(tick(200));
    assert_eq!(poll(&mut timer, &there, &wakes.waker()), PENDING);
    assert_eq!(there.next(), tick(200), "after it fired it chooses anew");
}

#[test]
fn a_dropped_timer_gives_its_waker_and_its_timers_back() {
    let (timers, _) = timers();
    let wakes = Wakes::new();
    let mut timer = timer(100);
    assert_eq!(poll(&mut timer, &timers, &wakes.waker()), PENDING);
    assert_eq!((wakes.wakers(), Arc::strong_count(&timers)), (1, 2));
    drop(timer);
    assert_eq!((wakes.wakers(), Arc::strong_count(&timers)), (0, 1));
    timers.fire(tick(100));
    assert_eq!(wakes.count(), 0);
}

#[test]
fn reset_moves_the_wake_without_another_poll() {
    let (timers, told) = timers();
    let wakes = Wakes::new();
    let mut timer = timer(1_000_000);
    assert_eq!(poll(&mut timer, &timers, &wakes.waker()), PENDING);
    timer.as_mut().reset(tick(9_000_000));
    timers.fire(tick(8_999_999));
    assert_eq!(wakes.count(), 0);
    timer.as_mut().reset(tick(8_999_999 + 1));
    assert_eq!(*told.lock().unwrap(), [1_000_000], "it is not earlier than what is published");
    timers.fire(tick(9_000_000));
    assert_eq!(wakes.count(), 1);
    assert_eq!(timer.deadline(), tick(9_000_000));

    timer.as_mut().reset(tick(20_000_000));
    assert!(!timer.is_elapsed());
    assert_eq!(poll(&mut timer, &timers, &wakes.waker()), PENDING);
    timer.as_mut().reset(tick(10));
    assert_eq!(wakes.count(), 2, "a deadline that is over wakes at once");
    assert_eq!(poll(&mut timer, &timers, &wakes.waker()), ELAPSED);
}

#[test]
fn closing_wakes_everybody_and_refuses_the_rest() {
    let (timers, _) = timers();
    let wakes = Wakes::new();
    let mut waiting: Vec<_> = [1, 1 << 20, 1 << 40, u64::MAX].map(timer).into();
    for timer in &mut waiting {
        assert_eq!(poll(timer, &timers, &wakes.waker()), PENDING);
    }
    timers.close();
    assert_eq!((wakes.count(), wakes.wakers()), (waiting.len(), 0));
    for timer in &mut waiting {
        assert!(!timer.is_elapsed());
        assert_eq!(poll(timer, &timers, &wakes.waker()), CLOSED);
        timer.as_mut().reset(tick(5));
        assert_eq!(poll(timer, &timers, &wakes.waker()), CLOSED, "also after a reset");
    }
    assert_eq!((timers.next(), Arc::strong_count(&timers)), (Tick::NEVER, 1));
}

#[test]
fn never_is_never() {
    let (timers, told) = timers();
    let wakes = Wakes::new();
    let mut timer = timer(u64::MAX);
    assert_eq!(poll(&mut timer, &timers, &wakes.waker()), PENDING);
    timers.fire(tick(u64::MAX - 1));
    assert_eq!((wakes.count(), timers.next()), (0, Tick::NEVER));
    assert!(told.lock().unwrap().is_empty());
}

#[test]
fn a_waker_may_come_back_to_the_timers() {
    let (timers, _) = timers();
    let inner = timers.clone();
    let waker = calling(move || {
        let mut timer = timer(150);
        assert_eq!(poll(&mut timer, &inner, Waker::noop()), PENDING);
        inner.fire(tick(100));
    });
    let mut timer = timer(100);
    assert_eq!(poll(&mut timer, &timers, &waker), PENDING);
    timers.fire(tick(100));
    assert_eq!(poll(&mut timer, &timers, &waker), ELAPSED);
}

#[test]
fn a_waker_that_panics_costs_the_others_nothing() {
    let (timers, _) = timers();
    let wakes = Wakes::new();
    let panics = calling(|| panic!("a waker panics"));
    let mut linked: Vec<_> = (0..100).map(|_| timer(100)).collect();
    for (number, timer) in linked.iter_mut().enumerate() {
        let waker = if number == 3 { panics.clone() } else { wakes.waker() };
        assert_eq!(poll(timer, &timers, &waker), PENDING);
    }
    assert!(catch_unwind(AssertUnwindSafe(|| timers.fire(tick(100)))).is_err());
    timers.fire(tick(100));
    assert_eq!(wakes.count(), 99);
    assert!(linked.iter().all(|timer| timer.is_elapsed()));
}

/// Some threads arm, poll, reset and drop timers of two wheels, which others fire by the real clock.
#[test]
fn threads_that_arm_reset_and_drop_miss_no_wake() {
    let clock = Clock::new();
    let all = [timers().0, timers().0];
    let stop = AtomicBool::new(false);
    let fired = AtomicUsize::new(0);
    thread::scope(|scope| {
        for timers in &all {
            scope.spawn(|| {
                while !stop.load(Relaxed) {
                    timers.fire(clock.now());
                    thread::yield_now();
                }
            });
        }
        let owners = [0, 1, 2].map(|seed| {
            scope.spawn({
                let (clock, all, fired) = (&clock, &all, &fired);
                move || own_timers(&Rng::new(seed), clock, all, fired)
            })
        });
        let results = owners.map(|owner| owner.join());
        stop.store(true, Relaxed);
        results.into_iter().for_each(|result| result.unwrap());
    });
    assert!(fired.load(Relaxed) > 0);
    assert!(all.iter().all(|timers| Arc::strong_count(timers) == 1));
}

fn own_timers(rng: &Rng, clock: &Clock, all: &[Arc<Timers>; 2], fired: &AtomicUsize) {
    let deadline = || clock.now().saturating_add(Duration::from_nanos(rng.below(200_000) as u64));
    for _ in 0..if cfg!(miri) { 30 } else { 3_000 } {
        let mut timer = Box::pin(Timer::new(deadline()));
        let wakes = Wakes::new();
        let waker = wakes.waker();
        for _ in 0..rng.below(4) {
            if poll(&mut timer, &all[rng.below(2)], &waker).is_ready() {
                assert!(timer.deadline() <= clock.now(), "a timer is early");
            }
            if rng.below(2) == 0 {
                timer.as_mut().reset(deadline());
            }
        }
        if rng.below(2) == 0 {
            await_elapsed(&mut timer, &all[0], clock, &wakes);
            fired.fetch_add(1, Relaxed);
        }
    }
}

/// Polls whenever it was woken, and not otherwise.
fn await_elapsed(
    timer: &mut Pin<Box<Timer>>,
    timers: &Arc<Timers>,
    clock: &Clock,
    wakes: &Arc<Wakes>,
) {
    let waker = wakes.waker();
    let mut seen = wakes.count();
    while poll(timer, timers, &waker).is_pending() {
        let patience = clock.now().saturating_add(Duration::from_secs(20));
        while wakes.count() == seen {
            assert!(clock.now() < patience, "a timer was missed");
            thread::yield_now();
        }
        seen = wakes.count();
    }
    assert!(timer.deadline() <= clock.now(), "a timer is early");
}
