//! `block_on`: a future that is polled by the calling thread, which works for the runtime meanwhile.
//!
//! The thread claims a vacant worker and a permit if there are any, and then is a worker like all others, with the
//! future as its duty between two tasks. If there are none (other threads have them), it only polls its
//! future, and sleeps in between until it is woken or told that a worker was left.
//!
//! Claiming by `block_on` first means that a program whose tasks fit one thread runs on one thread. It leaves one
//! exception to the promise that nobody waits for a stuck task: a poll that does not return, on the very
//! thread that is in `block_on`, keeps that `block_on` from returning, although the rest goes on elsewhere. Whoever cannot
//! have that does not let the thread work ([`Scheduler::block_on_aside`]), as `#[main]` does.
//!
//! # Inside a task
//!
//! A `block_on` inside a poll, of a task or of another `block_on`, gives the permit of the worker below to another thread
//! first, and does not work: what it would run could block in turn, and the stack would grow with each. The poll ends
//! without a permit, unless one is free. A current-thread runtime has no other thread, so there it panics; the other way
//! round, to run a current-thread runtime inside a task, the thread does work for that.

mod bell;
mod roots;

use std::ops::ControlFlow;
use std::panic::Location;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::diary::Subject;
use super::duty::Duty;
use super::idle::Retake;
use super::monitor::Monitor;
use super::worker::Local;
use super::{Scheduler, context};
use crate::cell::TypeName;
use crate::coop;
use crate::driver::Parker;
use crate::trace;
#[cfg(feature = "sync")]
use crate::util::block_thread::block_on_with;
pub(super) use bell::Bell;
pub(super) use roots::{Roots, Standing};

/// The future, as a duty.
struct Root<'a, F> {
    future: Pin<&'a mut F>,
    bell: Arc<Bell>,
    waker: Waker,
    /// How many runtimes were entered before its first poll.
    base: usize,
}

impl<F: Future> Root<'_, F> {
    /// Polls the future whenever it is woken, and does nothing else.
    fn attend_only(&mut self, monitor: &'static Monitor) -> F::Output {
        loop {
            if let Poll::Ready(output) = self.attend() {
                return output;
            }
            monitor.rouse(); // no permit has told it that something was done
            self.bell.parker.park(None);
        }
    }
}

/// Runs `f`, which blocks this thread, while another thread has the permit of the worker below, if there is one.
///
/// # Panics
///
/// If tasks of a current-thread runtime would wait for this, or if there may be no thread more.
#[track_caller]
fn blocking<R>(f: impl FnOnce() -> R) -> R {
    let (_regain, is_replaced) = give_way("`block_on`");
    assert!(
        is_replaced,
        "a task calls `block_on` while all threads that `max_blocking_threads` allows are in use: none is left that could \
         run the other tasks meanwhile"
    );
    context::outside(f)
}

/// Runs `f`, which may block this thread, while another thread has the permit of the worker below. Where there may be no
/// thread more, `f` runs nevertheless.
///
/// # Panics
///
/// If tasks of a current-thread runtime would wait for this.
#[cfg(feature = "rt-multi-thread")]
#[track_caller]
pub(crate) fn block_in_place<R>(f: impl FnOnce() -> R) -> R {
    const NAME: &str =
        "can call blocking only when running on the multi-threaded runtime; `block_in_place`";
    assert_not_driving(NAME);
    let _regain = give_way(NAME);
    coop::with_unlimited(f)
}

/// Blocks this thread until a leaf future is done, while another thread has the permit of the worker below. Where there may
/// be no thread more, or the future is done at once, the permit stays.
///
/// # Panics
///
/// If tasks of a current-thread runtime would wait for this, also if the future is done: whether it is depends on the others.
#[cfg(feature = "sync")]
#[track_caller]
pub(crate) fn block_on_leaf<F: Future>(what: &str, future: F) -> F::Output {
    assert_not_driving(what);
    assert_not_alone(what);
    coop::with_unlimited(|| block_on_with(future, || give_way(what)))
}

/// Panics if local tasks are polled below, which no other thread could run meanwhile.
#[track_caller]
fn assert_not_driving(what: &str) {
    assert!(
        !context::is_driving(),
        "{what} was called inside a `LocalSet` or a `LocalRuntime`: this would block the only thread that runs its tasks. \
         Use `.await` here, or do this on a thread of its own"
    );
}

/// Gives the permit of the worker below to others until the guard is dropped; also whether anybody can use it.
#[track_caller]
fn give_way(what: &str) -> (Option<Regain>, bool) {
    assert_not_alone(what);
    context::with_local(|local| {
        // In a child that was forked off inside a task, there is nobody to give way to.
        let local = local.filter(|local| !local.scheduler().is_inherited());
        let Some(local) = local else { return (None, true) };
        match local.give_way() {
            Retake::Taken => (Some(Regain), true),
            // A frame below blocks, and has the permit again when it is done; or the monitor has noticed something.
            Retake::HasNone => (None, true),
            Retake::NoThread => (None, false),
        }
    })
}

/// Panics if no other thread can run the tasks that this one runs.
#[track_caller]
fn assert_not_alone(what: &str) {
    // Asserted here, and not inside, so that the panic is said to be the caller's.
    assert!(
        context::with_local(|local| !local.is_some_and(is_alone)),
        "{what} was called inside a task of a current-thread runtime: this would block the only thread that runs its \
         tasks. Use `.await` here, or do this on a thread of its own"
    );
}

