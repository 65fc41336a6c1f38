//! Who waits for sockets and timers, and until when.
//!
//! The problem: there is one reactor and a wheel of timers per worker, and any number of workers that come and go.
//! If nobody waits in the reactor, sockets are deaf; if two do, one of them waits in vain; and a timer that is set
//! while somebody already waits for a later one must not be late.
//!
//! # The attendant
//!
//! Whoever has the [`Attendant`] in hand is *the attendant*: the only one that may wait in the reactor or dispatch
//! its events. It is taken from its place and put back; the place's lock is held for that alone.
//!
//! - A worker that goes to sleep takes it if it is there, and then waits in the reactor until the earliest
//!   deadline of *all* wheels. If it is not there, the worker sleeps on its own condition, without a deadline.
//! - A worker that runs looks in now and then, without waiting: it fires what is due in all wheels, and if the
//!   attendant is in its place, takes it for a moment to see to the sockets. To ask after those is a system call, and the
//!   fewer are ready, the more it costs for each; so while the worker has tasks, it lets [`SOCKETS_EVERY`] pass.
//! - A thread that leaves its worker *hands over*: it may have been the last that would have looked in, and it may
//!   have set timers of which it told nobody, since it was going to look in itself.
//!
//! So as long as a worker is awake or asleep, somebody attends: the last one that goes to sleep finds the attendant in
//! its place, since whoever else had it runs still, or waits with it.
//!
//! # A timer that is set while somebody waits
//!
//! If a running worker sets it, that needs no wake: the worker looks in itself before long. If it goes to sleep before
//! that and is not the attendant, or leaves its worker, it then does the last two of these steps, which any other
//! thread that sets a timer does at once:
//!
//! *Setter*: 1. writes the wheel's `next`; 2. fences; 3. reads `waits_until`; 4. if that is later, wakes the attendant.
//! If nobody waits, it calls the crew instead; but a worker that goes to sleep does not, see below.
//!
//! *Attendant* (where a clock is paused, `pause` tells of its step 6): 1. leaves its parker where setters find it; 2. writes the earliest `next` of all wheels to
//! `waits_until`; 3. fences; 4. reads every `next` again, and goes back to 2 if one is earlier; 5. takes the reactor,
//! if it has none; 6. waits; 7. writes that nobody waits.
//!
//! One of the two fences comes first. If it is the setter's, step 4 sees its `next`. If it is the attendant's, step 3
//! of the setter sees until when the attendant waits, or that this wait is over; and the parker was there before that.
//! A wake between the attendant's steps 4 and 6 stays as its parker's token. If the setter sees a wait that is over,
//! nobody is woken, and the next attendant's fence comes later than the setter's.
//!
//! *Nobody waits, says `waits_until`.* The crew is called, which wakes a worker unless one runs. One that runs looks
//! in, or does the attendant's steps, or hands over; each of these comes after a fence that follows its change of the
//! idle word, which the crew has not seen: so it sees the timer. A worker that goes to sleep and does not find the
//! attendant in its place need not call: whoever has it is awake, or is at a step before 3.
//!
//! # A reactor that is made while somebody waits
//!
//! The reactor is made when the first socket is, so that programs without any pay nothing. *Maker*: 1. under the lock
//! of `fresh`, puts it there; 2. does a setter's steps from 2 on, as if for a timer that is earlier than all.
//!
//! If the attendant's step 5 comes after step 1, it takes the reactor. If before, the lock lets the maker see what the
//! attendant wrote in step 2. Were the reactor taken before step 2, a maker between the two would see nobody, and,
//! being a worker that runs, would call nobody: the socket would be deaf.
//!
//! # When nobody looks in
//!
//! A worker that runs may be in one poll for long; then timers are late and sockets deaf, though others sleep. The
//! monitor asks at each look whether anybody looked in since it asked last ([`Driver::inspect`]). If nobody did, and
//! nobody waits, it sees to it that somebody does, if need be by retaking a permit; if somebody waits, but for
//! something later than what is due, it wakes the attendant. It looks when a timer is overdue
//! ([`Driver::until_unattended`]), and each tick.
//!
//! # The end
//!
//! *Ending thread*: 1. writes `closed`, under the lock of `fresh`; 2. fences; 3. closes every wheel and the reactor.
//! *Who makes a wheel*: 1. puts it into its place; 2. fences; 3. reads `closed`, and closes it itself. One of the two
//! sees the other. A reactor that is made later is closed by its maker, who has the lock.
//!
//! # Rejected
//!
//! - *A second thread for the driver*: each event would then cost a wake of a worker more.
//! - *Waking the next attendant whenever one leaves with work*: most polls are over sooner than a thread wakes.
//! - *Counting looks*: a counter that all workers write, where a flag that is mostly set is only read.

