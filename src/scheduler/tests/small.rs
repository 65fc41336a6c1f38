//! The scheduler in small, for models of parking and of the retake: the real `Idle`, `Permit` and `Parker`, and loops
//! that mirror `Scheduler::{inject, wake_searcher, after_push, start_thread}`, `Local::{push, work, next_task, search,
//! sleep, get_up, give_way, regain, stand_up}`, `block_on`, and what a look of the monitor does to one worker, step by
//! step. Whoever changes a step there changes it here.
//!
//! The injector is a counter without a lock: it keeps promise 1 of the real one and no more, since a lock would order
//! what the fences are there to order. So is a worker's queue. Nobody steals from it, since thieves leave half of it in any
//! case: what is left at a stuck worker has to be moved by the monitor. Where a model has no events, workers sleep on
//! their parkers alone.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};

use loom::thread::{self, JoinHandle};

use super::small_driver::Driver;
use crate::driver::Parker;
use crate::scheduler::idle::{Grant, Idle, Retake, Rise};
use crate::scheduler::permit::Permit;
use crate::scheduler::thread_budget::ThreadBudget;
use crate::util::sync::{AtomicBool, AtomicUsize, fence};

/// How many tasks wait in the injector, or in a worker's queue.
struct Tasks(AtomicUsize);

impl Tasks {
    fn none() -> Self {
        Self(AtomicUsize::new(0))
    }

    fn push(&self, tasks: usize) {
        self.0.fetch_add(tasks, Release);
    }

    fn pop(&self) -> bool {
        self.0.fetch_update(Acquire, Acquire, |waiting| waiting.checked_sub(1)).is_ok()
    }

    fn is_empty(&self) -> bool {
        self.0.load(Acquire) == 0
    }
}

/// How many workers `set_permits` may add in a model.
const ADDED: usize = 1;

/// A runtime that ends when a given number of tasks has run.
pub(super) struct Small {
    pub(super) idle: Idle,
    /// How many there are at most.
    permits: usize,
    injector: Tasks,
    /// Each worker's queue, by number.
    queues: Vec<Tasks>,
    running: AtomicUsize,
    left: AtomicUsize,
    driver: Option<Driver>,
    /// How often a permit was taken from a worker that may go on until it looks. No part of the model.
    retakes: std::sync::atomic::AtomicUsize,
    spares: Option<Spares>,
}

/// The threads that are started. No part of the model.
struct Spares {
    run: Box<dyn Fn(usize) + Send + Sync>,
    started: std::sync::Mutex<Vec<JoinHandle<bool>>>,
}

/// What a worker has found to run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    Injected,
    /// An event or the worker itself woke it.
    Woken,
}

/// A worker and its thread.
pub(super) struct Local {
    small: Arc<Small>,
    worker: usize,
    permit: Arc<Permit>,
    pub(super) bell: Arc<Bell>,
    must_search: Cell<bool>,
}

/// A parker, and what rings for the duty of its thread.
pub(super) struct Bell {
    rung: AtomicBool,
    pub(super) parker: Arc<Parker>,
}

impl Bell {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { rung: AtomicBool::new(false), parker: Arc::new(Parker::new()) })
    }

    pub(super) fn ring(&self) {
        if !self.rung.swap(true, AcqRel) {
            self.parker.unpark();
        }
    }

    fn take(&self) -> bool {
        self.rung.load(Relaxed) && self.rung.swap(false, Acquire)
    }
}

impl Small {
    /// With `permits` permits and as many workers.
    pub(super) fn new(permits: usize, tasks: usize) -> Arc<Self> {
        Arc::new(Self::build(permits, tasks, 0, None))
    }

    /// With `permits` permits, and up to `spares` workers more. Threads that are started run tasks by `run`.
    pub(super) fn with_spares(
        permits: usize,
        tasks: usize,
        spares: usize,
        run: impl Fn(usize) + Send + Sync + 'static,
    ) -> Arc<Self> {
        let threads = Spares { run: Box::new(run), started: std::sync::Mutex::default() };
        Arc::new(Self::build(permits, tasks, spares, Some(threads)))
    }

