//! What wakes the future of a `block_on`, and what can be told of it.
//!
//! ```text
//!  63               8    7     6      0
//! +------------------+-------+---------+
//! |      polls       |IN_POLL|   why   |
//! +------------------+-------+---------+
//! ```
//!
//! | part of the word | is | written |
//! |---|---|---|
//! | `polls` | how many polls were begun | by the owner, as one begins |
//! | `IN_POLL` | whether one goes on, or it is over with the future, which may still be dropped | set as a poll begins, cleared as it ends and leaves the future waiting |
//! | `why` | what the last poll left | as that poll ends |
//!
//! # What it is to wait
//!
//! *Who wakes*: 1. sets `rung`; 2. unparks the owner, if it was not set.
//! *Owner*: 1. sees `rung`; 2. writes the word: one poll more, `IN_POLL`; 3. clears `rung`; 4. polls; 5. if the future waits, writes the
//! word: the same number, and why.
//! *Who looks* ([`Bell::standing`]): 1. reads `rung`; if it is set, the future does not wait; 2. reads the word; if it has `IN_POLL`,
//! neither; 3. else it waited, and `polls` is the number of polls so far.
//!
//! Two looks that give the same number say that the future waited *all the time* between the second step of the one and the first step of
//! the other. A poll that began in between would have written a higher number in step 2, before it cleared `rung`: who reads in the
//! second look that `rung` is clear, reads the word of that poll or a later one. And a ring to which the owner has not come, since it
//! stood still, leaves `rung` set.
//!
//! That is why the number stands in one word with the state, and `rung` is read first. *Rejected*: the number in a word of its own, read last:
//! a poll that begins between the two reads is counted in the first look already, and is over, unseen, by the second. `rung`, read
//! last: a ring that was set between the looks may be cleared between the second look's two reads.
//!
//! # Orderings
//!
//! | Acquire | meets |
//! |---|---|
//! | `rung`, in a look | the AcqRel swap that clears it, behind the word of its poll |
//! | the word, in a look | the Release at the end of the poll: what it did, such as to ring another bell, is seen by a look that comes after |
//! | the swap of the owner | the swap of who rings: the poll sees what was done before, the verdict too |

use std::ptr;
use std::sync::{Arc, OnceLock};
use std::task::Wake;

use crate::cell::{Glimpse, History, Kind, Phase};
use crate::coop::Why;
use crate::driver::Parker;
use crate::scheduler::cpu_clock;
use crate::scheduler::diary::Subject;
use crate::trace;
use crate::util::sync::{AtomicBool, AtomicU64};
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

/// The future is being polled, or done with.
const IN_POLL: u64 = 1 << 7;
const WHY: u64 = IN_POLL - 1;
const POLL: u64 = 1 << 8;
const _: () = assert!(Why::BITS < 8, "what a poll leaves is not told from a poll");

/// See the module's prose.
///
/// | field | read | written |
/// |---|---|---|
/// | `rung` | anyone | set by who wakes, cleared by the owner |
/// | `word` | anyone | the owner |
/// | `parker`, `subject`, `thread` | anyone | never |
/// | `verdict` | the owner | the monitor, once, before it rings |
pub(in crate::scheduler) struct Bell {
    /// Whether it rang since the last poll.
    rung: AtomicBool,
    word: AtomicU64,
    pub(super) parker: Arc<Parker>,
    pub(super) subject: Subject,
    /// The number of the thread, where the system tells.
    thread: Option<u32>,
    /// Why the future will never be woken.
    verdict: OnceLock<Arc<str>>,
}

/// A future that waits: how often it was polled, and the number of its thread.
pub(super) type Stand = (u64, Option<u32>);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.ring();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.ring();
    }
}

impl Bell {
    /// For a future of this thread that is to be polled.
    pub(in crate::scheduler) fn new(parker: Arc<Parker>, subject: Subject) -> Self {
        Self {
            rung: AtomicBool::new(true),
            word: AtomicU64::new(IN_POLL),
            parker,
            subject,
            thread: cpu_clock::current_thread(),
            verdict: OnceLock::new(),
        }
    }

    pub(in crate::scheduler) fn ring(&self) {
        // Only the first ring after a poll needs to unpark: the token stays until it is taken.
        if !self.rung.swap(true, AcqRel) {
            trace::wake_root(self.number());
            self.parker.unpark();
        }
    }

    /// What tells it from others in a trace: its address.
    #[inline]
    pub(super) fn number(&self) -> usize {
        ptr::from_ref(self).addr()
    }

    /// Whether it rang since the last poll. For the owner.
    #[inline]
    pub(in crate::scheduler) fn is_rung(&self) -> bool {
        self.rung.load(Relaxed)
    }

    /// The owner polls the future, unless it will never be woken.
    ///
    /// # Panics
    ///
    /// If that was found.
    pub(in crate::scheduler) fn begin_poll(&self) {
        let polls = self.word.load(Relaxed) & !(POLL - 1);
        self.word.store(polls.wrapping_add(POLL) | IN_POLL, Relaxed);
        // The ring that comes after counts for the next poll.
        self.rung.swap(false, AcqRel);
        if let Some(verdict) = self.verdict.get() {
            panic!("{verdict}");
        }
    }

    /// The owner has polled the future, which waits.
    pub(in crate::scheduler) fn end_poll(&self, why: Why) {
        let polls = self.word.load(Relaxed) & !(POLL - 1);
        self.word.store(polls | u64::from(why.bits()), Release);
    }

    /// Has the owner panic with this text.
    pub(super) fn fail(&self, verdict: Arc<str>) {
        // Once is enough.
        let _ = self.verdict.set(verdict);
        self.ring();
    }

    /// How it stands, if it waits.
    pub(super) fn standing(&self) -> Option<Stand> {
        if self.rung.load(Acquire) {
            return None;
        }
        let word = self.word.load(Acquire);
        (word & IN_POLL == 0).then_some((word / POLL, self.thread))
    }

    /// What the last poll left.
    pub(super) fn why(&self) -> Why {
        Why::from_bits((self.word.load(Acquire) & WHY) as u8)
    }

    pub(super) fn glimpse(&self) -> Glimpse {
        let word = self.word.load(Relaxed);
        let why = Why::from_bits((word & WHY) as u8);
        let phase = match word & IN_POLL != 0 {
            true => Phase::Held,
            false if self.is_rung() => Phase::Woken(why),
            false => Phase::Idle(why),
        };
        let Subject { task, type_name, place } = self.subject;
        Glimpse {
            id: task,
            type_name,
            spawned_at: place,
            name: None,
            kind: Kind::Root,
            phase,
            history: History::default(),
        }
    }
}
