//! The layout of a cell, and the references that lead to it.
//!
//! One allocation a task: at a future of 16 bytes (an `Arc` and the state of its `async` block) a cell takes
//! 88 bytes, a size that glibc serves without waste. What few tasks need stands behind it, in their annex (`annex`).

use std::alloc::Layout;
use std::any::Any;
use std::fmt;
use std::mem::ManuallyDrop;
use std::num::NonZeroUsize;
use std::panic::Location;
use std::ptr::NonNull;
use std::task::Waker;

use super::annex::{Annex, Annexed, Origin};
use super::state::{Outcome, State};
use super::{JoinRef, Kind, Runnable, Schedule, depot, owned::Links, poll};
use crate::spans;
use crate::trace::Source;
pub(crate) use crate::trace::TypeName;
use crate::util::sync::UnsafeCell;
use crate::util::watch::is_watched;

/// The part of a cell that has the same type for every task.
///
/// | field | read | written |
/// |---|---|---|
/// | `state` | anyone with a reference | anyone with a reference, by the transitions of `state` |
/// | `vtable`, `id`, `spawned_at` | anyone with a reference | never |
/// | `links` | the set, under its lock; whether it is in a set: the holder of the token | the set, under its lock, for the holder of the token |
/// | `join_waker` | by invariant 4 | by invariant 4 |
#[repr(C)]
pub(crate) struct Header {
    pub(super) state: State,
    vtable: &'static Vtable,
    id: u64,
    spawned_at: &'static Location<'static>,
    pub(super) links: Links,
    pub(super) join_waker: UnsafeCell<Option<Waker>>,
}

/// A task in memory. `repr(C)`, so that the header is at its address (invariant 5).
///
/// The stage comes before the handle, and so at a multiple of 16, as the cell itself: a future is moved by 16 bytes at a time, and where
/// these lie across two cache lines, what reads them next waits for both. With the other order a chain of spawns took 25 ns a task or
/// 36, as its cells happened to be allocated. Both orders take the same memory, but for futures that are aligned to 128 and more.
#[repr(C)]
pub(super) struct Cell<F: Future, S> {
    pub(super) header: Header,
    pub(super) stage: UnsafeCell<Stage<F>>,
    /// The handle of the scheduler, for the holder of the token (invariant 2).
    pub(super) scheduler: UnsafeCell<S>,
}

/// The future, then what became of it. Which field is live follows from the state word: `future` until
/// completion, then what [`Outcome`] says until that is taken, then none. `repr(C)`, so that each is at its address.
#[repr(C)]
pub(super) union Stage<F: Future> {
    pub(super) future: ManuallyDrop<F>,
    pub(super) output: ManuallyDrop<F::Output>,
    pub(super) panic: ManuallyDrop<Payload>,
    /// What is there before the future is written, and after the outcome was taken.
    empty: (),
}

/// What a panic was raised with.
pub(crate) type Payload = Box<dyn Any + Send + 'static>;

/// What a task's type is good for, once it is forgotten.
pub(super) struct Vtable {
    /// Polls or cancels the task; takes the token. Whether the task has ended.
    pub(super) run: unsafe fn(NonNull<Header>) -> bool,
    /// Drops the future without polling it; takes the token.
    pub(super) cancel: unsafe fn(NonNull<Header>),
    /// Hands the task to its scheduler; takes the token.
    pub(super) schedule: unsafe fn(NonNull<Header>),
    /// Moves the output of a task with `Outcome::Output` to a place for an `F::Output`.
    pub(super) take_output: unsafe fn(NonNull<Header>, *mut ()),
    /// Moves the payload of a task with `Outcome::Panicked` out.
    pub(super) take_panic: unsafe fn(NonNull<Header>) -> Payload,
    /// Drops the outcome; contains what panics in there.
    pub(super) drop_outcome: unsafe fn(NonNull<Header>, Outcome),
    /// Frees the cell, whose stage is empty.
    pub(super) free: unsafe fn(NonNull<Header>),
    /// The name of the future's type.
    pub(super) type_name: TypeName,
    pub(super) kind: Kind,
    /// How far behind the header the annex begins, where there is one.
    pub(super) annex: Option<NonZeroUsize>,
}

impl Vtable {
    /// That of a [`Cell`].
    const fn of<F: Future + 'static, S: Schedule>() -> &'static Self {
        const { &Self::plain::<F, S>() }
    }

