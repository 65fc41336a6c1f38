//! A timer's owner against the thread that fires, in every interleaving.
//!
//! The links of an entry are cells that loom watches, so that an entry which is linked anew while the
//! other side still touches it is a race that it reports.
//!
//! Weakened by hand, a model fails or aborts: if the wheel's last store is Relaxed, or comes before the entry was taken
//! out; if a poll does not look again after the lock, or a reset forgets a deadline when it comes too late; if `next`
//! is written after the unlocking; if the timers are marked closed only after the entries were thrown
//! out; if the arming side does not fence.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

use loom::thread;

use crate::driver::{Closed, Tick, Timer, Timers};
use crate::util::sync::{AtomicBool, fence};

/// Counts its wakes; not for loom to watch.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Relaxed);
    }
}

/// A waker, and the way to ask how often it was woken.
fn counted() -> (Waker, impl Fn() -> usize) {
    let wakes = Arc::<Wakes>::default();
    (Waker::from(wakes.clone()), move || wakes.0.load(Relaxed))
}

fn tick(nanos: u64) -> Tick {
    Tick::from_nanos(nanos)
}

fn timers() -> Arc<Timers> {
    Arc::new(Timers::new(|_| ()))
}

fn timer(deadline: u64) -> Pin<Box<Timer>> {
    Box::pin(Timer::new(tick(deadline)))
}

fn poll(
    timer: &mut Pin<Box<Timer>>,
    timers: &Arc<Timers>,
    waker: &Waker,
) -> Poll<Result<(), Closed>> {
    timer.as_mut().poll_elapsed(&mut Context::from_waker(waker), || timers.clone())
}

/// Does `f` with the timers on another thread.
fn beside(timers: &Arc<Timers>, f: impl FnOnce(&Timers) + 'static) -> thread::JoinHandle<()> {
    let timers = timers.clone();
    thread::spawn(move || f(&timers))
}

#[test]
fn loom_fire_against_drop() {
    loom::model(|| {
        let timers = timers();
        let (waker, wakes) = counted();
        let (mut dropped, mut kept) = (timer(10), timer(10));
        assert!(poll(&mut dropped, &timers, Waker::noop()).is_pending());
        assert!(poll(&mut kept, &timers, &waker).is_pending());
        let fires = beside(&timers, |timers| _ = timers.fire(tick(10)));
        drop(dropped);
        fires.join().unwrap();
        assert!(kept.is_elapsed());
        assert_eq!(wakes(), 1);
        assert_eq!(timers.next(), Tick::NEVER);
    });
}

#[test]
fn loom_fire_against_reset() {
    loom::model(|| {
        let timers = timers();
        let (waker, wakes) = counted();
        let mut timer = timer(10);
        assert!(poll(&mut timer, &timers, &waker).is_pending());
        let fires = beside(&timers, |timers| _ = timers.fire(tick(10)));
        timer.as_mut().reset(tick(20));
        // As the task does, which polls again if it was woken and not otherwise.
        fires.join().unwrap();
        if wakes() > 0 {
            assert!(poll(&mut timer, &timers, &waker).is_pending(), "the last deadline counts");
        }
        let before = wakes();
        assert!(timers.next() <= tick(20));
        timers.fire(tick(20));
        assert_eq!(wakes(), before + 1);
        assert!(poll(&mut timer, &timers, &waker).is_ready());
    });
}

#[test]
fn loom_an_entry_that_fired_is_its_owners_without_the_lock() {
    loom::model(|| {
        let (here, there) = (timers(), timers());
        let mut timer = timer(10);
        assert!(poll(&mut timer, &here, Waker::noop()).is_pending());
        let fires = beside(&here, |timers| _ = timers.fire(tick(10)));
        if timer.is_elapsed() {
            timer.as_mut().reset(tick(20));
            assert!(poll(&mut timer, &there, Waker::noop()).is_pending());
        }
        fires.join().unwrap();
    });
}

