//! The one thread of the process that holds no permit and watches the workers.
//!
//! A worker that is in a long poll calls nobody for help, whatever waits behind it. The monitor looks at all schedulers
//! from time to time. It wakes a searcher where a permit is free while tasks wait; it *flags* polls that take long, so
//! that they yield at their next leaf; and where that does not help it *retakes* the permit of the worker and gives it to
//! another. It also tries again where a thread could not be started, and sees to it that somebody attends the driver.
//! What it makes of what it sees is in `look`, how polls that take long are reported in `stuck` and listed in `stalls`, and how
//! the number of permits follows the cores of the process in `follow`; here is when it looks. In its rest it asks whether it will ever
//! be roused: see `scheduler::deadlock`.
//!
//! # When it looks
//!
//! | after a look that saw | the next one comes after |
//! |---|---|
//! | something that waits, and may not be served soon | [`SHORT_TICK`] |
//! | polls being made | [`TICK`], or when a timer is overdue that nobody waits for, but not before [`SHORT_TICK`] |
//! | nobody at work, for the first time | [`TICK`] |
//! | nobody at work again | it was roused |
//!
//! A current-thread runtime is watched too, but what waits there is no reason to look sooner, nor to look at all while
//! nobody works for it: nobody else could be woken.
//!
//! To rouse it costs a few microseconds, so it is not done for each short pause; to look a hundred times a second at a
//! program that does nothing costs more.
//!
//! # Why it does not oversleep
//!
//! *Monitor*: 1. writes `ASLEEP`; 2. fences; 3. looks whether anybody is at work, the injector holds a task, or the driver
//! is left alone; 4. if not, waits.
//! *Whoever gives or takes a permit*, or could not start a thread for it: 1. changes the idle word; 2. fences; 3. reads
//! the state; 4. if it is `ASLEEP`, rouses.
//! One of the two sees the other's write. To wait and to rouse happens under the lock, so a rouse between
//! steps 3 and 4 of the monitor is not lost either.

mod follow;
mod look;
mod stalls;
mod stuck;

use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed, Ordering::SeqCst, fence};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::Scheduler;
use super::deadlock::{Known, Vigil};
use super::generations::Generations;
use crate::util::contain::contain;
use crate::util::process::PerProcess;
pub(super) use follow::Follower;
pub(super) use look::Notes;
use look::Seen;
pub(crate) use stalls::Stall;
pub(super) use stuck::Tally;
pub(crate) use stuck::{Activity, OnStuck, Stuck};

/// From one look to the next.
const TICK: Duration = Duration::from_millis(10);

/// From one look to the next while something waits that may not be served soon.
const SHORT_TICK: Duration = Duration::from_micros(500);

/// For how long a timer may be overdue before it is a reason to look.
const GRACE: Duration = Duration::from_micros(300);

pub(super) struct Monitor {
    watched: Mutex<Vec<Weak<Scheduler>>>,
    roused: Condvar,
    /// Changed under the lock; read by `rouse` without.
    state: AtomicU8,
    generations: Generations,
}

/// There is no thread yet.
const UNSTARTED: u8 = 0;
/// It looks from time to time.
const AWAKE: u8 = 1;
/// It waits to be roused.
const ASLEEP: u8 = 2;

/// Whether the environment asks for no monitor, so that its price can be measured. Asked before it starts, and then never
/// again, since it then counts as awake.
fn is_switched_off() -> bool {
    std::env::var_os("RUNTIME_MONITOR").is_some_and(|value| value == "off")
}

