//! Who is called and who is woken, with a crew of the test's own.

use std::cell::Cell;
use std::io::Write;
use std::os::unix::net::UnixStream;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Waker};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::driver::attend::SOCKETS_EVERY;
use crate::driver::{Crew, Driver, Evented, Occasion, Parker, Tick, Timer, Timers};
use crate::io::Interest;

const HOUR: Duration = Duration::from_secs(3600);
/// What is over before long.
const SOON: Duration = Duration::from_millis(2);

thread_local! {
    static LOOKS_IN: Cell<bool> = const { Cell::new(false) };
}

/// Counts its calls.
#[derive(Clone, Default)]
struct Calls(Arc<AtomicUsize>);

impl Calls {
    fn take(&self) -> usize {
        self.0.swap(0, Relaxed)
    }
}

impl Crew for Calls {
    fn looks_in_here(&self) -> bool {
        LOOKS_IN.get()
    }

    fn call(&self) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// A driver, whose crew this thread belongs to or not.
fn driver(looks_in: bool) -> (Arc<Driver>, Calls) {
    LOOKS_IN.set(looks_in);
    let calls = Calls::default();
    (Arc::new(Driver::new(1, calls.clone())), calls)
}

/// Sets a timer in the wheel of worker 0.
fn set(driver: &Arc<Driver>, duration: Duration) -> (Pin<Box<Timer>>, Arc<Timers>) {
    let timers = driver.timers(Some(0));
    let mut timer = Box::pin(Timer::new(driver.clock().now().saturating_add(duration)));
    let cx = &mut Context::from_waker(Waker::noop());
    assert!(timer.as_mut().poll_elapsed(cx, || timers.clone()).is_pending());
    (timer, timers)
}

/// A registered end, and the other one.
fn pair(driver: &Driver) -> (Evented<mio::net::UnixStream>, UnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    ours.set_nonblocking(true).unwrap();
    let ours = mio::net::UnixStream::from_std(ours);
    (Evented::new(driver.io().unwrap(), ours, Interest::READABLE).unwrap(), theirs)
}

fn is_readable(io: &Evented<mio::net::UnixStream>) -> bool {
    let cx = &mut Context::from_waker(Waker::noop());
    io.registration().poll_read_ready(cx).is_ready()
}

/// A thread that waits as the attendant, once.
fn attendant(driver: &Arc<Driver>) -> (JoinHandle<bool>, Arc<Parker>) {
    let parker = Arc::new(Parker::new());
    let thread = thread::spawn({
        let (driver, parker) = (driver.clone(), parker.clone());
        move || driver.sleep(&parker, None, true).is_some()
    });
    while driver.lacks_attendance() {
        thread::yield_now();
    }
    (thread, parker)
}

#[test]
fn the_crew_is_called_by_strangers_if_nobody_waits() {
    let (driver, calls) = driver(false);
    let first = set(&driver, HOUR);
    assert_eq!(calls.take(), 1);
    let _later = set(&driver, 2 * HOUR);
    assert_eq!(calls.take(), 0, "it is not the earliest");
    drop(first);
    driver.io().unwrap();
    driver.io().unwrap();
    assert_eq!(calls.take(), 1, "once, when the reactor is made");
}

#[test]
fn who_looks_in_calls_nobody_before_he_leaves() {
    let (driver, calls) = driver(true);
    driver.hand_over();
    assert_eq!(calls.take(), 0, "there is nothing to hand over");
    let _timer = set(&driver, HOUR);
    assert_eq!(calls.take(), 0);
    driver.hand_over();
    assert_eq!(calls.take(), 1);
}

#[test]
fn the_attendant_is_woken_by_strangers_for_something_earlier() {
    let (driver, calls) = driver(false);
    let _timer = set(&driver, 2 * HOUR);
    calls.take();
    let (thread, _) = attendant(&driver);
    let _earlier = set(&driver, HOUR);
    assert!(thread.join().unwrap());
    let (thread, _) = attendant(&driver);
    driver.io().unwrap();
    assert!(thread.join().unwrap(), "it was woken to take the reactor");
    assert_eq!(calls.take(), 0);
}

#[test]
fn an_attendant_slept_on_when_who_had_set_an_earlier_timer_left() {
    let (driver, calls) = driver(true);
    let _timer = set(&driver, 2 * HOUR);
    let (thread, _) = attendant(&driver);
    let _earlier = set(&driver, HOUR);
    driver.hand_over();
    assert!(thread.join().unwrap());
    assert_eq!(calls.take(), 0);
}

#[test]
fn an_attendant_is_told_by_who_goes_to_sleep_beside_it() {
    let (driver, _) = driver(true);
    let _timer = set(&driver, 2 * HOUR);
    let (thread, _) = attendant(&driver);
    let _earlier = set(&driver, HOUR);
    let parker = Arc::new(Parker::new());
    parker.unpark();
    assert!(driver.sleep(&parker, None, true).is_none());
    assert!(thread.join().unwrap());
}

#[test]
fn the_monitor_calls_if_something_is_due_and_nobody_looked() {
    let (driver, _) = driver(true);
    assert!(!driver.inspect(HOUR), "there is nothing");
    let hour = set(&driver, HOUR);
    assert!(!driver.inspect(HOUR), "nothing is due");
    let _soon = set(&driver, SOON);
    driver.look_in(Tick::default(), Occasion::RanDry);
    std::thread::sleep(2 * SOON);
    assert!(!driver.inspect(HOUR), "somebody looked");
    assert!(driver.inspect(HOUR), "nobody looked since");
    drop(hour);
}

#[test]
fn the_monitor_calls_for_sockets_if_nobody_looked_and_nobody_waits() {
    let (driver, _) = driver(true);
    driver.io().unwrap();
    assert!(driver.inspect(HOUR));
    driver.look_in(Tick::default(), Occasion::RanDry);
    assert!(!driver.inspect(HOUR));
    assert!(driver.inspect(HOUR));
    let (thread, parker) = attendant(&driver);
    assert!(!driver.inspect(HOUR));
    parker.unpark();
    assert!(thread.join().unwrap());
}

#[test]
fn the_monitor_wakes_an_attendant_that_waits_for_something_later() {
    let (driver, _) = driver(true);
    let _hour = set(&driver, HOUR);
    let (thread, _) = attendant(&driver);
    let (soon, timers) = set(&driver, SOON);
    std::thread::sleep(2 * SOON);
    assert!(!driver.inspect(HOUR));
    assert!(thread.join().unwrap());
    // What it comes to do: it waits until the timer is due, and fires it.
    let began = Instant::now();
    driver
        .sleep(&Arc::new(Parker::new()), None, true)
        .expect("the attendant is in its place")
        .finish();
    assert!(began.elapsed() <= HOUR);
    assert!(soon.is_elapsed());
    drop(timers);
}

#[test]
fn a_turn_that_is_not_finished_puts_the_attendant_back() {
    let (driver, _) = driver(true);
    let parker = Arc::new(Parker::new());
    parker.unpark();
    drop(driver.sleep(&parker, None, true));
    assert!(driver.take_attendant().is_some());
}

#[test]
fn the_monitor_calls_for_what_is_overdue_though_somebody_looked() {
    let (driver, _) = driver(true);
    let _soon = set(&driver, SOON);
    driver.look_in(Tick::default(), Occasion::RanDry);
    std::thread::sleep(2 * SOON);
    assert!(driver.inspect(SOON / 2));
}

#[test]
fn a_worker_with_tasks_asks_after_sockets_now_and_then() {
    let (driver, _) = driver(true);
    let (io, mut theirs) = pair(&driver);
    let begin = Tick::default().saturating_add(HOUR);
    let later = |pause| begin.saturating_add(pause);

    driver.look_in(begin, Occasion::Passing);
    theirs.write_all(b"!").unwrap();
    driver.look_in(later(SOCKETS_EVERY - Duration::from_nanos(1)), Occasion::Passing);
    assert!(!is_readable(&io), "it has asked a moment ago");
    driver.look_in(later(SOCKETS_EVERY), Occasion::Passing);
    assert!(is_readable(&io));
}

#[test]
fn a_worker_without_tasks_asks_after_sockets_at_once() {
    let (driver, _) = driver(true);
    let (io, mut theirs) = pair(&driver);
    let now = Tick::default().saturating_add(HOUR);
    driver.look_in(now, Occasion::RanDry);
    theirs.write_all(b"!").unwrap();
    driver.look_in(now, Occasion::RanDry);
    assert!(is_readable(&io));
}
