//! The writer of a thread, held so that an event costs no more than the stores of its own.
//!
//! The problem: a `RefCell` would have to be marked before each event and cleared after it. Those two stores are as many as half of an
//! event, and what a poll does next to the task's state word waits for all of them. So beside the cell that has the writer stand two
//! pointers to what it writes to, while nobody else has it in hand.
//!
//! # Invariants
//!
//! 1. **Open**: `open` is none, or points to the ring and the chunk of the writer in `writer`, which owns a share of both. It is
//!    none from before the writer is lent until after it was given back ([`Pen::lend`]), the one way to change or drop it.
//! 2. **In passing**: who has read `open` calls no code but its own before it is done with it ([`Pen::write`]), and a pen
//!    does not leave its thread. So nobody lends the writer meanwhile.
//!
//! Who comes while the writer is lent, such as an allocator that records, finds the pen closed, and then the cell taken: its event is
//! lost. A loan that unwinds leaves the pen closed until the next.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use super::event::{Kind, Source, Stamp};
use super::ring::{Chunk, Ring, Writer};

/// See the module's prose. It has no destructor, which each access to a thread-local would have to ask for.
pub(super) struct Pen {
    writer: RefCell<ManuallyDrop<Option<Writer>>>,
    open: Cell<Option<Open>>,
}

#[derive(Clone, Copy)]
struct Open {
    ring: NonNull<Ring>,
    chunk: NonNull<Chunk>,
}

impl Pen {
    pub(super) const fn new() -> Self {
        Self { writer: RefCell::new(ManuallyDrop::new(None)), open: Cell::new(None) }
    }

    /// Writes an event, if there is a writer, and has written less than `until`; whether it did. There must be room for all of those.
    #[inline]
    pub(super) fn write(
        &self,
        until: u64,
        kind: Kind,
        stamp: Stamp,
        number: u64,
        source: Option<Source>,
    ) -> bool {
        let Some(Open { ring, chunk }) = self.open.get() else { return false };
        // SAFETY: by invariant 1 the writer keeps both alive, and by invariant 2 it stays until this returns.
        let (ring, chunk) = unsafe { (ring.as_ref(), chunk.as_ref()) };
        let event = ring.count();
        let is_before = event < until;
        if is_before {
            ring.push(event, chunk, kind, stamp, number, source);
        }
        is_before
    }

    /// Lends the writer to `f`, which may put another in its place, unless it is lent already.
    pub(super) fn lend(&self, f: impl FnOnce(&mut Option<Writer>)) {
        if let Ok(mut writer) = self.writer.try_borrow_mut() {
            self.open.set(None);
            f(&mut writer);
            self.open.set(writer.as_ref().map(Open::of));
        }
    }
}

impl Open {
    fn of(writer: &Writer) -> Self {
        Self { ring: NonNull::from(&**writer.ring()), chunk: NonNull::from(&**writer.chunk()) }
    }
}
