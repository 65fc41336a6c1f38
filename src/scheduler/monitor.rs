//! The one thread of the process that holds no permit and watches the workers.
//!
//! A worker that is in a long poll calls nobody for help, whatever waits behind it. The monitor looks at all
//! schedulers from time to time, and where a permit is free while tasks wait behind a worker that began no
//! poll since the last look, it wakes a searcher. It also tries again where a thread could not be started, and sees to it
//! that somebody attends the driver while those who would are in long polls, see `driver::attend`.
//!
//! # When it looks
//!
//! Every [`TICK`] while polls are made, or while a task waits for which no thread could be started; every [`SHORT_TICK`]
//! while tasks wait that an idle permit could take. When no poll was made since the last look and nobody runs, the next
//! look comes after twice the time, and after [`LOOKS_WHILE_IDLE`] of these it sleeps until it is roused. To rouse it
//! costs a few microseconds, so it is not done for every short pause; to look a hundred times a second at a program
//! that does nothing costs more.
//!
//! # Why it does not oversleep
//!
//! *Monitor*: 1. writes `ASLEEP`; 2. fences; 3. looks whether anybody runs, the injector holds a task, or the driver is
//! left alone; 4. if not, waits.
//! *Whoever gives or takes a permit*: 1. changes the idle word; 2. fences; 3. reads the state; 4. if it is `ASLEEP`, rouses.
//! One of the two sees the other's write. To wait and to rouse happens under the lock, so a rouse between
//! steps 3 and 4 of the monitor is not lost either.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed, Ordering::SeqCst, fence};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::Scheduler;
use crate::util::contain::contain;

/// From one look to the next.
const TICK: Duration = Duration::from_millis(10);

/// From one look to the next while tasks wait that an idle permit could take.
const SHORT_TICK: Duration = Duration::from_micros(500);

/// So many looks at nothing, each after twice the time, until the monitor sleeps.
const LOOKS_WHILE_IDLE: u32 = 3;

struct Monitor {
    watched: Mutex<Vec<Watched>>,
    roused: Condvar,
    /// Changed under the lock; read by `rouse` without.
    state: AtomicU8,
}

/// There is no thread yet.
const UNSTARTED: u8 = 0;
/// It looks from time to time.
const AWAKE: u8 = 1;
/// It waits to be roused.
const ASLEEP: u8 = 2;

/// A scheduler, and what was seen of it at the last look.
struct Watched {
    scheduler: Weak<Scheduler>,
    /// For each worker, how many polls it had begun.
    sequences: Vec<u64>,
}

/// What a look at a scheduler showed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Seen {
    Idle,
    Running,
    /// Tasks wait that an idle permit could take.
    Waiting,
}

static MONITOR: Monitor = Monitor {
    watched: Mutex::new(Vec::new()),
    roused: Condvar::new(),
    state: AtomicU8::new(UNSTARTED),
};

/// Watches a scheduler from now on.
pub(super) fn watch(scheduler: &Arc<Scheduler>) {
    let sequences = vec![0; scheduler.worker_threads()];
    let watched = Watched { scheduler: Arc::downgrade(scheduler), sequences };
    MONITOR.lock().push(watched);
}

/// Watches a scheduler no longer.
pub(super) fn forget(scheduler: &Arc<Scheduler>) {
    MONITOR.lock().retain(|w| !std::ptr::eq(w.scheduler.as_ptr(), Arc::as_ptr(scheduler)));
}

/// To be called by whoever gave or took a permit: starts the monitor, or wakes it if it sleeps.
#[inline]
pub(super) fn rouse() {
    fence(SeqCst);
    if MONITOR.state.load(Relaxed) != AWAKE {
        MONITOR.wake();
    }
}

impl Monitor {
    fn lock(&self) -> MutexGuard<'_, Vec<Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cold]
    fn wake(&'static self) {
        let guard = self.lock();
        if self.state.load(Relaxed) == UNSTARTED {
            let thread = std::thread::Builder::new().name("gosched-monitor".into());
            // Without it tasks still run, if perhaps later than they could. If there is no thread to be had now, the
            // next one who comes here tries again.
            if thread.spawn(|| self.run()).is_err() {
                return;
            }
        }
        self.state.store(AWAKE, Relaxed);
        drop(guard);
        self.roused.notify_one();
    }

    fn run(&self) {
        let mut idle_looks = 0;
        loop {
            idle_looks = match self.look() {
                Seen::Idle => idle_looks + 1,
                Seen::Running => 0,
                Seen::Waiting => {
                    std::thread::sleep(SHORT_TICK);
                    continue;
                }
            };
            if idle_looks > LOOKS_WHILE_IDLE {
                self.rest();
                idle_looks = 0;
            }
            std::thread::sleep(TICK * (1 << idle_looks));
        }
    }

    /// Looks at every scheduler once. Their workers are woken outside the lock.
    fn look(&self) -> Seen {
        let mut most = Seen::Idle;
        let mut lacking = Vec::new();
        for watched in self.lock().iter_mut() {
            let Some(scheduler) = watched.scheduler.upgrade() else { continue };
            let (seen, stuck) = watched.look(&scheduler);
            most = most.max(seen);
            // A strong reference must not be dropped under the lock either: it may be the last.
            lacking.push((scheduler, stuck));
        }
        for (scheduler, stuck) in lacking {
            // A searcher that finds nothing goes to sleep, and that is to attend the driver.
            if stuck | scheduler.driver.inspect(TICK) {
                scheduler.wake_searcher();
            }
            // If it is the last, the user's callbacks end here, and what they own may panic.
            contain(|| drop(scheduler));
        }
        most
    }

    /// Sleeps until somebody is given a permit.
    fn rest(&self) {
        let mut watched = self.lock();
        self.state.store(ASLEEP, Relaxed);
        fence(SeqCst);
        let schedulers: Vec<_> = watched.iter().filter_map(|w| w.scheduler.upgrade()).collect();
        if schedulers.iter().any(|scheduler| scheduler.needs_monitor()) {
            self.state.store(AWAKE, Relaxed);
        }
        // A strong reference must not be dropped under the lock: it may be the last.
        drop(watched);
        contain(|| drop(schedulers));
        watched = self.lock();
        while self.state.load(Relaxed) == ASLEEP {
            watched = self.roused.wait(watched).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Watched {
    /// What the scheduler does, and whether a searcher should be woken for it.
    fn look(&mut self, scheduler: &Scheduler) -> (Seen, bool) {
        let idle = &scheduler.idle;
        let mut seen = if scheduler.needs_monitor() { Seen::Running } else { Seen::Idle };
        let mut polled = false;
        let mut stuck = !scheduler.injector.is_empty();
        for (index, last) in self.sequences.iter_mut().enumerate() {
            let Some(worker) = scheduler.known_worker(index) else { continue };
            let before = std::mem::replace(last, worker.sequence.load(Relaxed));
            polled |= before != *last;
            if worker.has_waiting_tasks() {
                seen = Seen::Waiting;
                stuck |= before == *last;
            }
        }
        if polled {
            seen = seen.max(Seen::Running);
        }
        if !idle.needs_searcher() {
            return (seen.min(Seen::Running), false);
        }
        (seen, stuck)
    }
}
