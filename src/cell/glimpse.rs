//! What can be told of a task by who looks at it, and has no right to it.

use std::panic::Location;
use std::ptr::NonNull;

use super::Kind;
use super::annex::{Annex, Name};
use super::raw::{Header, TypeName};
use super::state::Snapshot;
use crate::coop::Why;

/// A task as it was at one moment. Small, since there may be a million: what tells its type and place are never freed.
#[derive(Clone, Debug)]
pub(crate) struct Glimpse {
    pub(crate) id: u64,
    pub(crate) type_name: &'static TypeName,
    pub(crate) spawned_at: &'static Location<'static>,
    pub(crate) name: Option<Name>,
    pub(crate) kind: Kind,
    pub(crate) phase: Phase,
    pub(crate) history: History,
}

/// What the state word tells besides. Nothing of what has no cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct History {
    /// In which generation the task was spawned.
    pub(crate) generation: u16,
    /// How many wakers and abort handles there are, as far as this can count.
    pub(crate) wakers: u16,
}

/// What a task is about to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It waits.
    Idle(Why),
    /// It is to be polled, or was woken in the poll that goes on. What it waited for is told until that poll begins.
    Woken(Why),
    /// It is being polled, or that poll has just ended.
    Held,
}

impl Glimpse {
    /// Copies of the task's cell what is constant, and the state as it is now.
    ///
    /// # Safety
    ///
    /// The pointer is to a whole cell, not to its header alone, and the cell is alive (invariant 1).
    pub(super) unsafe fn of(cell: NonNull<Header>) -> Self {
        // SAFETY: the caller's promise.
        let (header, annex) = unsafe { (cell.as_ref(), Annex::of(cell)) };
        let state = header.state.load();
        Self {
            id: header.id(),
            type_name: header.type_teller(),
            spawned_at: header.spawned_at(),
            name: annex.and_then(Annex::name).cloned(),
            kind: header.kind(),
            phase: Phase::of(state),
            history: History::of(state),
        }
    }
}

impl Glimpse {
    /// Whether nothing can wake the task any more: it waits, and nobody has a waker of it.
    pub(crate) fn is_lost(&self) -> bool {
        matches!(self.phase, Phase::Idle(_)) && self.kind != Kind::Root && self.history.wakers == 0
    }
}

impl History {
    fn of(now: Snapshot) -> Self {
        let wakers = now.wakers().try_into().unwrap_or(u16::MAX);
        Self { generation: now.generation(), wakers }
    }
}

impl Phase {
    fn of(now: Snapshot) -> Self {
        match (now.is_held(), now.is_woken()) {
            (false, _) => Self::Idle(now.why()),
            (true, true) => Self::Woken(now.why()),
            (true, false) => Self::Held,
        }
    }
}
