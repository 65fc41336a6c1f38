//! Who am I on this thread: the worker whose frame is below, and the runtimes that were entered.
//!
//! A worker lends its [`Local`] to the thread while it works ([`work_as`]); [`enter`] puts a runtime on top of that
//! until its guard is dropped, and from then on `spawn` goes there. The thread of a `block_on` runs tasks between two
//! polls of its future, and what that has entered is not on top of theirs ([`above`]).
//!
//! Nothing here has a destructor, so that all of it works while a thread's other locals are being destroyed.

use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::sync::{Arc, MutexGuard};

use super::{Local, LocalTasks, Scheduler};
use crate::compat;
use crate::coop;
use crate::util::scoped::{self, Scoped};

/// The runtimes that a thread has entered, the last one at the end. `None` stands for one whose guard was
/// dropped before one that was made later; it never stands at the end.
type Entries = Vec<Option<Arc<Scheduler>>>;

thread_local! {
    static LOCAL: Scoped<Local> = const { Scoped::new() };
    /// Its memory is freed when the last runtime is left.
    static ENTERED: RefCell<ManuallyDrop<Entries>> = const { RefCell::new(ManuallyDrop::new(Vec::new())) };
    /// The length of `ENTERED`.
    static HEIGHT: Cell<usize> = const { Cell::new(0) };
    /// How many entries are below the worker's frame, or not meant for the task that it runs.
    static BASE: Cell<usize> = const { Cell::new(0) };
    /// Whether a frame below is in `block_on`, or is a worker's.
    static BLOCKING: Cell<bool> = const { Cell::new(false) };
    /// Where `spawn_local` goes. Its memory is freed when it is left.
    static LOCAL_TASKS: Cell<ManuallyDrop<Option<Arc<LocalTasks>>>> = const { Cell::new(ManuallyDrop::new(None)) };
    /// Whether local tasks are being polled, or dropped, by a frame below.
    static DRIVING: Cell<bool> = const { Cell::new(false) };
    /// Whose poll runs; 0 for none.
    static TASK: Cell<u64> = const { Cell::new(0) };
}

/// Runs `f` with what this thread has of its worker.
#[inline]
pub(crate) fn with_local<R>(f: impl FnOnce(Option<&Local>) -> R) -> R {
    scoped::with(&LOCAL, f)
}

/// Whether `spawn` goes to the worker below rather than to a runtime entered above it.
#[inline]
pub(crate) fn is_worker_on_top() -> bool {
    HEIGHT.get() == BASE.get()
}

/// How many runtimes this thread has entered.
pub(crate) fn height() -> usize {
    HEIGHT.get()
}

/// The runtime that was entered last, or that this thread works for.
pub(crate) fn current() -> Option<Arc<Scheduler>> {
    with_local(|local| match local {
        Some(local) if is_worker_on_top() => Some(local.scheduler().clone()),
        _ => ENTERED.with(|entered| entered.borrow().last().cloned().flatten()),
    })
}

/// Lends `local` to this thread while `f` runs.
pub(crate) fn work_as<R>(local: &Local, f: impl FnOnce() -> R) -> R {
    let _base = Restore::new(&BASE, HEIGHT.get());
    LOCAL.with(|place| place.set(Some(local), f))
}

/// Runs a poll of the future of `block_on`, for which the runtimes entered above `base` are on top of the worker.
pub(crate) fn above<R>(base: usize, f: impl FnOnce() -> R) -> R {
    BASE.set(base);
    let result = f();
    // What it has entered is below the tasks that this thread runs until the next poll. `block` restores the rest.
    BASE.set(HEIGHT.get());
    result
}

/// Marks this thread as one that must not block without further ado while `f` runs.
pub(crate) fn block<R>(f: impl FnOnce() -> R) -> R {
    let _mark = Restore::new(&BLOCKING, true);
    let _task = Restore::new(&TASK, 0);
    let _base = Restore::new(&BASE, HEIGHT.get());
    f()
}