#[test]
fn loom_fire_against_a_poll_with_another_waker() {
    loom::model(|| {
        let timers = timers();
        let (waker, wakes) = counted();
        let mut timer = timer(10);
        assert!(poll(&mut timer, &timers, Waker::noop()).is_pending());
        let fires = beside(&timers, |timers| _ = timers.fire(tick(10)));
        let ready = poll(&mut timer, &timers, &waker).is_ready();
        fires.join().unwrap();
        assert!(ready || wakes() == 1, "the newest waker was not woken");
        assert!(timer.is_elapsed());
    });
}

/// A timer for `deadline` is linked while another thread fires for 10.
fn first_poll_against_fire(deadline: u64) {
    loom::model(move || {
        let timers = timers();
        let (waker, wakes) = counted();
        let mut first = timer(10);
        assert!(poll(&mut first, &timers, Waker::noop()).is_pending());
        let fires = beside(&timers, |timers| _ = timers.fire(tick(10)));
        let mut other = timer(deadline);
        let ready = poll(&mut other, &timers, &waker).is_ready();
        fires.join().unwrap();
        let published = timers.next() <= tick(deadline);
        assert!(ready || wakes() == 1 || published, "a linked timer is in nobody's mind");
    });
}

#[test]
fn loom_fire_against_the_first_poll_of_a_timer_that_is_due() {
    first_poll_against_fire(5);
}

#[test]
fn loom_fire_against_the_first_poll_of_a_later_timer() {
    first_poll_against_fire(15);
}

#[test]
fn loom_two_threads_fire() {
    loom::model(|| {
        let timers = timers();
        let (waker, wakes) = counted();
        let mut timers_of_both = [timer(10), timer(20)];
        for timer in &mut timers_of_both {
            assert!(poll(timer, &timers, &waker).is_pending());
        }
        let fires = beside(&timers, |timers| _ = timers.fire(tick(10)));
        timers.fire(tick(20));
        fires.join().unwrap();
        assert_eq!(wakes(), 2);
        assert_eq!(timers.next(), Tick::NEVER);
    });
}

#[test]
fn loom_close_against_the_first_poll_and_a_reset() {
    loom::model(|| {
        let timers = timers();
        let (waker, wakes) = counted();
        let (mut linked, mut fresh) = (timer(10), timer(10));
        assert!(poll(&mut linked, &timers, Waker::noop()).is_pending());
        let closes = beside(&timers, Timers::close);
        linked.as_mut().reset(tick(20));
        let ready = poll(&mut fresh, &timers, &waker).is_ready();
        closes.join().unwrap();
        assert!(ready || wakes() == 1);
        assert_eq!(poll(&mut fresh, &timers, &waker), Poll::Ready(Err(Closed)));
        assert_eq!(poll(&mut linked, &timers, &waker), Poll::Ready(Err(Closed)));
        assert_eq!(timers.next(), Tick::NEVER);
    });
}

#[test]
fn loom_who_arms_sees_the_sleeper_or_the_sleeper_sees_the_deadline() {
    loom::model(|| {
        let sleeps = Arc::new(AtomicBool::new(false));
        let woken = Arc::new(AtomicBool::new(false));
        let earlier = {
            let (sleeps, woken) = (sleeps.clone(), woken.clone());
            move |_| {
                if sleeps.load(Relaxed) {
                    woken.store(true, Relaxed);
                }
            }
        };
        let timers = Arc::new(Timers::new(earlier));
        let arms = beside(&timers, {
            let timers = timers.clone();
            move |_| {
                let mut timer = timer(10);
                assert!(poll(&mut timer, &timers, Waker::noop()).is_pending());
            }
        });
        sleeps.store(true, Relaxed);
        fence(std::sync::atomic::Ordering::SeqCst);
        let sleeps_until = timers.next();
        arms.join().unwrap();
        assert!(sleeps_until <= tick(10) || woken.load(Relaxed), "it sleeps for too long");
    });
}
