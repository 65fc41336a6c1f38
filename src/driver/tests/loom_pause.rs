//! A paused clock under loom: it does not go on before what a closure has woken, nor stand when it could go on.
//!
//! The driver and its wheel are the real ones; the crew's pool is one word under a lock. What waits in the model waits
//! without time, so that a wake that is lost is a deadlock, which loom reports.
//!
//! Weakened by hand, a model fails: if the attendant looks for a wake before it asks for closures; if a closure's thread
//! wakes the attendant before it counts itself idle, or not at all; if `pause` wakes nobody; if the attendant leaves its
//! parker after it has read the clock; if it waits without an end, and `waits_until` says that it has one; if `close` ends the
//! quiet before it writes `closed`.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use loom::thread;

use crate::driver::{Crew, Driver, Parker, QuietTicket, Tick, Timer, Timers};
use crate::util::sync::{AtomicUsize, Mutex};

const HOUR: Duration = Duration::from_secs(3_600);

/// A crew of one worker, beside which a closure runs or not; and whether it is the worker who calls.
struct Pool(Arc<Mutex<bool>>, bool);

impl Crew for Pool {
    fn looks_in_here(&self) -> bool {
        self.1
    }

    fn call(&self) {}

    fn runs_closures(&self) -> bool {
        *self.0.lock()
    }
}

/// A driver with the wheel of a worker.
fn driver(runs_closure: bool) -> (Arc<Driver>, Arc<Mutex<bool>>) {
    let pool = Arc::new(Mutex::new(runs_closure));
    let driver = Arc::new(Driver::new(1, Pool(pool.clone(), true)));
    driver.timers(Some(0));
    (driver, pool)
}

/// The worker attends, with a timer set, until the clock shows that this is due. `heard` is called after each wait that
/// ended without that.
fn attend(driver: &Arc<Driver>, parker: &Arc<Parker>, heard: impl FnMut()) {
    let timers = driver.timers(Some(0));
    let deadline = driver.clock().now().saturating_add(HOUR);
    let timer = set(timers, deadline);
    attend_until(deadline, driver, parker, heard);
    drop(timer);
}

/// A timer in that wheel.
fn set(timers: Arc<Timers>, deadline: Tick) -> Pin<Box<Timer>> {
    let mut timer = Box::pin(Timer::new(deadline));
    let cx = &mut Context::from_waker(Waker::noop());
    assert!(timer.as_mut().poll_elapsed(cx, || timers).is_pending());
    timer
}

fn attend_until(
    deadline: Tick,
    driver: &Arc<Driver>,
    parker: &Arc<Parker>,
    mut heard: impl FnMut(),
) {
    while driver.clock().now() < deadline {
        let mut attendant = driver.take_attendant().expect("nobody else takes it");
        let _: Tick = driver.announce(&mut attendant, parker);
        if !driver.wait_paused(&mut attendant, parker) {
            parker.park(None);
        }
        driver.retire();
        driver.put_back(attendant);
        if driver.clock().now() < deadline {
            heard();
        }
    }
}

#[test]
fn loom_pause_beside_a_closure() {
    loom::model(|| {
        let (driver, pool) = driver(true);
        let (parker, woken) = (Arc::new(Parker::new()), Arc::new(AtomicUsize::new(0)));
        driver.pause().unwrap();
        let closure = {
            let (driver, parker, woken) = (driver.clone(), parker.clone(), woken.clone());
            thread::spawn(move || {
                woken.store(1, Relaxed);
                parker.unpark();
                let mut runs = pool.lock();
                *runs = false;
                driver.closure_ended();
            })
        };
        let mut heard = 0;
        attend(&driver, &parker, || heard = woken.load(Relaxed));
        assert_eq!(heard, 1, "the clock went on before who was woken could run");
        closure.join().unwrap();
    });
}

#[test]
fn loom_pause_against_a_wait() {
    loom::model(|| {
        let (driver, _pool) = driver(false);
        let parker = Arc::new(Parker::new());
        let other = {
            let driver = driver.clone();
            thread::spawn(move || driver.pause().unwrap())
        };
        attend(&driver, &parker, || {});
        other.join().unwrap();
    });
}

#[test]
fn loom_pause_against_a_timer_of_another_thread() {
    loom::model(|| {
        let driver = Arc::new(Driver::new(1, Pool(Arc::default(), false)));
        let parker = Arc::new(Parker::new());
        driver.pause().unwrap();
        let now = driver.clock().now();
        // What the wheel publishes is earlier than all that is waited for.
        drop(set(driver.timers(Some(0)), now.saturating_add(HOUR)));
        let deadline = now.saturating_add(2 * HOUR);
        let other = {
            let timers = driver.timers(None);
            thread::spawn(move || set(timers, deadline))
        };
        attend_until(deadline, &driver, &parker, || {});
        drop(other.join().unwrap());
    });
}

/// Unparks whoever polled.
struct Bell(Arc<Parker>);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

#[test]
fn loom_pause_quiet_against_close() {
    loom::model(|| {
        let (driver, _pool) = driver(false);
        let parker = Arc::new(Parker::new());
        let other = {
            let driver = driver.clone();
            thread::spawn(move || driver.close())
        };
        let waker = Waker::from(Arc::new(Bell(parker.clone())));
        let mut ticket = QuietTicket::default();
        while let Poll::Pending = driver.poll_quiet(&mut Context::from_waker(&waker), &mut ticket) {
            parker.park(None);
        }
        other.join().unwrap();
    });
}
