//! Who am I on this thread: the worker whose frame is below, and the runtimes that were entered.
//!
//! A worker lends its [`Local`] to the thread while it works ([`work_as`]); [`enter`] puts a runtime on top of that until
//! its guard is dropped, and from then on `spawn` goes there. Only the stack of entered runtimes needs a
//! destructor; without it (a thread-local of the user's is being destroyed) a thread is simply in no runtime.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::sync::Arc;

use super::{Local, Scheduler};
use crate::util::scoped::Scoped;

thread_local! {
    static LOCAL: Scoped<Local> = const { Scoped::new() };
    /// Guards of `enter` above the worker's frame, or above the bottom of the stack.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// Whether a frame below is in `block_on`, or is a worker's.
    static BLOCKING: Cell<bool> = const { Cell::new(false) };
    /// Whose poll runs; 0 for none.
    static TASK: Cell<u64> = const { Cell::new(0) };
    static ENTERED: RefCell<Vec<Arc<Scheduler>>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f` with what this thread has of its worker.
#[inline]
pub(crate) fn with_local<R>(f: impl FnOnce(Option<&Local>) -> R) -> R {
    LOCAL.with(|local| local.with(f))
}

/// Whether `spawn` goes to the worker below rather than to a runtime entered above it.
#[inline]
pub(crate) fn is_worker_on_top() -> bool {
    DEPTH.get() == 0
}

/// The runtime that was entered last, or that this thread works for.
pub(crate) fn current() -> Option<Arc<Scheduler>> {
    if is_worker_on_top() {
        return with_local(|local| local.map(|local| local.scheduler().clone()));
    }
    ENTERED.try_with(|entered| entered.borrow().last().cloned()).ok().flatten()
}

/// Lends `local` to this thread while `f` runs.
pub(crate) fn work_as<R>(local: &Local, f: impl FnOnce() -> R) -> R {
    let _depth = Restore::new(&DEPTH, 0);
    LOCAL.with(|place| place.set(Some(local), f))
}

/// Marks this thread as one that must not block in another `block_on` while `f` runs.
///
/// # Panics
///
/// If it is marked already.
pub(crate) fn block<R>(f: impl FnOnce() -> R) -> R {
    assert!(
        !BLOCKING.get(),
        "`block_on` was called inside a task or another `block_on`: this would block a thread that has to run \
         other tasks. Use `.await` here, or call `block_on` on a thread of its own"
    );
    let _mark = Restore::new(&BLOCKING, true);
    let _task = Restore::new(&TASK, 0);
    f()
}

/// Whether this thread works for a runtime, so that it must not wait for one.
pub(crate) fn is_blocking() -> bool {
    BLOCKING.get()
}

/// Runs one poll of the task with this number.
#[inline]
pub(crate) fn poll_as<R>(task: u64, f: impl FnOnce() -> R) -> R {
    TASK.set(task);
    let result = f();
    TASK.set(0);
    result
}

/// The number of the task that is being polled on this thread.
pub(crate) fn task_id() -> Option<u64> {
    Some(TASK.get()).filter(|&id| id != 0)
}

/// Leaves the entered runtime when dropped.
#[derive(Debug)]
pub(crate) struct Entered {
    /// How many were entered with this one, to see that they are left in order.
    height: usize,
    /// It belongs to this thread's stack.
    not_send: PhantomData<*const ()>,
}

/// Enters a runtime until the guard is dropped.
pub(crate) fn enter(scheduler: &Arc<Scheduler>) -> Entered {
    let height = ENTERED.with(|entered| {
        let mut entered = entered.borrow_mut();
        entered.push(scheduler.clone());
        entered.len()
    });
    DEPTH.set(DEPTH.get() + 1);
    Entered { height, not_send: PhantomData }
}

impl Drop for Entered {
    fn drop(&mut self) {
        // If the stack is gone already, this thread is ending, and there is nothing to restore.
        let left = ENTERED.try_with(|entered| {
            let mut entered = entered.borrow_mut();
            let in_order = entered.len() == self.height;
            (in_order, if in_order { entered.pop() } else { None })
        });
        let Ok((in_order, scheduler)) = left else { return };
        drop(scheduler);
        if in_order {
            DEPTH.set(DEPTH.get().saturating_sub(1));
        } else if !std::thread::panicking() {
            panic!(
                "`EnterGuard` values were dropped out of order: the one that was made last must be dropped first"
            );
        }
    }
}

/// Restores a thread-local when dropped.
struct Restore<T: Copy + 'static> {
    place: &'static std::thread::LocalKey<Cell<T>>,
    before: T,
}

impl<T: Copy> Restore<T> {
    fn new(place: &'static std::thread::LocalKey<Cell<T>>, value: T) -> Self {
        Self { place, before: place.replace(value) }
    }
}

impl<T: Copy> Drop for Restore<T> {
    fn drop(&mut self) {
        self.place.set(self.before);
    }
}
