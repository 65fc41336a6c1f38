//! What all threads of one runtime share.

use std::fmt;

use super::blocking::Pool;
use super::crew::Crew;
use super::home::SpareHomes;
use super::idle::{Grant, Idle};
use super::injector::Injector;
use super::monitor::{self, Monitor};
use super::observers::Observers;
use super::outsiders::Outsiders;
use super::root::Roots;
use super::roster::Roster;
use super::thread_budget::ThreadBudget;
use super::threads::Threads;
use super::worker::Worker;
use super::{Config, Home, context, schedtrace};
use crate::cell::{JoinRef, Origin, Runnable};
use crate::driver::{Driver, Parker};
use crate::trace;
use crate::util::apart::apart;
use crate::util::contain::contain;
use crate::util::process::Process;
use std::sync::Arc;

/// The scheduler of one runtime.
///
/// | field | read | written |
/// |---|---|---|
/// | `config` | anyone | never |
/// | `roster` | anyone | each worker once, when it is first needed |
/// | `injector` | anyone | anyone |
/// | `idle` | anyone | see `idle` |
/// | `threads` | anyone | under its lock |
/// | `blocking` | anyone | under its lock |
/// | `spare_homes` | under its lock | under its lock |
/// | `driver` | anyone | see `driver` |
/// | `roots` | under its lock | under its lock |
/// | `notes` | the monitor | the monitor |
/// | `tally` | anyone | the monitor |
/// | `outsiders` | anyone | threads that are no workers |
/// | `monitor`, `process` | anyone | never |
pub(crate) struct Scheduler {
    pub(super) config: Config,
    pub(super) roster: Roster,
    pub(super) injector: Injector<Runnable>,
    pub(super) idle: Idle,
    pub(super) threads: Threads,
    pub(super) blocking: Pool<Runnable>,
    pub(super) spare_homes: SpareHomes,
    pub(super) driver: Arc<Driver>,
    /// The calls of `block_on` that go on.
    pub(super) roots: Roots,
    pub(super) notes: monitor::Notes,
    pub(super) tally: monitor::Tally,
    pub(super) outsiders: Outsiders,
    pub(super) monitor: &'static Monitor,
    /// The one that made it. In a child that was forked off that one, none of its threads is there.
    process: Process,
}

impl Scheduler {
    /// A scheduler without any thread.
    pub(crate) fn new(config: Config) -> Arc<Self> {
        let permits = config.worker_threads;
        // One thread is set aside for the blocking pool.
        let budget = Arc::new(ThreadBudget::new(config.max_blocking_threads - 1));
        let idle = Idle::new(permits, config.starts_threads, budget.clone());
        let scheduler = Arc::new_cyclic(|scheduler| Self {
            roster: Roster::new(permits),
            injector: Injector::new(),
            idle,
            threads: Threads::new(),
            blocking: Pool::new(budget),
            spare_homes: SpareHomes::default(),
            driver: Arc::new(Driver::new(permits, Crew::new(scheduler.clone()))),
            roots: Roots::default(),
            notes: monitor::Notes::new(config.follows),
            tally: monitor::Tally::default(),
            outsiders: Outsiders::default(),
            monitor: Monitor::of_this_process(),
            process: Process::current(),
            config,
        });
        #[cfg(feature = "test-util")]
        if scheduler.config.start_paused {
            scheduler.driver.pause().expect("a new clock runs");
        }
        scheduler.monitor.watch(&scheduler);
        scheduler.config.schedtrace.into_iter().for_each(schedtrace::start);
        scheduler
    }

    /// The worker with this number; made if it was never needed before.
    pub(super) fn worker(self: &Arc<Self>, number: usize) -> &Arc<Worker> {
        let make = || {
            let permit = self.idle.permit(number);
            let observers = Observers::of_worker(&self.config);
            Arc::new(Worker::new(number, Arc::downgrade(self), permit, observers))
        };
        self.roster.get_or_make(number, make)
    }

    /// How many permits there are.
    pub(crate) fn worker_threads(&self) -> usize {
        self.idle.permits()
    }

