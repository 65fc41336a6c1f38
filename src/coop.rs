//! The budget: how many leaf operations a task may complete in one poll before it must yield.
//!
//! A future whose leaves are always ready (a channel that is never empty, a socket under a flood)
//! never returns `Pending` by itself, and so would keep its worker for ever. Every leaf operation of
//! this crate therefore takes one unit of a budget before it completes; when none is left it wakes
//! its own task and returns `Pending`, and the task goes behind the others. The budget is refilled
//! when a poll begins.
//!
//! A leaf that took a unit and then found that it has to wait gives the unit back: only completed
//! operations count, so a `select!` over many idle branches does not eat the budget of the one that
//! makes progress.
//!
//! A poll that takes long without many operations is ended in the same way: the monitor flags it by its number
//! ([`Polls`]), and then its next leaf yields as if the budget were spent.
//!
//! # Who does not yield
//!
//! To return `Pending` ends a poll only if everybody on the way up returns too. A foreign `block_on` inside the poll does
//! not: it polls the leaf again at once, and would do so for ever. So a leaf that was refused [`PATIENCE`] times in one poll
//! gets a new budget, and the flag is taken back. A poll of ours that meets as many leaves after its budget is spent, as a
//! large join may, does a little more work for that.
//!
//! # Who stands behind
//!
//! One task may wait for many things at once, and what combines them may poll them in the same order each time: `join_all`
//! and `futures::join!` do, and so does `FuturesUnordered`, where those that were refused queue again in the order of their
//! refusal. If the first branch spends the budget in every poll, those behind it find none left, poll after poll. So a leaf that
//! asks when another was refused in the same poll already is let through about every [`ODDS`]th time: a branch that always
//! stands behind gets its turn after some polls, and the poll ends soon nevertheless.
//!
//! - *Why by chance*: a count would be in step with the order of the branches, so that one of them is always let through.
//! - *Why not the first that is refused*: it would be let through in each round of a poll that should end.
//! - *A part of the budget for each branch*: a leaf knows no branches, only its waker, which `join!` shares among them.
//! - *Operations that complete once need no unit* (so it is with sleeps that have waited, which are never late for this): a
//!   received value and a lock can be had again and again.
//!
//! # What a poll has done
//!
//! Two things that a leaf does are kept here until the poll ends, since what a later one does depends on them: that a permit was handed on (see
//! `sync::permits::convoy`), and the following.
//!
//! # What is told on credit
//!
//! That a socket is ready, is no operation yet. So where no unit is left this may be told nevertheless, once in a poll, and
//! what is then tried is refused in its place: see `driver::io::credit`. Here is only kept that it was done in this poll.
//!
//! # Whose it is
//!
//! The budget belongs to the thread, as a plain cell: it is set by whoever begins a poll (a worker
//! for a task, `block_on` for its future) and read by leaves in that same poll. Outside any poll of
//! this runtime it is unlimited, so that our leaves run unchanged on foreign executors.
//!
//! What the leaves of a poll leave behind of why they wait is the thread's likewise: see `reason`.
//!
//! The idea of an automatic budget in leaf operations is Tokio's.

mod reason;

use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::task::{Context, Poll};

use crate::util::rng::Rng;
use crate::util::scoped::{self, Scoped};
use crate::util::sync::AtomicU64;
pub use reason::WaitReason;
#[cfg(any(feature = "sync", feature = "time"))]
pub(crate) use reason::aside;
#[cfg(any(feature = "net", feature = "sync"))]
pub(crate) use reason::waiting_for;
#[cfg(feature = "time")]
pub(crate) use reason::watched;
pub(crate) use reason::{Why, left, waits};

/// Leaf operations that a task may complete in one poll.
pub(crate) const UNITS: u8 = 128;

/// What a thread that polls nothing of ours has, and a future inside `task::unconstrained`.
const UNLIMITED: u32 = u32::MAX;

/// The part of the cell that counts the units left.
const LEFT: u32 = 0xFF;

/// In this poll something was told on credit.
const CREDIT: u32 = LEFT + 1;