use std::fmt;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::clock::Clock;
use super::parker::Parker;
use super::pause::Quiet;
use super::{IoHandle, Reactor, Tick, Timers};
use crate::util::contain::contain;
use crate::util::sync::{AtomicBool, AtomicU64, Mutex, fence};

/// Nobody waits.
const UNATTENDED: u64 = 0;

/// If a wait ends with so many timers due, the next one lasts for [`PAUSE`] at least.
const CROWD: usize = 16;

/// To sleep and wake up costs as much as to fire twenty timers. Where many are due one after the other, they are fired by
/// the hundred, and late by up to four times what the system's timers are anyhow.
const PAUSE: Duration = Duration::from_micros(200);

/// How long a worker that has tasks to run lets sockets wait, if nobody else sees to them. Timers cost no system call.
pub(super) const SOCKETS_EVERY: Duration = Duration::from_micros(100);

/// Why a worker looks in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// It has run tasks for a while, and goes on.
    Passing,
    /// It has none, or only one that gave its turn away.
    RanDry,
}

/// What one runtime has to wait for.
///
/// | field | read | written |
/// |---|---|---|
/// | `clock` | anyone | see `clock` |
/// | `wheels` | anyone | each once, when it is first needed |
/// | `attendant` | under its lock | who takes it and puts it back |
/// | `waits_until` | anyone | the attendant |
/// | `waiting` | under its lock | the attendant |
/// | `io` | anyone | once, when the first socket is made |
/// | `fresh` | under its lock | who makes the reactor; the attendant takes it |
/// | `looked` | anyone | set by who looks in, cleared by the monitor |
/// | `closed` | anyone | once, under the lock of `fresh` |
/// | `quiet` | see `pause` | see `pause` |
/// | `crew` | anyone | never |
pub(crate) struct Driver {
    pub(super) clock: Clock,
    /// A wheel per worker, and a last one for threads that are none.
    pub(super) wheels: Box<[OnceLock<Arc<Timers>>]>,
    attendant: Mutex<Option<Attendant>>,
    /// Until when the attendant waits, in the clock's nanoseconds; [`UNATTENDED`] if it does not.
    pub(super) waits_until: AtomicU64,
    waiting: Mutex<Option<Arc<Parker>>>,
    pub(super) io: OnceLock<Arc<IoHandle>>,
    /// A reactor that the attendant has not taken yet.
    pub(super) fresh: Mutex<Option<Reactor>>,
    /// Whether somebody looked in since the monitor asked last.
    looked: AtomicBool,
    pub(super) closed: AtomicBool,
    pub(super) quiet: Quiet,
    pub(super) crew: Box<dyn Crew>,
}

/// What the driver asks of those who attend it.
pub(crate) trait Crew: Send + Sync {
    /// Whether the calling thread is one that will look in before long.
    #[cfg(feature = "time")]
    fn looks_in_here(&self) -> bool;

    /// Nobody waits in the driver, but something was set or made that wants attendance: sees to it that somebody
    /// looks in.
    fn call(&self);

    /// How many events they take from the reactor at once.
    #[cfg(feature = "net")]
    fn batches(&self) -> super::Batches {
        super::Batches::default()
    }

