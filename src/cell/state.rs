//! The state word of a task: every right over a cell is granted by one bit in here.
//!
//! # The problem
//!
//! A task is polled by workers, woken from anywhere, aborted and joined by other tasks, and freed by
//! whoever happens to be last. All of them meet in one atomic word. If two threads polled a future at
//! once, or one dropped it while another polled, the crate would be unsound; if a wake were swallowed
//! while a poll ends, the task would sleep for ever.
//!
//! # The layout
//!
//! ```text
//!  63            24 23        15 14   14 13       8     7        6         5           4          3        2      1      0
//! +----------------+-----------+-------+----------+--------+--------+----------+-------------+---------+--------+----+--------+
//! | references: 40 |generation:| TIMED | reason:  |ABORTED |PANICKED|JOIN_WAKER|JOIN_INTEREST|CANCELLED|COMPLETE|HELD|NOTIFIED|
//! |                |     9     |       |    6     |        |        |          |             |         |        |    |        |
//! +----------------+-----------+-------+----------+--------+--------+----------+-------------+---------+--------+----+--------+
//! ```
//!
//! | bit | set by, when | cleared by, when | what it grants |
//! |---|---|---|---|
//! | `NOTIFIED` | whoever wakes or aborts | the holder, as a poll begins | nothing; "poll again" |
//! | `HELD` | whoever finds it clear while waking or aborting; set from birth | the holder, when a poll ends in `Pending` and nobody woke; never after completion | **the right to run**: to its holder alone belong the future, the scheduler's handle and the set's links |
//! | `COMPLETE` | the holder, when the outcome stands in the stage | never | the outcome now belongs to the join handle (if there is interest), the joiner's waker to the completer (if `JOIN_WAKER`) |
//! | `CANCELLED` | abort, shutdown | never | nothing; "drop the future instead of polling it" |
//! | `JOIN_INTEREST` | birth | the join handle, as it is dropped before completion | nobody but the handle may take the outcome |
//! | `JOIN_WAKER` | the join handle, after it wrote the waker | the join handle, before it touches the waker again; never after `COMPLETE` | clear: the handle may write the waker's slot; set: the slot is constant, and the completer may take it once `COMPLETE` is set |
//! | `PANICKED` | the completer, with `COMPLETE` | never | says that the stage holds a panic's payload |
//! | `ABORTED` | the completer, with `COMPLETE` | never | says that the stage is empty: the task was cancelled |
//! | generation | birth | never | nothing; when the task was spawned, see `generation` |
//! | reason, `TIMED` | the holder, as it gives `HELD` up | the holder, as a poll begins | nothing; what the task waits for, see below |
//!
//! # The right to run
//!
//! `HELD` is one token per task that is passed from hand to hand: it is born in a queue, goes from the
//! queue to a worker, and after a poll either back to a queue, or (the bit is cleared) to nobody, when
//! the task is idle and only its worker's set knows it. Whoever then sets the bit has the token and must
//! put the task into a queue. After completion the bit stays set for ever, so a late wake finds it held
//! and does nothing: a wake is one `fetch_or`, whatever state the task is in. A queue's entry is the
//! token, so it needs no reference of its own.
//!
//! # No wake is lost
//!
//! A wake sets `NOTIFIED | HELD` in one operation. The holder clears `NOTIFIED` *before* it polls, and
//! gives `HELD` up in a compare-exchange that fails if `NOTIFIED` came back. So a wake is either before
//! the clearing (the poll that follows sees what the waker did), or between the clearing and the
//! compare-exchange (which fails, and the task is queued again), or after it (the waker gets the token).
//!
//! A wake must write even when `NOTIFIED` is already set. If it only looked, nothing would order what the
//! waker did before against the poll that follows: the clearing could read a value from before the look.
//!
//! # Why it waits
//!
//! The bits from 8 to 14 say what the last poll left (`coop::reason`). They are for who looks at tasks, and grant nothing: no
//! transition reads them. They cost no operation, since `begin_poll` clears them with `NOTIFIED`, and `end_poll` writes them in the exchange
//! that gives `HELD` up; the holder alone writes them, as long as it has the token. So while a task is idle they are what its last poll left;
//! after a wake, until the next poll begins, they still are, which tells what a task that is runnable has waited for; and during a poll, and
//! behind one that ended in a queue, they are zero. A look orders nothing, so it may see them a little late, but always with the
//! other bits of the same moment.
//!
//! *Rejected*: to write them also where the task goes back to a queue, which would be an operation more for each yield.
//!
//! # References
//!
//! One reference belongs to the task itself until it is complete, one to the join handle, one to each
//! waker and abort handle. As the word only grows references from existing ones, a holder of the task's
//! own reference that reads `1` knows that it is alone.
//!
//! An idle task (without `HELD`) with no other references than its own and the join handle's can never be woken: a waker comes
//! from the task's own poll, which nobody can bring about, or from another waker. The join handle can abort it. That stays so once
//! it is seen.
//!
//! # Orderings
//!
//! | operation | strength | meets |
//! |---|---|---|
//! | set `NOTIFIED` (wake, abort) | AcqRel | Release: with `begin_poll`'s Acquire, so that the poll sees what the waker did. Acquire: with `end_poll`'s Release, so that who gets the token sees all that the last poll wrote |
//! | `begin_poll` | Acquire | the Release of every wake and abort before it |
//! | `end_poll` giving `HELD` up | Release | with the Acquire of the next wake |
//! | `end_poll` finding `CANCELLED` | Acquire fence | the Release of the abort: the drop of the future sees what the aborter did |
//! | `complete` | AcqRel | Release: the outcome, with the Acquire load of the join handle. Acquire: the joiner's waker, with `publish_join_waker`'s Release |
//! | `publish_join_waker` | Release | the waker's slot, with `complete`'s Acquire |
//! | `retract_join_waker` | Relaxed | nothing: only the handle wrote the slot |
//! | `detach` | Release | the handle's last use of the waker's slot, with the Acquire of who drops the last reference or finds itself alone |
//! | `load` | Acquire | with `complete`'s Release: the handle looks by it before it touches the outcome, so the transitions that fail for `COMPLETE` need none |
//! | `is_unique` | Acquire | with the Release of every reference that was dropped |
//! | adding a reference | Relaxed | the new one comes from an existing one |
//! | dropping a reference | Release, and an Acquire fence by the last | every use of the cell happens before it is freed |
//!
//! # Rejected
//!
//! - *A bit `RUNNING` beside `NOTIFIED`, and a reference per queue entry*: each wake then moves a
//!   reference, and a task that yields pays an operation more per round.
//! - *Compare-exchange loops for waking*: a `fetch_or` cannot fail, and the state after it is right for
//!   a complete task too.