/// In this poll a permit was handed on to a task that waited for it.
const HANDED_ON: u32 = CREDIT << 1;

/// One refusal; they are counted above the rest.
const REFUSAL: u32 = HANDED_ON << 1;

/// So many refusals in one poll show that it does not end by them.
const PATIENCE: u32 = 200;

/// Of so many leaves that ask behind one that was refused, about one is let through.
const ODDS: usize = 16;

thread_local! {
    /// Units left, how often a leaf was refused in this poll, whether one had credit and whether one handed a permit on; or
    /// [`UNLIMITED`].
    static BUDGET: Cell<u32> = const { Cell::new(UNLIMITED) };
    /// Who counts the polls of this thread, and may flag the present one.
    static POLLS: Scoped<Polls> = const { Scoped::new() };
    /// Decides who is let through behind a leaf that was refused. Its numbers come by chance, and are the same each time.
    static CHANCE: Rng = const { Rng::new(0) };
}

/// The polls of one thread by number, and which of them was flagged, as one that goes on for too long.
///
/// The flag is the number of a poll, so it need not be taken back: the next poll has another number. The thread alone
/// counts and anyone may flag. A flag orders nothing, so its accesses are relaxed: one that is seen late, or meets the
/// poll behind the one that it was meant for, lets a leaf yield a little later or once in vain. The count orders what the
/// thread writes about its polls (`scheduler::diary`): the store of [`begin`](Self::begin) is a Release, which meets the
/// Acquire of [`begun`](Self::begun).
#[derive(Debug)]
pub(crate) struct Polls {
    begun: AtomicU64,
    flagged: AtomicU64,
    /// How many polls were refused a unit since they had none left; written by the thread alone, as the next.
    spent: AtomicU64,
    /// How many were refused one since they were flagged.
    cut_short: AtomicU64,
}

impl Polls {
    pub(crate) fn new() -> Self {
        Self {
            begun: AtomicU64::new(0),
            flagged: AtomicU64::new(u64::MAX),
            spent: AtomicU64::new(0),
            cut_short: AtomicU64::new(0),
        }
    }

    /// The thread begins the poll with this number.
    #[inline]
    pub(crate) fn begin(&self, number: u64) {
        self.begun.store(number, Release);
    }

    /// The number of the poll that was begun last. Sees what the thread wrote before that.
    #[inline]
    pub(crate) fn begun(&self) -> u64 {
        self.begun.load(Acquire)
    }

    /// Makes the next leaf operation of this poll yield.
    pub(crate) fn flag(&self, number: u64) {
        self.flagged.store(number, Relaxed);
    }

    /// Takes a flag back.
    fn unflag(&self) {
        self.flagged.store(u64::MAX, Relaxed);
    }

    /// How many polls had to yield since their budget was spent.
    pub(crate) fn spent(&self) -> u64 {
        self.spent.load(Relaxed)
    }

    /// How many polls had to yield since they took too long.
    pub(crate) fn cut_short(&self) -> u64 {
        self.cut_short.load(Relaxed)
    }

    /// Counts a poll whose leaf was refused a unit, by whether there was one left.
    fn count_refused(&self, had_budget: bool) {
        let count = if had_budget { &self.cut_short } else { &self.spent };
        count.store(count.load(Relaxed).wrapping_add(1), Relaxed); // one thread writes
    }

    #[inline]
    fn is_flagged(&self) -> bool {
        self.flagged.load(Relaxed) == self.begun.load(Relaxed) // its own thread asks
    }
}

/// Runs `f`, whose polls are those that `polls` counts.
pub(crate) fn counted_by<R>(polls: &Polls, f: impl FnOnce() -> R) -> R {
    POLLS.with(|place| place.set(Some(polls), f))
}

/// Runs `f`, whose polls nobody counts, inside a poll.
pub(crate) fn uncounted<R>(f: impl FnOnce() -> R) -> R {
    POLLS.with(|place| place.set(None, || with_unlimited(f)))
}

/// Whether the poll that this thread is in was flagged.
#[inline]
pub(crate) fn is_flagged() -> bool {
    scoped::with(&POLLS, |polls| polls.is_some_and(Polls::is_flagged))
}