    /// Whether closures are called in the blocking pool, or wait for that.
    #[cfg(feature = "test-util")]
    fn runs_closures(&self) -> bool {
        false
    }
}

/// The right to wait in the reactor and to dispatch its events.
pub(crate) struct Attendant {
    /// There once something was registered.
    reactor: Option<Reactor>,
    /// Timers are fired then at the earliest, since there were many lately.
    not_before: Tick,
    /// When somebody last asked after sockets, by the system's clock.
    asked: Tick,
}

/// What the attendant found when it waited, to be seen to once its worker has a permit.
#[must_use]
pub(crate) struct Turn<'a> {
    driver: &'a Driver,
    /// There until it is dropped.
    attendant: Option<Attendant>,
}

impl Driver {
    /// A driver with wheels for so many workers.
    pub(crate) fn new(workers: usize, crew: impl Crew + 'static) -> Self {
        Self {
            clock: Clock::new(),
            wheels: (0..=workers).map(|_| OnceLock::new()).collect(),
            attendant: Mutex::new(Some(Attendant::new())),
            waits_until: AtomicU64::new(UNATTENDED),
            waiting: Mutex::new(None),
            io: OnceLock::new(),
            fresh: Mutex::new(None),
            looked: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            quiet: Quiet::default(),
            crew: Box::new(crew),
        }
    }