impl Monitor {
    /// The monitor of this process. A scheduler keeps to that of the process that it was made in.
    pub(super) fn of_this_process() -> &'static Self {
        static MONITOR: PerProcess<Monitor> = PerProcess::new();
        MONITOR.get(|| Self {
            watched: Mutex::new(Vec::new()),
            roused: Condvar::new(),
            state: AtomicU8::new(UNSTARTED),
            generations: Generations::new(),
        })
    }

    /// Watches a scheduler from now on.
    pub(super) fn watch(&self, scheduler: &Arc<Scheduler>) {
        self.lock().push(Arc::downgrade(scheduler));
    }

    /// When the generations of tasks began.
    pub(super) fn generations(&self) -> &Generations {
        &self.generations
    }

    /// Watches a scheduler no longer.
    pub(super) fn forget(&self, scheduler: &Arc<Scheduler>) {
        self.lock().retain(|watched| !std::ptr::eq(watched.as_ptr(), Arc::as_ptr(scheduler)));
    }

    /// To be called by whoever gave or took a permit: starts the monitor, or wakes it if it sleeps.
    #[inline]
    pub(super) fn rouse(&'static self) {
        fence(SeqCst);
        if self.state.load(Relaxed) != AWAKE {
            self.wake();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<Scheduler>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cold]
    fn wake(&'static self) {
        let guard = self.lock();
        if self.state.load(Relaxed) == UNSTARTED && !is_switched_off() {
            let thread = std::thread::Builder::new().name("gosched-monitor".into());
            // Without it tasks still run, if perhaps later than they could. If there is no thread to be had now, the
            // next one who comes here tries again.
            if thread.spawn(|| self.run()).is_err() {
                return;
            }
        }
        self.state.store(AWAKE, Relaxed);
        self.generations.tick(Instant::now()); // before anything runs
        drop(guard);
        self.roused.notify_one();
    }

    fn run(&self) {
        let mut follower = Follower::new(Path::new("/"));
        let mut vigil = Vigil::default();
        let _known = Known::new();
        let mut was_idle = false;
        loop {
            let now = Instant::now();
            if follower.is_due(now) {
                self.with_schedulers(|schedulers| follower.follow(now, schedulers));
            }
            self.generations.tick(now);
            let seen = self.look(now);
            if was_idle && seen == Seen::Idle {
                self.rest(&mut vigil);
                was_idle = false;
                continue;
            }
            was_idle = seen == Seen::Idle;
            std::thread::sleep(match seen {
                Seen::Idle => TICK,
                Seen::Running { due } => due.saturating_add(GRACE).clamp(SHORT_TICK, TICK),
                Seen::Waiting => SHORT_TICK,
            });
        }
    }

    /// Sleeps until somebody is given a permit, and looks meanwhile whether that can still happen.
    fn rest(&self, vigil: &mut Vigil) {
        self.lock_and(|| self.state.store(ASLEEP, Relaxed));
        fence(SeqCst);
        if self.with_schedulers(|all| all.iter().any(|scheduler| scheduler.needs_monitor())) {
            self.lock_and(|| self.state.store(AWAKE, Relaxed));
        }
        let mut pause = self.with_the_programs(|all| vigil.begin(&all));
        while !self.sleep(pause) {
            pause = self.with_the_programs(|all| vigil.look(&all));
        }
    }

    /// Sleeps until it is roused, which this returns, or for so long.
    fn sleep(&self, pause: Option<Duration>) -> bool {
        let is_asleep = |_: &mut _| self.state.load(Relaxed) == ASLEEP;
        let watched = self.lock();
        match pause {
            None => drop(self.roused.wait_while(watched, is_asleep)),
            Some(pause) => drop(self.roused.wait_timeout_while(watched, pause, is_asleep)),
        }
        self.state.load(Relaxed) != ASLEEP
    }

    fn lock_and(&self, f: impl FnOnce()) {
        let _watched = self.lock();
        f();
    }

    /// The schedulers that are there. They must not be dropped under the lock, since each may be the last reference.
    fn schedulers(&self) -> Vec<Arc<Scheduler>> {
        self.lock().iter().filter_map(Weak::upgrade).collect()
    }

    /// Looks at every scheduler once.
    fn look(&self, now: Instant) -> Seen {
        self.with_schedulers(|schedulers| {
            schedulers.iter().map(|scheduler| scheduler.look(now)).max().unwrap_or(Seen::Idle)
        })
    }

    /// Runs `f` with all schedulers that are there but the tools of this crate's own.
    pub(super) fn with_the_programs<R>(&self, f: impl FnOnce(Vec<&Arc<Scheduler>>) -> R) -> R {
        let is_own = |scheduler: &&Arc<Scheduler>| !scheduler.config.is_internal;
        self.with_schedulers(|all| f(all.iter().filter(is_own).collect()))
    }

    /// Runs `f` with all schedulers that are there.
    pub(super) fn with_schedulers<R>(&self, f: impl FnOnce(&[Arc<Scheduler>]) -> R) -> R {
        let schedulers = self.schedulers();
        let result = f(&schedulers);
        // Where one is the last reference, the user's callbacks end here, and what they own may panic.
        schedulers.into_iter().for_each(|scheduler| contain(|| drop(scheduler)));
        result
    }
}
