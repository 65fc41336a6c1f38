//! Attending under loom: no timer is set, and no reactor made, that whoever sleeps does not hear of.
//!
//! The driver and its wheels are the real ones; so is the reactor where there is one (`--features net,time`), but
//! nobody waits in it. A crew of the model keeps one word for each of two workers, as `Idle` does for all: whether it
//! runs. What waits in the model waits on a condition and without time, so that a wake that is lost is a deadlock,
//! which loom reports; a timer that is linked then aborts the process.
//!
//! Weakened by hand, a model fails: if `announce`, `hand_over`, `make_io`, `make_timers` or `close` does not fence, or
//! who links a timer (`Timers::insert`); if `announce` does not read `next` again, leaves the parker after it wrote
//! `waits_until`, or takes the reactor before that; if `hand_over` does nothing where somebody waits; if
//! `reach_attendant` does nothing.

use std::cell::Cell;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::task::{Context, Poll, Waker};

use loom::thread;

use crate::driver::attend::Attendant;
use crate::driver::{Closed, Crew, Driver, Parker, Tick, Timer};
use crate::util::sync::{AtomicBool, fence};

/// Later than the clock ever says here.
const HOUR: Tick = Tick::from_nanos(3_600_000_000_000);
const TWO_HOURS: Tick = Tick::from_nanos(2 * HOUR.as_nanos());

loom::thread_local! {
    static LOOKS_IN: Cell<bool> = Cell::new(false);
}

/// Two workers, of which the first can be woken.
struct Two {
    first_runs: AtomicBool,
    second_runs: AtomicBool,
    parker: Arc<Parker>,
}

impl Crew for Arc<Two> {
    fn looks_in_here(&self) -> bool {
        LOOKS_IN.with(Cell::get)
    }

    /// As `Scheduler::call_attendant`, with nobody to start.
    fn call(&self) {
        if !self.first_runs.load(Relaxed) && !self.second_runs.load(Relaxed) {
            self.parker.unpark();
        }
    }
}

impl Two {
    /// Both run, or only the first.
    fn new(second_runs: bool) -> Arc<Self> {
        Arc::new(Self {
            first_runs: AtomicBool::new(true),
            second_runs: AtomicBool::new(second_runs),
            parker: Arc::new(Parker::new()),
        })
    }
}

/// A driver with the wheels of a worker and of strangers.
fn driver(crew: &Arc<Two>) -> Arc<Driver> {
    let driver = Arc::new(Driver::new(1, crew.clone()));
    driver.timers(Some(0));
    driver.timers(None);
    driver
}

fn set(driver: &Arc<Driver>, worker: Option<usize>) -> (Pin<Box<Timer>>, Poll<Result<(), Closed>>) {
    set_for(driver, worker, HOUR)
}

fn set_for(
    driver: &Arc<Driver>,
    worker: Option<usize>,
    deadline: Tick,
) -> (Pin<Box<Timer>>, Poll<Result<(), Closed>>) {
    let timers = driver.timers(worker);
    let mut timer = Box::pin(Timer::new(deadline));
    let result = timer.as_mut().poll_elapsed(&mut Context::from_waker(Waker::noop()), || timers);
    (timer, result)
}

/// The first worker lies down and attends until `is_enough`, which is asked for until when it would wait.
fn attend(crew: &Two, driver: &Driver, is_enough: impl Fn(&Attendant, Tick) -> bool) {
    let mut enough = false;
    while !enough {
        // `Idle::lie_down`.
        crew.first_runs.store(false, Relaxed);
        fence(SeqCst);
        if let Some(mut attendant) = driver.take_attendant() {
            let until = driver.announce(&mut attendant, &crew.parker);
            enough = is_enough(&attendant, until);
            if !enough {
                crew.parker.park(None);
            }
            driver.retire();
            driver.put_back(attendant);
        } else {
            crew.parker.park(None);
        }
        crew.first_runs.store(true, Relaxed);
    }
}

/// The second worker leaves.
fn leave(crew: &Two, driver: &Driver) {
    crew.second_runs.store(false, Relaxed);
    driver.hand_over();
}

/// The second worker goes to sleep, for good.
fn sleep(crew: &Two, driver: &Driver) {
    crew.second_runs.store(false, Relaxed);
    fence(SeqCst);
    let Some(mut attendant) = driver.take_attendant() else {
        return driver.reach_attendant();
    };
    let _ = driver.announce(&mut attendant, &Arc::new(Parker::new()));
    driver.retire();
    driver.put_back(attendant);
    // The first may have found the place empty, and sleeps until there is work.
    crew.parker.unpark();
}

