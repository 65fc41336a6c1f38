//! A task's handle to its scheduler: the worker where it lives.
//!
//! A task refers to the worker in whose set it is. Counting these references on shared counters would cost each spawn
//! and each end a contended operation, so references that fall free are kept in a [`Stash`] of the thread that frees
//! them, and the next spawn there takes one from it; a thread that has too many hands a batch to those that have none.
//! So a task that is spawned and ends without ever suspending touches no counter at all.

use std::cell::RefCell;
use std::sync::Arc;

use super::worker::Worker;
use super::{Scheduler, context, next_task_id};
use crate::cell::{self, Header, Held, JoinRef, Kind, Origin, Runnable, Schedule};
use crate::driver::Tick;
use crate::spans;
use crate::trace;
use crate::util::apart::apart;
use crate::util::sync::Mutex;
use crate::util::watch::is_watched;

/// The worker where a task lives: after its first suspension the one in whose set it is, before that any of its
/// scheduler's. Always there but while it is being dropped.
pub(crate) struct Home(Option<Arc<Worker>>);

/// How a woken task gets into a queue.
pub(crate) enum Route {
    /// By this thread's worker.
    Here,
    /// By the injector.
    Injector(Arc<Scheduler>),
    /// The scheduler is gone: the task ends where it was woken.
    Gone,
}

impl Home {
    pub(super) fn new(worker: Arc<Worker>) -> Self {
        Self(Some(worker))
    }

    /// Makes a task that lives here, and is about to be queued.
    #[inline(always)]
    pub(super) fn spawn<F>(self, future: F, origin: Origin) -> (Runnable, JoinRef<F::Output>)
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let id = next_task_id();
        let future = spans::task(
            future,
            spans::Task { kind: "task", id, spawned_at: origin.spawned_at, name: origin.name() },
        );
        if is_watched() {
            return apart(move || self.spawn_watched(future, id, origin));
        }
        cell::spawn(future, self, id, origin)
    }

    /// The same, where it is to be told. Apart from what spawns the others, so that the layout of those is a constant there.
    fn spawn_watched<F>(
        self,
        future: F,
        id: u64,
        mut origin: Origin,
    ) -> (Runnable, JoinRef<F::Output>)
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        if let Some(observers) = &self.worker().observers {
            origin.is_timed = observers.spawns(id, origin.spawned_at);
        }
        let (task, join) = cell::spawn(future, self, id, origin);
        task.header().trace(trace::spawn);
        (task, join)
    }

    #[inline]
    fn worker(&self) -> &Arc<Worker> {
        self.0.as_ref().expect("a home is dropped once")
    }

    #[inline]
    fn is_here(&self) -> bool {
        context::with_local(|local| {
            local.is_some_and(|local| local.worker().is_colleague(self.worker()))
        })
    }
}

// SAFETY: `adopt` makes the handle one of the worker into whose set it puts the task, and the handle keeps this
// worker, with its set, until the cell is freed; `release` uses the set of the handle's worker.
unsafe impl Schedule for Home {
    type Route = Route;

    const KIND: Kind = Kind::Task;

    fn now() -> u64 {
        Tick::now().as_nanos()
    }

    #[inline]
    fn route(&self) -> Route {
        if self.is_here() {
            return Route::Here;
        }
        self.worker().scheduler().map_or(Route::Gone, Route::Injector)
    }

    #[inline]
    fn schedule(route: Route, task: Runnable) {
        match route {
            Route::Here => context::with_local(|local| {
                local.expect("a worker's frame is below").push(task);
            }),
            Route::Injector(scheduler) => scheduler.inject_woken(task),
            Route::Gone => task.cancel(),
        }
    }

    #[inline]
    fn reschedule(route: Route, task: Runnable) {
        match route {
            Route::Here => context::with_local(|local| {
                local.expect("a worker's frame is below").push_behind(task);
            }),
            other => Self::schedule(other, task),
        }
    }

    fn adopt(&mut self, task: Held<'_>) -> bool {
        context::with_local(|local| {
            let local = local.expect("only a worker polls tasks");
            if !Arc::ptr_eq(self.worker(), local.worker()) {
                *self = Self::new(local.worker().clone());
            }
            local.worker().suspended.insert(task)
        })
    }

    fn release(&self, task: Held<'_>) {
        self.worker().suspended.remove(task);
    }

    fn terminates(&self, task: &Header) {
        if let Some(observers) = &self.worker().observers {
            observers.terminates(task);
        }
    }
}

impl Drop for Home {
    #[inline]
    fn drop(&mut self) {
        let Some(worker) = self.0.take() else { return };
        context::with_local(|local| match local {
            Some(local) if local.worker().is_colleague(&worker) => {
                local.stash().put(worker, &local.scheduler().spare_homes);
            }
            _ => drop(worker),
        });
    }
}

/// References to workers of one scheduler, whichever they are, that belong to no task at the moment.
///
/// One thread spawns and another ends what was spawned, so one stash runs empty while another overflows. They exchange
/// whole batches through the scheduler's [`SpareHomes`], which moves the references without counting any.
#[derive(Debug, Default)]
pub(super) struct Stash(RefCell<Vec<Arc<Worker>>>);

impl Stash {
    /// Beyond this many, a batch goes to the spare ones.
    const MOST: usize = 2 * SpareHomes::BATCH;

    /// How many are counted up at once where there are no spare ones.
    const REFILL: usize = 64;

    /// A reference for a task that is spawned by the thread of `own`.
    #[inline]
    pub(super) fn take(&self, own: &Arc<Worker>, spare: &SpareHomes) -> Arc<Worker> {
        let kept = self.0.borrow_mut().pop();
        kept.unwrap_or_else(|| self.refill(own, spare))
    }

    #[cold]
    fn refill(&self, own: &Arc<Worker>, spare: &SpareHomes) -> Arc<Worker> {
        let mut stash = self.0.borrow_mut();
        match spare.take() {
            Some(batch) => *stash = batch,
            None => stash.extend((0..Self::REFILL).map(|_| own.clone())),
        }
        stash.pop().unwrap_or_else(|| own.clone())
    }

    /// A reference that a task of this scheduler has left on this thread.
    #[inline]
    fn put(&self, worker: Arc<Worker>, spare: &SpareHomes) {
        let mut stash = self.0.borrow_mut();
        if stash.len() == Self::MOST {
            let batch = stash.split_off(Self::MOST - SpareHomes::BATCH);
            spare.put(batch);
        }
        stash.push(worker);
    }
}

/// Batches of references that one thread had too many of, for others that have none.
///
/// The scheduler itself refers to each worker, so none ends with a reference from here.
#[derive(Debug, Default)]
pub(super) struct SpareHomes(Mutex<Vec<Vec<Arc<Worker>>>>);

impl SpareHomes {
    /// How many references go from thread to thread at once.
    const BATCH: usize = 512;

    /// The most batches that are kept; the references of those beyond are counted down.
    const MOST: usize = 16;

    #[cold]
    fn put(&self, batch: Vec<Arc<Worker>>) {
        let mut batches = self.0.lock();
        if batches.len() < Self::MOST {
            batches.push(batch);
        }
    }

    fn take(&self) -> Option<Vec<Arc<Worker>>> {
        self.0.lock().pop()
    }
}
