//! A runtime whose clock is paused: who puts it forward, and when nobody may.
//!
//! The problem: a test that sleeps for an hour should be over at once, so somebody has to put the clock forward; but not
//! while anything could still happen before that hour is over. If the clock jumped while a task is runnable, or a closure
//! is running that is about to wake one, a timeout would fire that never does in real life.
//!
//! # Who puts it forward
//!
//! The attendant, when its worker has found nothing to run. A clock can only be paused in a current-thread runtime, so
//! there is one worker, and while that sleeps no task runs. To the steps of an attendant in `attend`, 1 to 5 and 7, belongs
//! instead of 6:
//!
//! *Attendant*: 6a. if the clock is not paused, waits as ever; 6b. if somebody waits for quiet, wakes him, and is done; 6c.
//! asks the crew whether closures are waiting or running in the blocking pool; 6d. if not, and there is a timer, looks
//! whether it was woken and whether the reactor has events, without waiting; 6e. if there was nothing, puts the clock forward
//! to the earliest deadline. 6f. Without a timer, or beside closures, it waits, until it is woken.
//!
//! *A closure's thread*: 1. wakes whoever waits for the closure, which ends with a token for the attendant if that sleeps; 2.
//! under the pool's lock, counts itself idle; 3. if the clock is paused, wakes the attendant.
//!
//! If step 6c sees the closure, its thread does step 2 later, and by then the attendant has left its parker where step 3
//! finds it: it comes back. If step 6c does not see it, step 1 came before, and step 6d sees the token: that is why it
//! comes after 6c. The order comes from the pool's lock, which both have had, and from the lock of the parker's place.
//!
//! *Who pauses or resumes the clock*: 1. changes it, under its lock; 2. wakes the attendant. The attendant reads the clock,
//! under its lock, in 6a, after it left its parker in step 1. So either it reads the change, or it is woken.
//!
//! The earliest deadline is looked up in the wheels, not in what they publish: that is too early where an earlier timer was
//! dropped, and the clock would show a moment for which nobody ever waited; and it is late by some microseconds in a crowd.
//! So what the attendant wrote to `waits_until` in step 2 may be too early as well, for a wait that has no end: who sets a
//! timer after that moment would not wake it. Then it does the steps 1 to 5 once more, now that the wheels publish what is
//! true; if it finds that a timer was set meanwhile, it is done, and comes back.
//!
//! # Who advances it by hand
//!
//! The task that does so goes on when those have run which it woke, and those that they woke in turn. So it waits for
//! *quiet*: that the worker finds nothing to run (6b). Tasks that never leave the worker idle do not keep it waiting for ever:
//! quiet is also, when the worker has looked in for [`LOOKS`] times, between two of which it polls at least once.
//!
//! # Rejected
//!
//! - *A count of closures, held up by a guard inside each*: the guard would fall before the closure's task is over, and so
//!   before anybody is woken.
//! - *Yielding, to let others run*: a `block_on` is polled again after one task, and a task may be overtaken by those in the
//!   injector, so that now and then it would go on too early.
//! - *Holding the clock for threads that are in `block_on` beside the worker, or in none of our code*: nobody knows
//!   whether they are going to wake a task.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use super::attend::{Attendant, Driver};
use super::clock::{Misuse, Tick};
use super::parker::Parker;
use super::timers::Timers;
use crate::util::contain::contain;
use crate::util::sync::Mutex;

/// After so many looks of a busy worker it counts as quiet.
const LOOKS: u32 = 64;

/// Those who wait until the worker has nothing to run.
///
/// | field | read | written |
/// |---|---|---|
/// | `waiting` | under its lock | under its lock |
#[derive(Debug, Default)]
pub(super) struct Quiet {
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    /// The number of the next one.
    next: u64,
    all: Vec<Waits>,
}

#[derive(Debug)]
struct Waits {
    number: u64,
    waker: Waker,
    /// How many looks it has to wait for at most.
    looks: u32,
}

/// A place among those who wait for quiet; none yet, for one who has not begun.
#[derive(Debug, Default)]
pub(crate) struct QuietTicket(Option<u64>);

