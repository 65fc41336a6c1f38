//! One context of a tree: how it ends, and how it leaves.
//!
//! Children point to their parent and keep it alive; a parent knows its children by weak pointers, so that a child which nobody
//! has any more is gone. What must hold is that no child survives its parent's end, whenever it is made; that a
//! wait is not missed; and that neither a wide nor a deep tree is a trouble.
//!
//! # The sides
//!
//! *End* (a cancel, or a deadline that is over):
//!
//! 1. lock the node; if it has ended already, unlock and leave it; else write why, put the table of children aside, unlock;
//! 2. do the same with every child that is still there, and with theirs, by a list and not by recursion. One whose
//!    deadline is over ended by that, though nobody had noticed. One that has ended already is gone through too, as long
//!    as it has its table;
//! 3. then, node by node, drop the table and wake those who wait. So whoever is woken finds all below ended as well.
//!
//! *Birth* of a child:
//!
//! 1. lock the parent; if it has ended, unlock: the child is born ended, and stands alone;
//! 2. else enter it into the table, unlock.
//!
//! *Wait*: under the node's lock, look whether it has ended, and queue if not.
//!
//! *Leave* (the last handle of a child is dropped):
//!
//! 1. lock the parent, vacate the place, unlock;
//! 2. drop the parent's handle. If that was the last, the parent leaves its own parent in the same loop.
//!
//! # The races
//!
//! - *Birth against end.* Both lock the parent. If the birth is first, the end finds the child in the table that it takes. Else
//!   the birth sees the end.
//! - *Wait against end.* Both lock the node. If the wait is first, step 3 of the end finds it in the list: the list is
//!   read after the end was written, under the same lock. Else the wait sees the end.
//! - *Leave against end.* If the end has taken the table, there is nothing to vacate: a parent that has ended gets no new
//!   children, so the table stays empty and a place in it means nothing. A weak pointer that the end has in hand
//!   may find its child gone; if it finds it alive, the end has the last handle, and the child leaves when that is dropped.
//! - *End against end.* The first at a node writes why, and that holds for what is below it. One that comes from above does
//!   not wait for it: it finds the table and helps, or there is none, and all that was in it has ended. A second cancel of
//!   the same node does not help, and may return before the first is done.
//!
//! # Invariants
//!
//! 1. `why` is written once, under the lock of `state`. It may be read without: `OnceLock` releases and acquires.
//! 2. Once `why` is written, `children` and `waiting` only lose.
//! 3. At most one lock is held, and no foreign code is run under it: wakers and causes are dropped and woken outside.
//!
//! | field | who reads and writes it |
//! |---|---|
//! | `parent`, `place`, `deadline` | constant; `parent` is taken by the drop |
//! | `why` | see 1 |
//! | `state` | who has the lock |
//!
//! # What was tried and failed
//!
//! - Waking each node's tasks as soon as it has ended: a task that is woken by the parent finds a child of it that goes on.
//! - Leaving a child that has ended, and what is below it, to who ended it: whoever ends the parent meanwhile is done before
//!   all below have ended.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, OnceLock, Weak};

use super::children::Children;
use super::deadline::Deadline;
use super::error::{ContextError, Why};
use crate::util::sync::Mutex;
use crate::util::wait_list::WaitList;
use crate::util::wake_batch::{first_panic, wake_all};

pub(super) struct Node {
    parent: Option<Arc<Node>>,
    /// Where the parent has it.
    place: usize,
    /// The earliest of its own and those above.
    deadline: Deadline,
    why: OnceLock<Why>,
    state: Mutex<State>,
}

pub(super) struct State {
    children: Children,
    /// Those it had when it ended, until all of them have ended.
    ending: Option<Arc<Children>>,
    waiting: WaitList<()>,
}

impl State {
    pub(super) fn waiting(&mut self) -> &mut WaitList<()> {
        &mut self.waiting
    }
}

impl Node {
    /// A context that nobody is above.
    pub(super) fn root(deadline: Deadline) -> Arc<Self> {
        Arc::new(Self::new(None, 0, deadline))
    }