/// Restores the budget that stood before it was made.
#[derive(Debug)]
struct Restore(u32);

impl Drop for Restore {
    #[inline]
    fn drop(&mut self) {
        BUDGET.set(self.0);
    }
}

/// Restores what was left in the poll around.
#[derive(Debug)]
struct Resume(Why);

impl Drop for Resume {
    #[inline]
    fn drop(&mut self) {
        reason::resume(self.0);
    }
}

/// Runs one poll, `f`, with a full budget, and with nothing left by any leaf.
#[inline]
pub(crate) fn with_budget<R>(f: impl FnOnce() -> R) -> R {
    let _restore = Restore(BUDGET.replace(u32::from(UNITS)));
    let _resume = Resume(reason::begin());
    f()
}

/// Runs `f` without a budget.
#[inline]
pub(crate) fn with_unlimited<R>(f: impl FnOnce() -> R) -> R {
    let _restore = Restore(BUDGET.replace(UNLIMITED));
    f()
}

/// Whether a leaf operation may still complete in this poll.
///
/// False once the budget is spent, or the poll was found to take too long: the next leaf will return `Pending` then. A
/// future that has work of its own, and is about to begin with another piece of it, can look at this and yield instead. Outside
/// of tasks and `block_on`, and inside [`unconstrained`](crate::task::unconstrained), it is always true.
///
/// # Examples
///
/// ```
/// use runtime::task::coop;
///
/// runtime::block_on(async {
///     assert!(coop::has_budget_remaining());
///     while coop::has_budget_remaining() {
///         coop::consume_budget().await;
///     }
///     runtime::task::yield_now().await;
///     assert!(coop::has_budget_remaining());
/// });
/// ```
#[must_use]
#[inline]
pub fn has_budget_remaining() -> bool {
    match BUDGET.get() {
        UNLIMITED => true,
        budget => budget & LEFT != 0 && !is_flagged(),
    }
}

/// A unit of the budget, taken by an operation that has not completed yet.
///
/// [`poll_proceed`] gives it. An operation that completes calls [`made_progress`](Self::made_progress); one that has to wait
/// just drops this, and the unit goes back to the task. It belongs to the poll it was taken in, so it stays on its thread, and
/// is dropped before that poll returns.
#[derive(Debug)]
#[must_use = "dropping it at once gives the unit back"]
pub struct RestoreOnPending {
    /// The budget as it was before the unit was taken, or [`UNLIMITED`] if there is nothing to restore.
    before: Cell<u32>,
    /// The budget is the thread's.
    not_send: PhantomData<*mut ()>,
}

impl RestoreOnPending {
    fn new(before: u32) -> Self {
        Self { before: Cell::new(before), not_send: PhantomData }
    }

    /// The operation has completed: the unit stays taken.
    #[inline]
    pub fn made_progress(&self) {
        self.before.set(UNLIMITED);
    }
}

impl Drop for RestoreOnPending {
    #[inline]
    fn drop(&mut self) {
        let before = self.before.get();
        if before != UNLIMITED {
            // The unit goes back; that a leaf inside of this one was refused meanwhile is not forgotten (`PATIENCE`).
            BUDGET.set((BUDGET.get() & !LEFT) | (before & LEFT));
        }
    }
}