use std::fmt;

use super::generation;
use crate::coop::Why;
use crate::util::sync::{AtomicU64, fence};
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

const NOTIFIED: u64 = 1 << 0;
const HELD: u64 = 1 << 1;
const COMPLETE: u64 = 1 << 2;
const CANCELLED: u64 = 1 << 3;
const JOIN_INTEREST: u64 = 1 << 4;
const JOIN_WAKER: u64 = 1 << 5;
const PANICKED: u64 = 1 << 6;
const ABORTED: u64 = 1 << 7;

/// Where the bits of a [`Why`] begin.
const WHY_SHIFT: u32 = 8;
const WHY: u64 = ((1 << Why::BITS) - 1) << WHY_SHIFT;

/// Where the number of the generation begins.
pub(super) const GENERATION_SHIFT: u32 = WHY_SHIFT + Why::BITS;
const GENERATION: u64 = (generation::LAST as u64) << GENERATION_SHIFT;

const REFERENCE: u64 = 1 << 24;
const _: () = assert!(GENERATION < REFERENCE, "the generation overlaps the count");

/// So many references cannot come from anything but a leak in a loop; the count would soon overflow.
const TOO_MANY: u64 = 1 << 62;

/// The task's own reference and the join handle's, and the token in the hands of who spawns.
const BORN: u64 = NOTIFIED | HELD | JOIN_INTEREST | (2 * REFERENCE);

/// The word of one task. See the module's prose for who may do what.
pub(super) struct State(AtomicU64);

/// A readable copy of the word as it was at one moment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Snapshot(u64);

/// What a completed task left in its stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The future's output.
    Output,
    /// The payload of a panic.
    Panicked,
    /// Nothing: the future was dropped before it was done.
    Aborted,
}

/// What the holder of the token must do when it gets hold of the task.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Begin {
    /// Poll the future.
    Poll,
    /// Drop the future: the task was cancelled.
    Cancel,
}

/// What the holder of the token must do after a poll that returned `Pending`.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum End {
    /// Nothing: the token is given up, and the cell may be gone already.
    Idle,
    /// Queue the task: it was woken during the poll, and the token is still here.
    Again,
    /// Drop the future: the task was cancelled during the poll, and the token is still here.
    Cancel,
}

/// What a waker that gives up its own reference must do.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Wake {
    /// Nothing.
    Done,
    /// Queue the task: the token is here now. It keeps the cell alive.
    Queue,
    /// Free the cell: that was the last reference to a complete task.
    Free,
}

/// What the completer must do once the outcome is published.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Completed {
    /// Nobody will ask: drop the outcome, then the task's own reference.
    Unwanted,
    /// Take the joiner's waker and wake it, then drop the task's own reference.
    WakeJoiner,
    /// Nothing: the task's own reference went with the publishing, and others remain.
    Published,
}