    /// That of an [`Annexed`].
    const fn annexed<F: Future + 'static, S: Schedule>() -> &'static Self {
        const {
            &Self {
                schedule: poll::schedule_annexed::<F, S>,
                free: free::<Annexed<F, S>>,
                annex: Some(Annexed::<F, S>::DISTANCE),
                ..Self::plain::<F, S>()
            }
        }
    }

    const fn plain<F: Future + 'static, S: Schedule>() -> Self {
        Self {
            run: poll::run::<F, S>,
            cancel: poll::cancel::<F, S>,
            schedule: poll::schedule::<F, S>,
            take_output: poll::take_output::<F, S>,
            take_panic: poll::take_panic::<F, S>,
            drop_outcome: poll::drop_outcome::<F, S>,
            free: free::<Cell<F, S>>,
            type_name: spans::type_name::<F>,
            kind: S::KIND,
            annex: None,
        }
    }
}

/// Puts a future into a new cell.
///
/// The token comes back as a [`Runnable`], which the caller must queue, run or cancel; and the caller tells a trace of the task.
#[inline(always)]
pub(crate) fn spawn<F, S>(
    future: F,
    scheduler: S,
    id: u64,
    origin: Origin,
) -> (Runnable, JoinRef<F::Output>)
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
    S: Schedule,
{
    // SAFETY: the future and its output are `Send`.
    unsafe { spawn_unchecked(future, scheduler, id, origin) }
}

/// As [`spawn`], for a future or an output that need not be `Send`.
///
/// # Safety
///
/// Unless both are `Send`, the scheduler runs and drops the task's token on the calling thread alone, wherever
/// the task was woken.
#[inline(always)]
pub(crate) unsafe fn spawn_unchecked<F, S>(
    future: F,
    scheduler: S,
    id: u64,
    origin: Origin,
) -> (Runnable, JoinRef<F::Output>)
where
    F: Future + 'static,
    S: Schedule,
{
    // Not dropped where something unwinds: for that it would have to be in memory on each way. Nothing does here, but for
    // want of memory.
    let future = ManuallyDrop::new(future);
    let Origin { spawned_at, name, is_timed } = origin;
    let annex = Annex::new(name, is_timed, S::now);
    let (layout, vtable) = match annex {
        None => (Layout::new::<Cell<F, S>>(), Vtable::of::<F, S>()),
        Some(_) => (Layout::new::<Annexed<F, S>>(), Vtable::annexed::<F, S>()),
    };
    // SAFETY: the layout is that of a cell, which is not zero-sized.
    let cell: NonNull<Cell<F, S>> = unsafe { depot::allocate(layout) }.cast();
    let header = Header {
        state: State::new(),
        vtable,
        id,
        spawned_at,
        links: Links::new(),
        join_waker: UnsafeCell::new(None),
    };
    if let Some(annex) = annex {
        // SAFETY: the memory is that of an `Annexed`, and ours.
        unsafe { cell.byte_add(Annexed::<F, S>::DISTANCE.get()).cast().write(annex) };
    }
    // SAFETY: the memory is fresh, ours and large enough. The parts are written in place, one by one, so
    // that a large future is copied once, from the caller's frame to its cell, and never moved again
    // (invariant 6). Making the stage empty first costs nothing, and gives loom the cell that it watches.
    unsafe {
        let cell = cell.as_ptr();
        (&raw mut (*cell).header).write(header);
        (&raw mut (*cell).scheduler).write(UnsafeCell::new(scheduler));
        (&raw mut (*cell).stage).write(UnsafeCell::new(Stage { empty: () }));
        (*cell).stage.with_mut(|stage| stage.cast::<ManuallyDrop<F>>().write(future));
    }
    let header = cell.cast::<Header>();
    // SAFETY: the state was born with the token and with a reference and the interest of one join handle.
    unsafe { (Runnable::from_header(header), JoinRef::from_header(header)) }
}

/// Frees a cell.
///
/// # Safety
///
/// The header is that of a `C`, which is a [`Cell`] or an [`Annexed`], with no reference left and an empty stage.
unsafe fn free<C>(header: NonNull<Header>) {
    let cell = header.cast::<C>();
    // SAFETY: by invariants 1 and 5 the cell is a `C` that only we know. A union drops nothing by
    // itself, and the joiner's slot is empty (invariant 4), so the scheduler's handle and the name are what is left.
    unsafe {
        std::ptr::drop_in_place(cell.as_ptr());
        depot::free(cell.cast(), Layout::new::<C>());
    }
}