/// Takes one unit of the budget for an operation, or wakes the task and returns `Pending` if none is left.
///
/// This is for futures of your own that may be ready any number of times without waiting for anything of this crate: an
/// operation on a queue in memory, or on a device that is never busy. All futures of this crate do it by themselves; a future
/// that only combines others should not. [`cooperative`](crate::task::coop::cooperative) wraps a future that is polled to
/// its end in this way, and [`consume_budget`](crate::task::coop::consume_budget) is the same for `async` code.
///
/// Whoever gets `Pending` must return it; the task is polled again after others had their turn, with a new budget. Very
/// rarely a unit is given although none is left: where several branches of one task ask in vain, so that none of them
/// starves behind the others.
///
/// # Examples
///
/// A source of numbers that never waits, and lets others run all the same:
///
/// ```
/// use std::pin::Pin;
/// use std::task::{Context, Poll, ready};
///
/// use futures::{Stream, StreamExt};
/// use runtime::task::coop;
///
/// struct Numbers(u32);
///
/// impl Stream for Numbers {
///     type Item = u32;
///
///     fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<u32>> {
///         let unit = ready!(coop::poll_proceed(cx));
///         self.0 += 1;
///         unit.made_progress();
///         Poll::Ready(Some(self.0))
///     }
/// }
///
/// # runtime::block_on(async {
/// assert_eq!(Numbers(0).take(1_000).count().await, 1_000);
/// # });
/// ```
#[inline]
pub fn poll_proceed(cx: &mut Context<'_>) -> Poll<RestoreOnPending> {
    let before = BUDGET.get();
    if before != UNLIMITED {
        if before & LEFT == 0 || is_flagged() {
            return refuse(cx, before);
        }
        BUDGET.set(before - 1);
    }
    Poll::Ready(RestoreOnPending::new(before))
}

/// [`poll_proceed`] for a leaf operation that is sure to complete.
#[cfg(any(feature = "io-util", feature = "sync"))]
#[inline]
pub(crate) fn poll_complete(cx: &mut Context<'_>) -> Poll<()> {
    poll_proceed(cx).map(|unit| unit.made_progress())
}

/// Whether a leaf may tell something without a unit: where all are spent, and once in a poll.
///
/// Not where the poll was found to take too long: that is for the load of the machine to decide, and what is then refused for the
/// credit is to follow from what the program does.
#[cfg(feature = "net")]
#[inline]
pub(crate) fn take_credit() -> bool {
    let budget = BUDGET.get();
    let grants = budget & (LEFT | CREDIT) == 0;
    if grants {
        BUDGET.set(budget | CREDIT);
    }
    grants
}

/// Whether something was told on credit in this poll.
#[cfg(feature = "net")]
pub(crate) fn is_on_credit() -> bool {
    let budget = BUDGET.get();
    budget != UNLIMITED && budget & CREDIT != 0
}

/// Whether this is a poll with a budget.
#[cfg(feature = "sync")]
pub(crate) fn is_limited() -> bool {
    BUDGET.get() != UNLIMITED
}

/// Notes that a permit was handed on in this poll; false if nothing can be noted, as this is no poll with a budget.
#[cfg(feature = "sync")]
pub(crate) fn note_handed_on() -> bool {
    let budget = BUDGET.get();
    if budget != UNLIMITED {
        BUDGET.set(budget | HANDED_ON);
    }
    budget != UNLIMITED
}

/// Whether a permit was handed on in this poll.
#[cfg(feature = "sync")]
pub(crate) fn has_handed_on() -> bool {
    let budget = BUDGET.get();
    budget != UNLIMITED && budget & HANDED_ON != 0
}