/// What a join handle that is dropped must do.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub(super) enum Detach {
    /// Nothing: interest and reference are gone together.
    Done,
    /// Drop the waker in the slot, then the reference.
    DropWaker,
    /// The task is complete: drop the outcome if it was not taken, then the reference.
    DropOutcome,
}

impl State {
    #[inline]
    pub(super) fn new() -> Self {
        Self(AtomicU64::new(BORN | generation::bits_of_newest()))
    }

    /// The word as it is now; what was published with it may be read.
    #[inline]
    pub(super) fn load(&self) -> Snapshot {
        Snapshot(self.0.load(Acquire))
    }

    /// The holder begins a poll.
    #[inline]
    pub(super) fn begin_poll(&self) -> Begin {
        let before = Snapshot(self.0.fetch_and(!(NOTIFIED | WHY), Acquire));
        debug_assert!(
            before.is_held() && !before.is_complete(),
            "poll without the right: {before:?}"
        );
        if before.is_cancelled() { Begin::Cancel } else { Begin::Poll }
    }

    /// Whether the holder already knows that [`end_poll`](Self::end_poll) will not give the token up.
    #[inline]
    pub(super) fn was_woken(&self) -> bool {
        self.0.load(Relaxed) & NOTIFIED != 0
    }

    /// The holder's poll returned `Pending`, for the reason that its leaves left.
    #[inline]
    pub(super) fn end_poll(&self, why: Why) -> End {
        let why = u64::from(why.bits()) << WHY_SHIFT;
        let mut now = self.0.load(Relaxed);
        loop {
            debug_assert!(Snapshot(now).is_held(), "end of a poll without the right");
            if now & CANCELLED != 0 {
                fence(Acquire);
                return End::Cancel;
            }
            if now & NOTIFIED != 0 {
                return End::Again;
            }
            debug_assert!(now & WHY == 0, "somebody else wrote why the task waits");
            // Past this write the cell belongs to others and may be freed.
            match self.0.compare_exchange_weak(now, now & !HELD | why, Release, Relaxed) {
                Ok(_) => return End::Idle,
                Err(actual) => now = actual,
            }
        }
    }

    /// Wakes the task; true if the caller got the token and must queue the task.
    #[inline]
    #[must_use]
    pub(super) fn wake_by_ref(&self) -> bool {
        self.0.fetch_or(NOTIFIED | HELD, AcqRel) & HELD == 0
    }

    /// Wakes the task and gives up the waker's reference.
    #[inline]
    pub(super) fn wake_by_value(&self) -> Wake {
        let mut now = self.0.load(Relaxed);
        loop {
            debug_assert!(now >= REFERENCE, "a waker without a reference");
            let next = (now | NOTIFIED | HELD) - REFERENCE;
            match self.0.compare_exchange_weak(now, next, AcqRel, Relaxed) {
                Ok(_) if now & HELD == 0 => return Wake::Queue,
                Ok(_) if next < REFERENCE => return Wake::Free,
                Ok(_) => return Wake::Done,
                Err(actual) => now = actual,
            }
        }
    }

    /// Asks for the task's end; true if the caller got the token and must queue the task.
    #[must_use]
    pub(super) fn abort(&self) -> bool {
        self.0.fetch_or(CANCELLED | NOTIFIED | HELD, AcqRel) & HELD == 0
    }

    /// The holder put the outcome into the stage.
    #[inline]
    pub(super) fn complete(&self, outcome: Outcome) -> Completed {
        let mut now = self.0.load(Relaxed);
        loop {
            debug_assert!(now & HELD != 0 && now & COMPLETE == 0, "completed without the right");
            let keep = now & JOIN_INTEREST == 0 || now & JOIN_WAKER != 0;
            let next = (now | COMPLETE | outcome.bits()) - if keep { 0 } else { REFERENCE };
            match self.0.compare_exchange_weak(now, next, AcqRel, Relaxed) {
                Ok(_) if now & JOIN_INTEREST == 0 => return Completed::Unwanted,
                Ok(_) if now & JOIN_WAKER != 0 => return Completed::WakeJoiner,
                Ok(_) => return Completed::Published,
                Err(actual) => now = actual,
            }
        }
    }

    /// Whether the holder is the only one that knows the cell (a join handle would count): nothing needs to be
    /// published then.
    #[inline]
    pub(super) fn is_unique(&self) -> bool {
        self.0.load(Acquire) / REFERENCE == 1
    }

    /// The join handle wrote the waker's slot; false if the task is complete meanwhile.
    #[must_use]
    pub(super) fn publish_join_waker(&self) -> bool {
        self.change_join_waker(|now| now | JOIN_WAKER, Release)
    }