    #[cfg(any(feature = "net", feature = "time"))]
    pub(crate) fn driver(&self) -> &Arc<Driver> {
        &self.driver
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Whether the runtime has ended. Tasks that are in a poll then are dropped after it.
    #[cfg(feature = "time")]
    pub(crate) fn has_ended(&self) -> bool {
        self.idle.is_closed()
    }

    /// Whether it belongs to the process that this one was forked off. Its threads are not there, and may have
    /// held any of its locks.
    pub(super) fn is_inherited(&self) -> bool {
        self.process != Process::current()
    }

    /// Panics if it is inherited.
    #[track_caller]
    pub(super) fn assert_own(&self, what: &str) {
        assert!(
            !self.is_inherited(),
            "{what} was called on a runtime of the parent process, whose threads this process does not have: build a \
             runtime after `fork`"
        );
    }

    /// Spawns a task from wherever the caller is.
    #[inline]
    pub(crate) fn spawn<F>(
        self: &Arc<Self>,
        future: F,
        origin: impl Into<Origin>,
    ) -> JoinRef<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        context::with_local(|local| match local {
            Some(local) if local.works_for(self) => local.spawn(future, origin),
            _ => apart(move || self.spawn_from_afar(future, origin)),
        })
    }

    /// Spawns a task from a thread that does not work for this scheduler.
    fn spawn_from_afar<F>(
        self: &Arc<Self>,
        future: F,
        origin: impl Into<Origin>,
    ) -> JoinRef<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.outsiders.count_spawned();
        // Any worker will do for a start: the one that suspends the task first takes it in.
        let home = Home::new(self.worker(0).clone());
        let (task, join) = home.spawn(future, origin.into());
        self.inject_from_afar(task);
        join
    }

    /// Queues a task for any worker, and wakes one if none is about to look.
    ///
    /// Once the runtime has ended, the task is cancelled instead.
    pub(super) fn inject(self: &Arc<Self>, task: Runnable) {
        self.injector.push(task);
        self.see_to_injected();
    }

    /// The same, by a thread that does not work for this scheduler.
    fn inject_from_afar(self: &Arc<Self>, task: Runnable) {
        self.injector.push_from_outside(task);
        self.see_to_injected();
    }

    #[inline]
    fn see_to_injected(self: &Arc<Self>) {
        if self.idle.needs_searcher_after_push() {
            self.wake_searcher();
        } else if self.idle.is_closed() {
            self.drain_injector();
        }
    }

    /// The same, of a task that was woken by a thread from outside.
    // Not inlined, so that a wake by a worker stays short.
    #[inline(never)]
    pub(super) fn inject_woken(self: &Arc<Self>, task: Runnable) {
        self.outsiders.count_woken();
        self.inject_from_afar(task);
    }

    /// Wakes or starts a worker, if a permit is free and nobody searches.
    #[cold]
    pub(super) fn wake_searcher(self: &Arc<Self>) {
        match self.idle.grant() {
            Grant::Nobody => {}
            Grant::Wake(worker, parker) => {
                trace::grant(self.config.number.get(), worker);
                self.monitor.rouse();
                parker.unpark();
            }
            Grant::Start(worker) => {
                trace::grant(self.config.number.get(), worker);
                self.monitor.rouse();
                self.start_thread(worker);
            }
        }
    }

    /// Has so many permits from now on. For the monitor, which goes on looking afterwards.
    pub(crate) fn set_permits(self: &Arc<Self>, permits: usize) {
        self.idle.set_permits(permits).iter().for_each(|parker| parker.unpark());
        self.after_push();
        self.reinforce_blocking(); // a place may have become free
    }

    /// Runs a user's callback, if there is one.
    pub(super) fn call(&self, callback: &Option<super::Callback>) {
        if let Some(callback) = callback {
            contain(|| callback());
        }
    }

    /// A parker's owner claims a worker, or is registered to be told of one.
    pub(super) fn claim(self: &Arc<Self>, parker: &Arc<Parker>) -> Option<usize> {
        let worker = self.idle.claim(parker)?;
        if !self.count_in() {
            self.idle.vacate(worker);
            return None;
        }
        self.monitor.rouse();
        Some(worker)
    }

    /// Whether the monitor is needed: anybody runs, or no thread could be started for a closure, a task that waits or the
    /// driver.
    pub(super) fn needs_monitor(&self) -> bool {
        // Where no thread may be started for tasks, nobody could be woken for them either.
        let lacks_hands = || !self.injector.is_empty() || self.driver.lacks_attendance();
        self.idle.anyone_is_up()
            || self.config.starts_threads && lacks_hands()
            || self.blocking.lacks_threads()
    }
}

// Foreign code runs under none of the locks but for the program's allocator, which must not wake or spawn tasks; and every panic of it is contained or leaves what it met as it was.
impl std::panic::UnwindSafe for Scheduler {}
impl std::panic::RefUnwindSafe for Scheduler {}

impl fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheduler")
            .field("worker_threads", &self.worker_threads())
            .field("injector", &self.injector.len())
            .field("idle", &self.idle)
            .finish_non_exhaustive()
    }
}