    fn build(permits: usize, tasks: usize, most: usize, spares: Option<Spares>) -> Self {
        Self {
            idle: Idle::new(permits, spares.is_some(), Arc::new(ThreadBudget::new(most))),
            permits,
            injector: Tasks::none(),
            queues: (0..permits + most + ADDED).map(|_| Tasks::none()).collect(),
            running: AtomicUsize::new(0),
            left: AtomicUsize::new(tasks),
            driver: None,
            retakes: std::sync::atomic::AtomicUsize::new(0),
            spares,
        }
    }

    /// The same with a driver, whose events count as tasks.
    pub(super) fn with_driver(permits: usize, tasks: usize) -> Arc<Self> {
        let mut small = Self::new(permits, tasks);
        Arc::get_mut(&mut small).expect("not shared yet").driver = Some(Driver::new());
        small
    }

    /// An event comes.
    pub(super) fn event(&self) {
        self.driver.as_ref().expect("a model with events").event();
    }

    /// With two workers for one permit; the second has none.
    pub(super) fn with_one_permit(tasks: usize) -> (Arc<Self>, [Local; 2]) {
        let mut small = Self::new(2, tasks);
        Arc::get_mut(&mut small).expect("not shared yet").permits = 1;
        let locals = [Local::sit_down(&small), Local::sit_down(&small)];
        let second = &locals[1];
        small.idle.lie_down(second.worker, &second.bell.parker);
        assert!(small.idle.set_permits(1).len() <= 1, "one sleeps");
        assert_eq!(small.idle.rise(second.worker), Rise::WithoutPermit);
        (small, locals)
    }

    /// `Scheduler::inject`.
    pub(super) fn inject(self: &Arc<Self>) {
        self.injector.push(1);
        if self.idle.needs_searcher_after_push() {
            self.wake_searcher();
        }
    }

    /// `Scheduler::wake_searcher`. True if somebody was woken.
    pub(super) fn wake_searcher(self: &Arc<Self>) -> bool {
        match self.idle.grant() {
            Grant::Nobody => false,
            Grant::Wake(_, parker) => {
                parker.unpark();
                true
            }
            Grant::Start(worker) => {
                self.start_thread(worker);
                true
            }
        }
    }

    /// `Scheduler::start_thread`.
    fn start_thread(self: &Arc<Self>, worker: usize) {
        let spares = self.spares.as_ref().expect("this scheduler starts no threads");
        if self.idle.is_closed() {
            return self.idle.return_unstarted(worker);
        }
        let small = self.clone();
        let thread = thread::spawn(move || {
            let local = Local::new(&small, worker, Bell::new());
            local.must_search.set(true);
            let spares = small.spares.as_ref().expect("see above");
            local.live(|_| false, |_, left| (spares.run)(left))
        });
        spares.started.lock().expect("nobody panics with it").push(thread);
    }

    /// Waits until the threads that were started have ended.
    pub(super) fn join_started(&self) {
        let next = || self.spares.as_ref()?.started.lock().expect("nobody panics with it").pop();
        while let Some(thread) = next() {
            thread.join().expect("it does not panic");
        }
    }

    /// `Scheduler::look`, for one worker that is found stuck: takes its permit, and wakes somebody to use it.
    pub(super) fn retake(self: &Arc<Self>, worker: usize) -> Retake {
        let retake = self.idle.retake(worker);
        if retake == Retake::Taken {
            self.retakes.fetch_add(1, Relaxed);
            self.rescue(worker);
            self.wake_searcher();
        }
        retake
    }

    /// `Scheduler::rescue`.
    pub(super) fn rescue(self: &Arc<Self>, worker: usize) {
        self.unload(worker);
        self.after_push();
    }