impl Driver {
    /// Stops the clock.
    pub(crate) fn pause(&self) -> Result<(), Misuse> {
        self.clock.pause()?;
        self.turn_wheels();
        self.wake_attendant();
        Ok(())
    }

    /// Lets the clock run again.
    pub(crate) fn resume(&self) -> Result<(), Misuse> {
        self.clock.resume()?;
        self.wake_attendant();
        Ok(())
    }

    /// Puts the clock forward, and wakes whoever waits for a moment until then.
    pub(crate) fn advance(&self, by: Duration) -> Result<(), Misuse> {
        self.clock.advance(by)?;
        self.turn_wheels();
        Ok(())
    }

    fn turn_wheels(&self) {
        self.made_timers().for_each(|timers| self.tell_time(timers));
    }

    /// Lets a wheel know what the clock shows, if that is not the system's time: then it matters to the nanosecond.
    pub(super) fn tell_time(&self, timers: &Timers) {
        if self.clock.differs() {
            contain(|| timers.turn(self.clock.now()));
        }
    }

    /// Ready when the worker has had nothing to run since the first call; at once for a thread that is none.
    pub(crate) fn poll_quiet(&self, cx: &mut Context<'_>, ticket: &mut QuietTicket) -> Poll<()> {
        let waker = cx.waker().clone(); // foreign code: not under the lock
        let mut waiting = self.quiet.waiting.lock();
        let replaced = match ticket.0 {
            // Who closes writes that before it takes this lock for the last time.
            None if self.closed.load(Relaxed) || !self.crew.looks_in_here() => {
                return Poll::Ready(());
            }
            None => {
                let number = waiting.next;
                waiting.next += 1;
                waiting.all.push(Waits { number, waker, looks: LOOKS });
                ticket.0 = Some(number);
                None
            }
            Some(number) => match waiting.all.iter_mut().find(|waits| waits.number == number) {
                None => return Poll::Ready(()),
                Some(waits) => Some(std::mem::replace(&mut waits.waker, waker)),
            },
        };
        drop(waiting);
        drop(replaced);
        Poll::Pending
    }

    /// The attendant's step 6, if it is other than to wait; says whether it is.
    pub(super) fn wait_paused(&self, attendant: &mut Attendant, parker: &Arc<Parker>) -> bool {
        if !self.clock.differs() {
            return false;
        }
        if self.quiet.end() {
            return true;
        }
        if !self.clock.is_paused() {
            return false;
        }
        if self.crew.runs_closures() {
            attendant.wait(parker, None);
            return true;
        }
        let target = self.find_next();
        if self.waits_until.load(Relaxed) < target.as_nanos()
            && self.announce(attendant, parker) < target
        {
            return true; // a timer was set in between: begins again
        }
        if target == Tick::NEVER {
            attendant.wait(parker, None);
        } else if !attendant.wait(parker, Some(Duration::ZERO)) {
            self.clock.advance_to(target);
        }
        true
    }

    /// A thread of the blocking pool has become idle: its step 3.
    #[inline]
    pub(crate) fn closure_ended(&self) {
        if self.clock.is_paused() {
            self.wake_attendant();
        }
    }
}

impl Quiet {
    /// A busy worker has looked in: wakes those who have waited long enough.
    pub(super) fn count_look(&self) {
        self.wake_where(|waits| {
            waits.looks -= 1;
            waits.looks == 0
        });
    }

    pub(super) fn is_awaited(&self) -> bool {
        !self.waiting.lock().all.is_empty()
    }

    /// Wakes all who wait; says whether anybody did.
    pub(super) fn end(&self) -> bool {
        self.wake_where(|_| true)
    }

    /// Wakes those of whom `which` says so; says whether there are any.
    fn wake_where(&self, which: impl FnMut(&mut Waits) -> bool) -> bool {
        let woken: Vec<_> = self.waiting.lock().all.extract_if(.., which).collect();
        let any = !woken.is_empty();
        woken.into_iter().for_each(|waits| contain(|| waits.waker.wake()));
        any
    }
}