#[cold]
fn refuse(cx: &mut Context<'_>, budget: u32) -> Poll<RestoreOnPending> {
    if budget / REFUSAL >= PATIENCE {
        scoped::with(&POLLS, |polls| polls.into_iter().for_each(Polls::unflag));
        BUDGET.set(u32::from(UNITS));
        return poll_proceed(cx);
    }
    if budget >= REFUSAL && CHANCE.with(|chance| chance.below(ODDS)) == 0 {
        return Poll::Ready(RestoreOnPending::new(UNLIMITED));
    }
    if budget < REFUSAL {
        // Once a poll: its other leaves are refused too.
        let had_budget = budget & LEFT != 0;
        scoped::with(&POLLS, |polls| {
            polls.into_iter().for_each(|polls| polls.count_refused(had_budget));
        });
    }
    BUDGET.set(budget + REFUSAL);
    cx.waker().wake_by_ref();
    Poll::Pending
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::Waker;

    fn take(cx: &mut Context<'_>) -> bool {
        match poll_proceed(cx) {
            Poll::Ready(unit) => {
                unit.made_progress();
                true
            }
            Poll::Pending => false,
        }
    }

    #[test]
    fn a_poll_has_128_units_and_pending_leaves_cost_none() {
        let mut cx = Context::from_waker(Waker::noop());
        with_budget(|| {
            for _ in 0..1_000 {
                drop(poll_proceed(&mut cx)); // a leaf that was pending after all
            }
            let completed = (0..1_000).take_while(|_| take(&mut cx)).count();
            assert_eq!(completed, usize::from(UNITS));
            assert!(!has_budget_remaining());
        });
        assert!(has_budget_remaining(), "outside a poll the budget is unlimited");
    }

    /// How many leaves are refused, and let through, until the budget is a new one.
    fn insist(cx: &mut Context<'_>) -> (u32, u32) {
        let (mut refused, mut passed) = (0, 0);
        while refused < PATIENCE {
            match take(cx) {
                true => passed += 1,
                false => refused += 1,
            }
        }
        (refused, passed)
    }

    #[test]
    fn who_does_not_yield_gets_a_new_budget() {
        let mut cx = Context::from_waker(Waker::noop());
        let polls = Polls::new();
        polls.begin(1);
        counted_by(&polls, || {
            with_budget(|| {
                for _ in 0..3 {
                    let completed = (0..1_000).take_while(|_| take(&mut cx)).count();
                    assert_eq!(completed, usize::from(UNITS));
                    BUDGET.set(0); // forget the refusal
                    insist(&mut cx);
                    polls.flag(1);
                    assert!(!has_budget_remaining());
                    assert!(take(&mut cx) && has_budget_remaining(), "a flag is for ever");
                    BUDGET.set(u32::from(UNITS));
                }
            });
        });
    }

    /// `copy` is such a leaf: the outer one took the last unit, the inner one was refused, and with the unit the outer one gave
    /// back that this had happened. Only the monitor's flag ended it.
    #[test]
    fn a_leaf_inside_of_another_that_does_not_yield_gets_a_new_budget() {
        let mut cx = Context::from_waker(Waker::noop());
        let mut take_inside = || match poll_proceed(&mut cx) {
            Poll::Ready(unit) => {
                let completes = take(&mut cx);
                if completes {
                    unit.made_progress();
                }
                completes
            }
            Poll::Pending => false,
        };
        with_budget(|| {
            BUDGET.set(1);
            let insists = (0..2 * PATIENCE).position(|_| take_inside());
            assert!(insists.is_some(), "it is refused for ever");
        });
    }

    #[test]
    fn the_first_is_always_refused_and_some_behind_it_are_not() {
        let mut cx = Context::from_waker(Waker::noop());
        let mut passed = [0; 7];
        for _ in 0..1_000 {
            with_budget(|| {
                BUDGET.set(0);
                assert!(!take(&mut cx), "a poll must end");
                passed.iter_mut().for_each(|passed| *passed += u32::from(take(&mut cx)));
            });
        }
        assert!(passed.iter().all(|passed| (30..100).contains(passed)), "{passed:?} of 1,000");
    }

    #[test]
    #[cfg(feature = "net")]
    fn credit_is_given_once_in_a_poll_and_only_where_no_unit_is_left() {
        let mut cx = Context::from_waker(Waker::noop());
        assert!(!take_credit() && !is_on_credit(), "outside of a poll nothing runs out");
        for _ in 0..2 {
            with_budget(|| {
                assert!(!take_credit());
                while take(&mut cx) {}
                assert!(!is_on_credit() && take_credit() && is_on_credit());
                assert!(!take_credit());
                with_unlimited(|| assert!(!is_on_credit()));
                with_budget(|| assert!(!is_on_credit(), "a poll inside of this one has its own"));
                let _ = (take(&mut cx), take(&mut cx));
                assert!(is_on_credit(), "a leaf was refused, and the credit is forgotten");
                insist(&mut cx);
                assert!(!is_on_credit(), "a new budget is as a new poll");
            });
        }
    }

    #[test]
    fn unconstrained_neither_sees_nor_spends_the_budget() {
        let mut cx = Context::from_waker(Waker::noop());
        with_budget(|| {
            while take(&mut cx) {}
            with_unlimited(|| assert!(take(&mut cx)));
            assert!(!take(&mut cx), "the outer budget is as it was");
        });
    }
}