    /// `Local::unload`. Where there is nothing it must not touch the injector, and so order what the fences are there
    /// for.
    fn unload(&self, worker: usize) {
        while self.queues[worker].pop() {
            self.injector.push(1);
        }
    }

    /// `Scheduler::after_push`.
    fn after_push(self: &Arc<Self>) {
        fence(SeqCst);
        if !self.injector.is_empty() && self.idle.needs_searcher() {
            self.wake_searcher();
        }
    }

    /// `Scheduler::set_permits`.
    pub(super) fn set_permits(self: &Arc<Self>, permits: usize) {
        self.idle.set_permits(permits).iter().for_each(|parker| parker.unpark());
        self.after_push();
    }

    /// The first two steps of `Scheduler::shut_down`.
    pub(super) fn close(&self) {
        self.idle.close().iter().for_each(|parker| parker.unpark());
    }

    /// Counts a holder of a permit in while `f` runs. There must never be more than permits, and those who have not
    /// noticed a retake.
    pub(super) fn hold(&self, f: impl FnOnce()) {
        let others = self.running.fetch_add(1, Relaxed);
        let most = self.permits + self.retakes.load(Relaxed);
        assert!(others < most, "more workers run than there are permits");
        f();
        self.running.fetch_sub(1, Relaxed);
    }

    /// Runs a task; `run` is told how many are left with it. The last one ends the runtime.
    fn run(&self, run: impl Fn(usize)) {
        let left = self.left.fetch_sub(1, AcqRel);
        run(left);
        if left == 1 {
            self.close();
        }
    }

    /// Runs a task from the injector, if there is one, as somebody who happens to be at work.
    pub(super) fn run_injected(&self) {
        if self.injector.pop() {
            self.run(|_| ());
        }
    }

    /// `Scheduler::block_on`, for a future that is ready when `bell` has rung.
    pub(super) fn block_on(self: &Arc<Self>, bell: Arc<Bell>, run: impl Fn()) {
        loop {
            if let Some(worker) = self.idle.claim(&bell.parker) {
                let local = Local::new(self, worker, bell.clone());
                if local.live(|_| true, |_, _| run()) {
                    return;
                }
            } else {
                let is_done = bell.take();
                if !is_done {
                    bell.parker.park(None);
                }
                self.idle.stop_waiting(&bell.parker);
                if is_done {
                    return;
                }
            }
        }
    }
}

impl Local {
    /// Claims a worker; there must be one.
    pub(super) fn sit_down(small: &Arc<Small>) -> Self {
        let bell = Bell::new();
        let worker = small.idle.claim(&bell.parker).expect("a permit and a worker");
        Self::new(small, worker, bell)
    }

    fn new(small: &Arc<Small>, worker: usize, bell: Arc<Bell>) -> Self {
        let permit = small.idle.permit(worker);
        let must_search = Cell::new(false);
        Self { small: small.clone(), worker, permit, bell, must_search }
    }

    pub(super) fn worker(&self) -> usize {
        self.worker
    }

    /// `Local::stand_up`.
    fn stand_up(self) {
        self.give_up_search();
        self.small.unload(self.worker);
        self.small.idle.vacate(self.worker);
        self.small.after_push();
    }

    /// `Local::give_up_search`.
    fn give_up_search(&self) {
        if self.must_search.take() {
            drop(self.small.idle.granted_search());
        }
    }

    /// `Local::push`.
    pub(super) fn push(&self, tasks: usize) {
        if self.has_permit() {
            self.queue().push(tasks);
        } else {
            (0..tasks).for_each(|_| self.small.inject());
        }
    }

    /// `Local::give_way`.
    pub(super) fn give_way(&self) -> Retake {
        self.small.unload(self.worker);
        self.give_up_search();
        let retake = self.small.idle.retake(self.worker);
        self.small.after_push();
        retake
    }