impl<F: Future, S> Cell<F, S> {
    /// The typed cell of a header.
    ///
    /// # Safety
    ///
    /// The header is that of a `Cell<F, S>` (invariant 5) that stays alive for `'a` (invariant 1).
    #[inline]
    pub(super) unsafe fn of<'a>(header: NonNull<Header>) -> &'a Self {
        // SAFETY: the caller's promise.
        unsafe { header.cast::<Self>().as_ref() }
    }
}

impl Header {
    #[inline]
    pub(super) fn vtable(&self) -> &'static Vtable {
        self.vtable
    }

    /// The task's number, unique in this process.
    #[inline]
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// The name of the future's type.
    pub(super) fn type_name(&self) -> &'static str {
        (self.vtable.type_name)()
    }

    /// What tells the name of the future's type, also when the task is gone.
    #[inline]
    pub(crate) fn type_teller(&self) -> &'static TypeName {
        &self.vtable.type_name
    }

    pub(crate) fn kind(&self) -> Kind {
        self.vtable.kind
    }

    /// Where the task was spawned.
    #[inline]
    pub(crate) fn spawned_at(&self) -> &'static Location<'static> {
        self.spawned_at
    }

    /// What tells its type and its place to a trace.
    #[inline]
    pub(crate) fn source(&self) -> Source {
        (self.type_teller(), self.spawned_at)
    }

    /// Tells a trace what happens to the task, by `record`, if anybody watches.
    #[inline(always)]
    pub(crate) fn trace(&self, record: impl FnOnce(u64, Source)) {
        if is_watched() {
            self.trace_watched(record);
        }
    }

    // All that the hot path has ready for this is the header. Not `cold`: what is so is made small, and not fast.
    #[inline(never)]
    fn trace_watched(&self, record: impl FnOnce(u64, Source)) {
        record(self.id, self.source());
    }

    /// Whether the task has its outcome.
    pub(crate) fn is_complete(&self) -> bool {
        self.state.load().is_complete()
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("id", &self.id)
            .field("type", &self.type_name())
            .field("spawned_at", &format_args!("{}", self.spawned_at))
            .field("state", &self.state)
            .finish()
    }
}

/// A counted reference to a task of any type.
pub(crate) struct TaskRef(NonNull<Header>);

// SAFETY: what a reference gives access to (the state word and constants) may be used from any thread. The
// future is reached through the token alone, and freed memory holds no future any more.
unsafe impl Send for TaskRef {}
// SAFETY: as above.
unsafe impl Sync for TaskRef {}

impl TaskRef {
    /// Takes over a reference.
    ///
    /// # Safety
    ///
    /// The caller owns a reference to the header's cell, and gives it to the result.
    #[inline]
    pub(super) unsafe fn from_header(header: NonNull<Header>) -> Self {
        Self(header)
    }

    /// For tests, which make wakers of it.
    #[cfg(test)]
    pub(super) fn as_ptr(&self) -> NonNull<Header> {
        self.0
    }

    #[inline]
    pub(crate) fn header(&self) -> &Header {
        // SAFETY: invariant 1, by our own reference.
        unsafe { self.0.as_ref() }
    }

    /// Asks for the end of the task: its future is dropped instead of polled the next time.
    pub(crate) fn abort(&self) {
        if self.header().state.abort() {
            // SAFETY: the transition gave us the token.
            unsafe { poll::schedule_header(self.0) };
        }
    }
}

impl Clone for TaskRef {
    #[inline]
    fn clone(&self) -> Self {
        self.header().state.add_reference();
        Self(self.0)
    }
}

impl Drop for TaskRef {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: we own the reference that is given up here.
        unsafe { drop_reference(self.0) };
    }
}

/// Gives a reference up, and frees the cell if it was the last.
///
/// # Safety
///
/// The caller owns the reference, and does not use the cell afterwards.
#[inline]
pub(super) unsafe fn drop_reference(header: NonNull<Header>) {
    // SAFETY: invariant 1: the reference still counts.
    let this = unsafe { header.as_ref() };
    let vtable = this.vtable;
    if this.state.drop_reference() {
        // SAFETY: it was the last one, so the task is complete (it owns one until then) and its outcome was
        // taken or dropped before the reference that came with the right to it (invariant 3).
        unsafe { (vtable.free)(header) };
    }
}

impl fmt::Debug for TaskRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.header().fmt(f)
    }
}