/// The first worker goes to sleep and attends until `is_enough`, while another thread does something. What that
/// returns is kept until the first has left.
fn beside_the_attendant<T: 'static>(
    second_runs: bool,
    is_enough: fn(&Attendant, Tick) -> bool,
    does: impl Fn(&Two, &Arc<Driver>) -> T + Send + Sync + 'static,
) {
    loom::model(move || {
        let crew = Two::new(second_runs);
        let driver = driver(&crew);
        let worker = thread::spawn({
            let (crew, driver) = (crew.clone(), driver.clone());
            move || attend(&crew, &driver, is_enough)
        });
        LOOKS_IN.with(|looks_in| looks_in.set(second_runs));
        let kept = does(&crew, &driver);
        worker.join().unwrap();
        drop(kept);
    });
}

fn knows_the_timer(_: &Attendant, until: Tick) -> bool {
    until <= HOUR
}

#[test]
fn loom_a_stranger_sets_a_timer_while_a_worker_goes_to_sleep() {
    beside_the_attendant(false, knows_the_timer, |_, driver| set(driver, None));
}

#[test]
fn loom_a_worker_sets_a_timer_and_leaves_while_another_goes_to_sleep() {
    beside_the_attendant(true, knows_the_timer, |crew, driver| {
        let timer = set(driver, Some(0));
        leave(crew, driver);
        timer
    });
}

#[test]
fn loom_a_worker_sets_a_timer_and_sleeps_beside_the_attendant() {
    beside_the_attendant(true, knows_the_timer, |crew, driver| {
        let timer = set(driver, Some(0));
        sleep(crew, driver);
        timer
    });
}

#[cfg(feature = "net")]
#[test]
fn loom_a_worker_makes_the_reactor_while_another_goes_to_sleep() {
    for stops in [leave, sleep] {
        beside_the_attendant(
            true,
            |attendant, _| attendant.has_reactor(),
            move |crew, driver| {
                driver.io().unwrap();
                stops(crew, driver);
            },
        );
    }
}

#[test]
fn loom_two_workers_set_timers_and_sleep_beside_the_attendant() {
    loom::model(|| {
        let crew = Two::new(true);
        let driver = driver(&crew);
        let worker = thread::spawn({
            let (crew, driver) = (crew.clone(), driver.clone());
            move || attend(&crew, &driver, |_, until| until <= HOUR)
        });
        // The earlier timer is that of the one who may find the other at the attendant's place.
        let other = thread::spawn({
            let (crew, driver) = (crew.clone(), driver.clone());
            move || {
                LOOKS_IN.with(|looks_in| looks_in.set(true));
                let timer = set_for(&driver, None, HOUR);
                sleep(&crew, &driver);
                timer
            }
        });
        LOOKS_IN.with(|looks_in| looks_in.set(true));
        let timer = set_for(&driver, Some(0), TWO_HOURS);
        sleep(&crew, &driver);
        worker.join().unwrap();
        drop((timer, other.join().unwrap()));
    });
}

/// A stranger does something that wants attendance while the last worker leaves: one of them calls.
fn while_the_last_leaves<T: 'static>(does: fn(&Arc<Driver>) -> T) {
    loom::model(move || {
        let crew = Two::new(true);
        crew.first_runs.store(false, Relaxed);
        let driver = driver(&crew);
        // Loom does not see the place where the reactor is put; by this it sees that either thread may be first.
        let order = Arc::new(AtomicBool::new(false));
        let worker = thread::spawn({
            let (crew, driver, order) = (crew.clone(), driver.clone(), order.clone());
            move || {
                leave(&crew, &driver);
                order.load(Relaxed)
            }
        });
        order.store(true, Relaxed);
        let kept = does(&driver);
        worker.join().unwrap();
        crew.parker.park(None);
        drop(kept);
    });
}

#[test]
fn loom_a_stranger_sets_a_timer_while_the_last_worker_leaves() {
    while_the_last_leaves(|driver| set(driver, None));
}

#[cfg(feature = "net")]
#[test]
fn loom_a_stranger_makes_the_reactor_while_the_last_worker_leaves() {
    while_the_last_leaves(|driver| driver.io().map(drop).unwrap());
}

#[test]
fn loom_a_wheel_is_made_while_the_runtime_ends() {
    loom::model(|| {
        let driver = Arc::new(Driver::new(1, Two::new(true)));
        let ends = thread::spawn({
            let driver = driver.clone();
            move || driver.close()
        });
        let (mut timer, _) = set(&driver, Some(0));
        ends.join().unwrap();
        let cx = &mut Context::from_waker(Waker::noop());
        let result = timer.as_mut().poll_elapsed(cx, || driver.timers(Some(0)));
        assert_eq!(result, Poll::Ready(Err(Closed)));
    });
}