    /// A child, which ends with its parent, and has ended if that has.
    pub(super) fn child(parent: &Arc<Self>, deadline: Deadline) -> Arc<Self> {
        let mut state = parent.state.lock();
        if let Some(why) = parent.why.get() {
            drop(state);
            let orphan = Self::root(deadline);
            orphan.why.get_or_init(|| why.clone());
            return orphan;
        }
        Arc::new_cyclic(|child| {
            let place = state.children.insert(Weak::clone(child));
            Self::new(Some(Arc::clone(parent)), place, deadline)
        })
    }

    fn new(parent: Option<Arc<Self>>, place: usize, deadline: Deadline) -> Self {
        let state = State { children: Children::new(), ending: None, waiting: WaitList::new() };
        Self { parent, place, deadline, why: OnceLock::new(), state: Mutex::new(state) }
    }

    pub(super) fn deadline(&self) -> Deadline {
        self.deadline
    }

    pub(super) fn state(&self) -> &Mutex<State> {
        &self.state
    }

    /// Why it has ended, as far as somebody has noticed.
    #[inline]
    pub(super) fn why(&self) -> Option<&Why> {
        self.why.get()
    }

    /// As [`why`](Self::why), after a look at the clock.
    pub(super) fn why_now(self: &Arc<Self>) -> Option<&Why> {
        if self.why().is_none() && self.deadline.is_over() {
            self.end(Why::is(ContextError::DeadlineExceeded));
        }
        self.why()
    }

    /// As [`end`](Self::end), unless its deadline is over and nobody has noticed.
    pub(super) fn cancel(self: &Arc<Self>, why: Why) -> bool {
        self.why_now().is_none() && self.end(why)
    }

    /// Ends it and all below; says whether this call did. See the module's prose.
    ///
    /// # Panics
    ///
    /// Panics with the first panic of a waker, after all have been woken.
    pub(super) fn end(self: &Arc<Self>, why: Why) -> bool {
        let (is_first, below) = self.mark(why);
        if !is_first {
            return false;
        }
        let mut ended = vec![Arc::clone(self)];
        let mut tables: Vec<_> = below.into_iter().collect();
        while let Some((why, children)) = tables.pop() {
            for child in children.iter().filter_map(Weak::upgrade) {
                let (is_first, below) = child.mark(child.why_below(&why));
                tables.extend(below);
                if is_first {
                    ended.push(child);
                }
            }
        }
        let mut result = Ok(());
        for node in ended {
            let next = |state: &mut State| {
                state.ending = None;
                state.waiting.pop_front()
            };
            let wake = AssertUnwindSafe(|| wake_all(&node.state, next));
            result = first_panic(result, panic::catch_unwind(wake));
        }
        match result {
            Ok(()) => true,
            Err(payload) => panic::resume_unwind(payload),
        }
    }

    /// Writes why it ends; says whether it had not ended before. With why it did end, those of its children that may not
    /// have ended yet.
    fn mark(&self, why: Why) -> (bool, Option<(Why, Arc<Children>)>) {
        let mut state = self.state.lock();
        let refused = self.why.set(why);
        if refused.is_ok() {
            state.ending = state.children.take();
        }
        let below = state.ending.clone();
        drop(state);
        (refused.is_ok(), self.why().cloned().zip(below))
    }

    /// Why it ends if its parent ends with `why`.
    fn why_below(&self, why: &Why) -> Why {
        match self.deadline.is_over() {
            true => Why::is(ContextError::DeadlineExceeded),
            false => why.clone(),
        }
    }

    /// Leaves the parent, whose handle is to be dropped without recursion.
    fn leave(&mut self) -> Option<Arc<Self>> {
        let parent = self.parent.take()?;
        let myself = parent.state.lock().children.remove(self.place);
        drop(myself);
        Some(parent)
    }

    #[cfg(test)]
    pub(super) fn places(&self) -> usize {
        self.state.lock().children.places()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let mut parent = self.leave();
        while let Some(mut node) = parent.and_then(Arc::into_inner) {
            parent = node.leave();
        }
    }
}

// What a panic interrupts leaves no node in the middle of a change, and a cause is never changed.
impl panic::UnwindSafe for Node {}

impl panic::RefUnwindSafe for Node {}

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node")
            .field("why", &self.why)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