    #[cfg(feature = "time")]
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Sleeps as the attendant, or, if there is one already, on the parker alone; for no longer than `patience` says.
    ///
    /// Who may not fire what is due already does not attend, since its wait would be over at once, again and again: it
    /// is left to those that work.
    pub(crate) fn sleep(
        &self,
        parker: &Arc<Parker>,
        patience: Option<Duration>,
        may_fire: bool,
    ) -> Option<Turn<'_>> {
        let attendant = if may_fire || !self.is_due() { self.take_attendant() } else { None };
        let Some(mut attendant) = attendant else {
            self.reach_attendant();
            parker.park(patience);
            return None;
        };
        self.wait(&mut attendant, parker, patience);
        Some(Turn { driver: self, attendant: Some(attendant) })
    }

    /// Sees to what is due or ready now, by the system's clock, without waiting. For a worker that runs.
    pub(crate) fn look_in(&self, now: Tick, occasion: Occasion) {
        self.note_look();
        self.fire(self.clock.at(now));
        if self.clock.differs() {
            self.quiet.count_look();
        }
        if self.io.get().is_none() {
            return;
        }
        match self.take_attendant() {
            Some(mut attendant) if attendant.should_ask(now, occasion) => {
                attendant.asked = now;
                Turn { driver: self, attendant: Some(attendant) }.poll_reactor();
            }
            Some(attendant) => self.put_back(attendant),
            None => {}
        }
    }

    /// How many I/O objects are registered.
    pub(crate) fn registrations(&self) -> usize {
        self.io.get().map_or(0, |io| io.registrations())
    }

    /// How many timers are set.
    pub(crate) fn timers_set(&self) -> usize {
        self.wheels.iter().filter_map(OnceLock::get).map(|wheel| wheel.len()).sum()
    }

    /// Whether a timer is to be fired.
    pub(crate) fn is_due(&self) -> bool {
        let next = self.next();
        next != Tick::NEVER && next <= self.clock.now()
    }

    /// Whether anything waits here that would be missed if nobody looked in.
    pub(crate) fn has_business(&self) -> bool {
        self.io.get().is_some() || self.next() != Tick::NEVER
    }

    /// Whether anybody waits here for something that may still come: a moment, a socket, or that a paused clock's worker has
    /// nothing to run.
    pub(crate) fn is_awaited(&self) -> bool {
        self.next() != Tick::NEVER
            || self.quiet.is_awaited()
            || self.io.get().is_some_and(|io| io.is_awaited())
    }

    /// Whether nobody waits here, though something may be due or ready.
    pub(crate) fn lacks_attendance(&self) -> bool {
        self.waits_until.load(Relaxed) == UNATTENDED && self.has_business()
    }

    /// To be called by a thread that has left its worker, after its change of the idle word.
    pub(crate) fn hand_over(&self) {
        fence(SeqCst);
        if self.has_business() {
            self.reach(self.next());
        }
    }

    /// For the monitor, at each look: whether a worker must be made to look in. That is so if nobody waits here, and
    /// something is overdue by `grace`, or nobody looked in since the last time that this was asked.
    ///
    /// If somebody waits here, but until later than what is due, he is woken.
    pub(crate) fn inspect(&self, grace: Duration) -> bool {
        let looked = self.looked.swap(false, Relaxed);
        let (next, now) = (self.next(), self.clock.now());
        match self.waits_until.load(Relaxed) {
            UNATTENDED if next.saturating_add(grace) <= now => true,
            UNATTENDED => !looked && (next <= now || self.io.get().is_some()),
            until => {
                if !looked && next <= now && until > next.as_nanos() {
                    self.wake_attendant();
                }
                false
            }
        }
    }

    /// In what time something is due here that nobody waits for, so that who runs has to look in by then.
    pub(crate) fn until_unattended(&self) -> Duration {
        let next = self.next();
        if next == Tick::NEVER || self.waits_until.load(Relaxed) != UNATTENDED {
            return Duration::MAX;
        }
        next.saturating_since(self.clock.now())
    }

    /// Ends all that waits here, with an error, and all that comes later.
    pub(crate) fn close(&self) {
        let fresh = self.fresh.lock();
        self.closed.store(true, Relaxed);
        drop(fresh);
        fence(SeqCst);
        for timers in self.made_timers() {
            contain(|| timers.close());
        }
        if let Some(io) = self.io.get() {
            io.close();
        }
        self.quiet.end();
    }

    /// Makes the attendant compute anew until when it waits.
    pub(super) fn wake_attendant(&self) {
        let parker = self.waiting.lock().clone();
        if let Some(parker) = parker {
            parker.unpark();
        }
    }

    pub(crate) fn take_attendant(&self) -> Option<Attendant> {
        self.attendant.lock().take()
    }

    pub(super) fn put_back(&self, attendant: Attendant) {
        let other = self.attendant.lock().replace(attendant);
        debug_assert!(other.is_none(), "there were two attendants");
    }

    /// Written seldom, since all workers read it.
    #[inline]
    fn note_look(&self) {
        if !self.looked.load(Relaxed) {
            self.looked.store(true, Relaxed);
        }
    }

    /// The wheels that are there.
    pub(super) fn made_timers(&self) -> impl Iterator<Item = &Arc<Timers>> {
        self.wheels.iter().filter_map(OnceLock::get)
    }

    /// The earliest time at which a wheel must be looked at.
    fn next(&self) -> Tick {
        self.made_timers().map(|timers| timers.next()).min().unwrap_or(Tick::NEVER)
    }

    /// As [`next`](Self::next), but the earliest deadline, to the nanosecond; from now on `next` says so too.
    #[cfg(feature = "test-util")]
    pub(super) fn find_next(&self) -> Tick {
        self.made_timers().map(|timers| timers.find_next()).min().unwrap_or(Tick::NEVER)
    }

    /// A setter's steps 3 and 4.
    pub(super) fn reach(&self, next: Tick) {
        match self.waits_until.load(Relaxed) {
            UNATTENDED => self.crew.call(),
            until if until > next.as_nanos() => self.wake_attendant(),
            _ => {}
        }
    }

    /// A setter's steps 3 and 4, for a worker that goes to sleep: whoever has the attendant waits with it, or runs.
    pub(super) fn reach_attendant(&self) {
        if self.waits_until.load(Relaxed) > self.next().as_nanos() {
            self.wake_attendant();
        }
    }

    fn wait(&self, attendant: &mut Attendant, parker: &Arc<Parker>, patience: Option<Duration>) {
        let until = self.announce(attendant, parker);
        if !self.wait_paused(attendant, parker) {
            let until = until.max(attendant.not_before);
            let timeout = (until != Tick::NEVER).then(|| until.saturating_since(self.clock.now()));
            attendant.wait(parker, timeout.into_iter().chain(patience).min());
        }
        self.retire();
    }

    /// The attendant's steps 1 to 5: until when it may wait.
    pub(super) fn announce(&self, attendant: &mut Attendant, parker: &Arc<Parker>) -> Tick {
        *self.waiting.lock() = Some(parker.clone());
        let mut until = self.next();
        loop {
            self.waits_until.store(until.as_nanos().max(UNATTENDED + 1), Relaxed);
            fence(SeqCst);
            match self.next() {
                next if next < until => until = next,
                _ => break,
            }
        }
        attendant.take_fresh(self);
        until
    }

    /// The attendant's step 7.
    pub(super) fn retire(&self) {
        self.waits_until.store(UNATTENDED, Relaxed);
        *self.waiting.lock() = None;
    }

    /// Fires what is due, in all wheels, and counts it.
    fn fire(&self, now: Tick) -> usize {
        let mut fired = 0;
        for timers in self.made_timers() {
            // A waker that panics leaves the rest of what is due for the next look.
            contain(|| fired += timers.fire(now));
        }
        fired
    }
}