    /// The join handle wants the waker's slot back; false if the task is complete meanwhile.
    #[must_use]
    pub(super) fn retract_join_waker(&self) -> bool {
        self.change_join_waker(|now| now & !JOIN_WAKER, Relaxed)
    }

    fn change_join_waker(
        &self,
        change: impl Fn(u64) -> u64,
        success: std::sync::atomic::Ordering,
    ) -> bool {
        let mut now = self.0.load(Relaxed);
        loop {
            if now & COMPLETE != 0 {
                return false;
            }
            match self.0.compare_exchange_weak(now, change(now), success, Relaxed) {
                Ok(_) => return true,
                Err(actual) => now = actual,
            }
        }
    }

    /// The join handle goes away.
    #[inline]
    pub(super) fn detach(&self) -> Detach {
        let mut now = self.0.load(Relaxed);
        loop {
            debug_assert!(now & JOIN_INTEREST != 0, "detached twice");
            if now & COMPLETE != 0 {
                return Detach::DropOutcome;
            }
            let waker = now & JOIN_WAKER != 0;
            let next = (now & !(JOIN_INTEREST | JOIN_WAKER)) - if waker { 0 } else { REFERENCE };
            match self.0.compare_exchange_weak(now, next, Release, Relaxed) {
                Ok(_) if waker => return Detach::DropWaker,
                Ok(_) => return Detach::Done,
                Err(actual) => now = actual,
            }
        }
    }

    /// A new waker or abort handle, from an existing reference.
    #[inline]
    pub(super) fn add_reference(&self) {
        let before = self.0.fetch_add(REFERENCE, Relaxed);
        if before > TOO_MANY {
            // Unwinding would leave the count wrong, and a wrapped count would free a live cell.
            eprintln!("gosched: a task has more than 2^38 wakers; they must be leaking");
            std::process::abort();
        }
    }

    /// Gives a reference up; true if the caller must free the cell.
    #[inline]
    #[must_use]
    pub(super) fn drop_reference(&self) -> bool {
        // Alone: nobody is left who could add or drop one meanwhile.
        if self.0.load(Acquire) / REFERENCE == 1 {
            return true;
        }
        let before = self.0.fetch_sub(REFERENCE, Release);
        debug_assert!(before >= REFERENCE, "dropped a reference that was not there");
        if before / REFERENCE != 1 {
            return false;
        }
        fence(Acquire);
        true
    }
}

impl Outcome {
    fn bits(self) -> u64 {
        match self {
            Outcome::Output => 0,
            Outcome::Panicked => PANICKED,
            Outcome::Aborted => ABORTED,
        }
    }
}

impl Snapshot {
    pub(super) fn is_held(self) -> bool {
        self.0 & HELD != 0
    }

    /// Whether it is to be polled, or was woken in the poll that goes on.
    pub(super) fn is_woken(self) -> bool {
        self.0 & NOTIFIED != 0
    }

    pub(super) fn is_complete(self) -> bool {
        self.0 & COMPLETE != 0
    }

    pub(super) fn is_cancelled(self) -> bool {
        self.0 & CANCELLED != 0
    }

    pub(super) fn has_join_waker(self) -> bool {
        self.0 & JOIN_WAKER != 0
    }

    pub(super) fn references(self) -> u64 {
        self.0 / REFERENCE
    }

    /// What an idle task waits for, and one that was woken has waited for.
    pub(super) fn why(self) -> Why {
        Why::from_bits(((self.0 & WHY) >> WHY_SHIFT) as u8)
    }

    /// How many wakers and abort handles there are of a task that is not complete.
    pub(super) fn wakers(self) -> u64 {
        let join = u64::from(self.0 & JOIN_INTEREST != 0);
        self.references().saturating_sub(1 + join)
    }

    /// In which generation the task was spawned.
    pub(super) fn generation(self) -> u16 {
        ((self.0 & GENERATION) >> GENERATION_SHIFT) as u16
    }

    /// What the stage of a complete task holds.
    pub(super) fn outcome(self) -> Outcome {
        debug_assert!(self.is_complete(), "no outcome yet");
        match self.0 & (PANICKED | ABORTED) {
            0 => Outcome::Output,
            PANICKED => Outcome::Panicked,
            _ => Outcome::Aborted,
        }
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMES: [&str; 8] = [
            "NOTIFIED",
            "HELD",
            "COMPLETE",
            "CANCELLED",
            "JOIN_INTEREST",
            "JOIN_WAKER",
            "PANICKED",
            "ABORTED",
        ];
        for (bit, name) in NAMES.iter().enumerate() {
            if self.0 & 1 << bit != 0 {
                write!(f, "{name} ")?;
            }
        }
        let timed = if self.why().is_timed() { " with a timeout" } else { "" };
        write!(f, "{}{timed} references={}", self.why().reason(), self.references())
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.load().fmt(f)
    }
}