/// Runs `f`, which blocks, as if this thread were no worker's.
pub(crate) fn outside<R>(f: impl FnOnce() -> R) -> R {
    LOCAL.with(|place| place.set(None, || coop::uncounted(f)))
}

/// Whether this thread works for a runtime, so that it must not wait for one.
pub(crate) fn is_blocking() -> bool {
    BLOCKING.get()
}

/// Polls, or drops, the task with this number by `f`, which does not unwind.
#[inline]
pub(crate) fn poll_as<R>(task: u64, f: impl FnOnce() -> R) -> R {
    let outer = TASK.replace(task);
    let result = f();
    TASK.set(outer);
    result
}

/// The number of the task that is being polled on this thread.
pub(crate) fn task_id() -> Option<u64> {
    Some(TASK.get()).filter(|&id| id != 0)
}

/// The local tasks that were entered last, or whose driver is being polled.
pub(crate) fn local_tasks() -> Option<Arc<LocalTasks>> {
    let tasks = LOCAL_TASKS.replace(ManuallyDrop::new(None));
    let result = (*tasks).clone();
    LOCAL_TASKS.set(tasks);
    result
}

/// Polls, or drops, local tasks by `f`.
pub(crate) fn drive<R>(tasks: &Arc<LocalTasks>, f: impl FnOnce() -> R) -> R {
    let _entered = enter_local(tasks);
    let _mark = Restore::new(&DRIVING, true);
    f()
}

/// Whether local tasks are being polled: no other thread could do so if this one blocked.
pub(crate) fn is_driving() -> bool {
    DRIVING.get()
}

/// Leaves the entered local tasks when dropped.
#[derive(Debug)]
pub(crate) struct EnteredLocal {
    /// What was entered before.
    before: Option<Arc<LocalTasks>>,
    /// It belongs to this thread's stack.
    not_send: PhantomData<*const ()>,
}

/// Makes these the tasks where `spawn_local` goes, until the guard is dropped.
pub(crate) fn enter_local(tasks: &Arc<LocalTasks>) -> EnteredLocal {
    let before = LOCAL_TASKS.replace(ManuallyDrop::new(Some(tasks.clone())));
    EnteredLocal { before: ManuallyDrop::into_inner(before), not_send: PhantomData }
}

impl Drop for EnteredLocal {
    fn drop(&mut self) {
        let left = LOCAL_TASKS.replace(ManuallyDrop::new(self.before.take()));
        drop(ManuallyDrop::into_inner(left));
    }
}

/// Leaves the entered runtime when dropped.
#[derive(Debug)]
pub(crate) struct Entered {
    /// How many were entered with this one, to see that they are left in order.
    height: usize,
    /// Left after it.
    _guest: compat::Entered,
    /// It belongs to this thread's stack, but may be looked at from others.
    not_send: PhantomData<MutexGuard<'static, ()>>,
}

/// Enters a runtime until the guard is dropped.
pub(crate) fn enter(scheduler: &Arc<Scheduler>) -> Entered {
    let guest = scheduler.config().guest.enter();
    let height = ENTERED.with(|entered| {
        let mut entered = entered.borrow_mut();
        entered.push(Some(scheduler.clone()));
        entered.len()
    });
    HEIGHT.set(height);
    Entered { height, _guest: guest, not_send: PhantomData }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let in_order = HEIGHT.get() == self.height;
        let scheduler = ENTERED.with(|entered| {
            let mut entered = entered.borrow_mut();
            let scheduler = entered[self.height - 1].take();
            while let Some(None) = entered.last() {
                entered.pop();
            }
            if entered.is_empty() {
                **entered = Vec::new();
            }
            HEIGHT.set(entered.len());
            scheduler
        });
        // Not under the borrow: if it is the last reference, the user's callbacks end with it.
        drop(scheduler);
        if !in_order && !std::thread::panicking() {
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