impl Attendant {
    fn new() -> Self {
        Self { reactor: None, not_before: Tick::default(), asked: Tick::default() }
    }

    /// Whether sockets have waited for long enough.
    fn should_ask(&self, now: Tick, occasion: Occasion) -> bool {
        occasion == Occasion::RanDry || now.saturating_since(self.asked) >= SOCKETS_EVERY
    }

    /// Takes the reactor, if it has none and there is one.
    fn take_fresh(&mut self, driver: &Driver) {
        if self.reactor.is_none() {
            self.reactor = driver.fresh.lock().take();
        }
    }

    /// Waits; whether the parker was woken or the reactor has events.
    pub(super) fn wait(&mut self, parker: &Arc<Parker>, timeout: Option<Duration>) -> bool {
        match &mut self.reactor {
            None => parker.park(timeout),
            Some(reactor) => parker.park_in(reactor, timeout) || reactor.has_events(),
        }
    }

    /// Whether it hears of sockets.
    #[cfg(all(test, loom, feature = "net"))]
    pub(super) fn has_reactor(&self) -> bool {
        self.reactor.is_some()
    }
}

impl Turn<'_> {
    /// Fires what is due and wakes who waits for what is ready. Returns when that was, by the system's clock.
    pub(crate) fn finish(mut self) -> Tick {
        self.driver.note_look();
        let system = Tick::now();
        let now = self.driver.clock.at(system);
        let is_crowd = self.driver.next() <= now && self.driver.fire(now) >= CROWD;
        let attendant = self.attendant.as_mut().expect("there until it is dropped");
        attendant.not_before = if is_crowd { now.saturating_add(PAUSE) } else { Tick::default() };
        attendant.asked = system;
        system
    }

    fn poll_reactor(mut self) {
        let attendant = self.attendant.as_mut().expect("there until it is dropped");
        attendant.take_fresh(self.driver);
        if let Some(reactor) = &mut attendant.reactor {
            // An error of the system's poll leaves nothing to dispatch; the next look tries again.
            let _ = reactor.turn(Some(Duration::ZERO));
        }
    }

    fn dispatch(&mut self) {
        let attendant = self.attendant.as_mut().expect("there until it is dropped");
        if let Some(reactor) = &mut attendant.reactor {
            reactor.dispatch();
        }
    }
}

impl Drop for Turn<'_> {
    /// What the reactor reported is reported once, so it is dispatched in any case.
    fn drop(&mut self) {
        contain(|| self.dispatch());
        let attendant = self.attendant.take().expect("there until it is dropped");
        self.driver.put_back(attendant);
    }
}

impl fmt::Debug for Driver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Driver")
            .field("next", &self.next())
            .field("waits_until", &self.waits_until)
            .finish_non_exhaustive()
    }
}