    /// `Local::regain`.
    pub(super) fn regain(&self) -> bool {
        !self.has_permit() && self.small.idle.regain(self.worker)
    }

    fn queue(&self) -> &Tasks {
        &self.small.queues[self.worker]
    }

    fn has_permit(&self) -> bool {
        self.permit.is_held()
    }

    /// Works, and leaves the worker, as a worker's thread and `Leave` do.
    pub(super) fn live(self, attend: impl Fn(&Self) -> bool, run: impl Fn(Task, usize)) -> bool {
        let is_done = self.work(attend, run);
        self.stand_up();
        is_done
    }

    /// `Local::work`: true when `attend`, called whenever the bell has rung, says that it is done, false when the
    /// runtime has ended.
    fn work(&self, attend: impl Fn(&Self) -> bool, run: impl Fn(Task, usize)) -> bool {
        loop {
            if !self.must_search.get() && self.bell.take() && attend(self) {
                return true;
            }
            if self.has_permit() {
                if let Some(task) = self.next_task() {
                    self.run(|left| run(task, left));
                    continue;
                }
            } else if self.small.idle.is_closed() {
                return false;
            }
            self.sleep();
        }
    }

    fn run(&self, run: impl Fn(usize)) {
        self.small.run(|left| self.small.hold(|| run(left)));
    }

    fn next_task(&self) -> Option<Task> {
        if self.must_search.get() {
            return self.search();
        }
        self.own_task()
            .or_else(|| self.injected())
            .or_else(|| self.next_from_driver())
            .or_else(|| self.search())
    }

    fn own_task(&self) -> Option<Task> {
        self.queue().pop().then_some(Task::Woken)
    }

    fn injected(&self) -> Option<Task> {
        self.small.injector.pop().then_some(Task::Injected)
    }

    fn next_from_driver(&self) -> Option<Task> {
        self.push(self.small.driver.as_ref()?.look_in());
        self.own_task()
    }

    fn search(&self) -> Option<Task> {
        let idle = &self.small.idle;
        let search =
            if self.must_search.take() { idle.granted_search() } else { idle.begin_search()? };
        let found = self.own_task().or_else(|| self.injected());
        drop(search);
        if found.is_some() {
            self.small.after_push();
        }
        found
    }

    fn sleep(&self) {
        let idle = &self.small.idle;
        self.small.unload(self.worker);
        self.give_up_search();
        self.lie_down();
        let is_wanted = !self.small.injector.is_empty() && idle.has_free_permit();
        let mut turn = None;
        if !is_wanted && !self.bell.rung.load(Relaxed) && !idle.is_closed() {
            match &self.small.driver {
                Some(driver) => turn = driver.sleep(&self.bell.parker),
                None => drop(self.bell.parker.park(None)),
            }
        }
        self.get_up(is_wanted);
        if let Some(turn) = turn {
            self.push(turn.finish());
        }
    }

    /// The rest of `Local::sleep`, and of the thread's life, when its keep-alive is over.
    pub(super) fn lose_patience(self, run: impl Fn(Task, usize)) {
        if self.small.idle.leave(self.worker) {
            return self.stand_up();
        }
        self.get_up(false);
        self.live(|_| false, run);
    }

    pub(super) fn get_up(&self, is_wanted: bool) {
        match self.rise() {
            Rise::Granted => self.must_search.set(true),
            Rise::Awake => {
                if is_wanted && let Some(search) = self.small.idle.begin_search() {
                    search.carry();
                    self.must_search.set(true);
                }
            }
            Rise::WithoutPermit => {}
        }
    }

    pub(super) fn lie_down(&self) {
        self.small.idle.lie_down(self.worker, &self.bell.parker);
    }

    pub(super) fn rise(&self) -> Rise {
        self.small.idle.rise(self.worker)
    }

    /// Runs `f` if this worker has a permit.
    pub(super) fn hold(&self, f: impl FnOnce()) {
        if self.has_permit() {
            self.small.hold(f);
        }
    }
}