/// Whether no other thread can run the tasks that this one runs.
fn is_alone(local: &Local) -> bool {
    !local.scheduler().is_inherited() && !local.scheduler().config().starts_threads
}

/// Takes a permit again, if there is one, also if what blocked panics.
struct Regain;

impl Drop for Regain {
    fn drop(&mut self) {
        context::with_local(|local| local.expect("a worker's frame is below").regain());
    }
}

impl<F: Future> Duty for Root<'_, F> {
    type Output = F::Output;

    #[inline]
    fn attend(&mut self) -> Poll<F::Output> {
        if !self.bell.is_rung() {
            return Poll::Pending;
        }
        self.bell.begin_poll();
        let (bell, source) = (self.bell.number(), self.subject().source());
        let mut cx = Context::from_waker(&self.waker);
        let poll = || {
            coop::with_budget(|| {
                let poll = self.future.as_mut().poll(&mut cx);
                // Else it is not over until the future is dropped, which may wake others.
                if poll.is_pending() {
                    self.bell.end_poll(coop::left());
                }
                poll
            })
        };
        context::above(self.base, || trace::root(bell, source, poll))
    }

    fn is_due(&self) -> bool {
        self.bell.is_rung()
    }

    fn subject(&self) -> Subject {
        self.bell.subject
    }
}

impl Scheduler {
    /// Runs a future to its end on this thread, which works meanwhile, unless it is inside a poll already.
    ///
    /// # Panics
    ///
    /// Inside a current-thread runtime, where a task blocks while there may be no thread more to replace it, and in another
    /// process than that which made the runtime.
    #[track_caller]
    pub(crate) fn block_on<F: Future>(self: &Arc<Self>, future: F) -> F::Output {
        self.assert_own("`block_on`");
        assert_not_driving("`block_on`");
        let place = Location::caller();
        if context::is_blocking() {
            return blocking(|| self.run_root(future, !self.config.starts_threads, place));
        }
        self.run_root(future, true, place)
    }

    /// Runs a future to its end on this thread, which does nothing else if other threads can run the tasks.
    #[cfg(feature = "macros")]
    #[track_caller]
    pub(crate) fn block_on_aside<F: Future>(self: &Arc<Self>, future: F) -> F::Output {
        if context::is_blocking() || context::is_driving() {
            return self.block_on(future);
        }
        self.run_root(future, !self.config.starts_threads, Location::caller())
    }

    fn run_root<F: Future>(
        self: &Arc<Self>,
        future: F,
        works: bool,
        place: &'static Location<'static>,
    ) -> F::Output {
        let type_name = const { &(std::any::type_name::<F> as TypeName) };
        let _over = trace::enter((type_name, place));
        context::block(|| {
            // Also where the future is polled without a worker, and where it is dropped.
            let _entered = context::enter(self);
            let parker = Arc::new(Parker::new());
            let type_name = const { &(std::any::type_name::<F> as TypeName) };
            let task = Subject::ROOT | Arc::as_ptr(&parker).addr() as u64;
            let subject = Subject { task, type_name, place };
            let bell = Arc::new(Bell::new(parker.clone(), subject));
            let _listed = self.roots.enter(&bell);
            let waker = Waker::from(bell.clone());
            let base = context::height();
            let mut root = Root { future: pin!(future), bell, waker, base };
            if works { self.attend_to(root, &parker) } else { root.attend_only(self.monitor) }
        })
    }

    fn attend_to<D: Duty>(self: &Arc<Self>, mut root: D, parker: &Arc<Parker>) -> D::Output {
        loop {
            let output = match self.claim(parker) {
                Some(worker) => self.attend_working(worker, &mut root, parker),
                None => self.attend_waiting(&mut root, parker),
            };
            if let ControlFlow::Break(output) = output {
                return output;
            }
        }
    }

    /// Works until the duty is done or the runtime ends.
    fn attend_working<D: Duty>(
        self: &Arc<Self>,
        worker: usize,
        root: &mut D,
        parker: &Arc<Parker>,
    ) -> ControlFlow<D::Output> {
        let leave = Leave(Some(Local::sit_down(self, worker, parker)));
        let local = leave.0.as_ref().expect("taken in drop alone");
        let output = local.work(root);
        if output.is_continue() {
            self.drain(local);
        }
        output
    }

    /// Attends once, and sleeps until there is something to attend to or perhaps a worker to claim.
    fn attend_waiting<D: Duty>(
        self: &Arc<Self>,
        root: &mut D,
        parker: &Arc<Parker>,
    ) -> ControlFlow<D::Output> {
        let _waiting = Waiting(self, parker);
        if let Poll::Ready(output) = root.attend() {
            return ControlFlow::Break(output);
        }
        self.monitor.rouse(); // as above
        parker.park(None);
        ControlFlow::Continue(())
    }
}

/// Leaves the worker, also if the future panics.
struct Leave(Option<Local>);

impl Drop for Leave {
    fn drop(&mut self) {
        if let Some(local) = self.0.take() {
            let scheduler = local.scheduler().clone();
            local.stand_up();
            scheduler.count_out();
        }
    }
}

/// Takes a thread off the list of those that wait for a worker.
struct Waiting<'a>(&'a Arc<Scheduler>, &'a Arc<Parker>);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.idle.stop_waiting(self.1);
    }
}
