//! The scheduler in small, for models of parking: the real `Idle`, `Permit` and `Parker`, and loops that mirror
//! `Scheduler::{inject, wake_searcher, after_push}`, `Local::{work, next_task, search, sleep, get_up}` and `block_on`
//! step by step. Whoever changes a step there changes it here.
//!
//! The injector is a counter without a lock: it keeps promise 1 of the real one and no more, since a lock would order
//! what the fences are there to order. Of a worker's own queue there is the number of tasks that events have woken;
//! nobody steals from it. Where a model has no events, workers sleep on their parkers alone.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};

use super::small_driver::Driver;
use crate::driver::Parker;
use crate::scheduler::idle::{Grant, Idle, Rise};
use crate::scheduler::permit::Permit;
use crate::scheduler::thread_budget::ThreadBudget;
use crate::util::sync::{AtomicBool, AtomicUsize, fence};

/// How many tasks wait.
struct Injector(AtomicUsize);

impl Injector {
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

/// A runtime that ends when a given number of tasks has run.
pub(super) struct Small {
    pub(super) idle: Idle,
    permits: usize,
    injector: Injector,
    running: AtomicUsize,
    left: AtomicUsize,
    driver: Option<Driver>,
}

/// What a worker has found to run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    Injected,
    /// An event woke it.
    Woken,
}

/// A worker and its thread.
pub(super) struct Local {
    small: Arc<Small>,
    worker: usize,
    permit: Arc<Permit>,
    pub(super) bell: Arc<Bell>,
    must_search: Cell<bool>,
    /// Tasks in its own queue.
    woken: Cell<usize>,
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
        Arc::new(Self {
            idle: Idle::new(permits, false, Arc::new(ThreadBudget::new(0))),
            permits,
            injector: Injector(AtomicUsize::new(0)),
            running: AtomicUsize::new(0),
            left: AtomicUsize::new(tasks),
            driver: None,
        })
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
        small.idle.withdraw_permit();
        assert_eq!(small.idle.rise(second.worker), Rise::WithoutPermit);
        (small, locals)
    }

    /// `Scheduler::inject`.
    pub(super) fn inject(&self) {
        self.injector.push(1);
        if self.idle.needs_searcher_after_push() {
            self.wake_searcher();
        }
    }

    /// `Scheduler::wake_searcher`. True if somebody was woken.
    pub(super) fn wake_searcher(&self) -> bool {
        match self.idle.grant() {
            Grant::Nobody => false,
            Grant::Wake(parker) => {
                parker.unpark();
                true
            }
            Grant::Start(_) => unreachable!("this scheduler starts no threads"),
        }
    }

    /// `Scheduler::after_push`.
    fn after_push(&self) {
        fence(SeqCst);
        if !self.injector.is_empty() && self.idle.needs_searcher() {
            self.wake_searcher();
        }
    }

    /// The first two steps of `Scheduler::shut_down`.
    pub(super) fn close(&self) {
        self.idle.close().iter().for_each(|parker| parker.unpark());
    }

    /// Counts a holder of a permit in while `f` runs. There must never be more than permits.
    pub(super) fn hold(&self, f: impl FnOnce()) {
        let others = self.running.fetch_add(1, Relaxed);
        assert!(others < self.permits, "more workers run than there are permits");
        f();
        self.running.fetch_sub(1, Relaxed);
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
        Self {
            small: small.clone(),
            worker,
            permit,
            bell,
            must_search: Cell::new(false),
            woken: Cell::new(0),
        }
    }

    /// `Local::stand_up`.
    fn stand_up(self) {
        if self.must_search.take() {
            drop(self.small.idle.granted_search());
        }
        self.unload();
        self.small.idle.vacate(self.worker);
        self.small.after_push();
    }

    /// `Local::unload`. Where there is nothing it must not touch the injector, and so order what the fences are there
    /// for.
    fn unload(&self) {
        match self.woken.take() {
            0 => {}
            left => self.small.injector.push(left),
        }
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
            if !self.has_permit() {
                if self.small.idle.is_closed() {
                    return false;
                }
                self.sleep();
            } else if let Some(task) = self.next_task() {
                self.run(|left| run(task, left));
            } else {
                self.sleep();
            }
        }
    }

    /// Runs a task; `run` is told how many are left with it. The last one ends the runtime.
    fn run(&self, run: impl Fn(usize)) {
        let left = self.small.left.fetch_sub(1, AcqRel);
        self.small.hold(|| run(left));
        if left == 1 {
            self.small.close();
        }
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
        self.woken.set(self.woken.get().checked_sub(1)?);
        Some(Task::Woken)
    }

    fn injected(&self) -> Option<Task> {
        self.small.injector.pop().then_some(Task::Injected)
    }

    fn next_from_driver(&self) -> Option<Task> {
        self.queue(self.small.driver.as_ref()?.look_in());
        self.own_task()
    }

    /// `Local::push`, for tasks that events have woken.
    fn queue(&self, tasks: usize) {
        if self.has_permit() {
            self.woken.set(self.woken.get() + tasks);
        } else {
            (0..tasks).for_each(|_| self.small.inject());
        }
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
        self.unload();
        self.lie_down();
        let is_wanted = !self.small.injector.is_empty() && idle.has_free_permit();
        let mut turn = None;
        if !is_wanted && !self.bell.rung.load(Relaxed) && !idle.is_closed() {
            match &self.small.driver {
                Some(driver) => turn = driver.sleep(&self.bell.parker),
                None => self.bell.parker.park(None),
            }
        }
        self.get_up(is_wanted);
        if let Some(turn) = turn {
            self.queue(turn.finish());
        }
    }

    fn get_up(&self, is_wanted: bool) {
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
