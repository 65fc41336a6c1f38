//! A worker's run queue: a bounded ring that its owner fills and empties and anyone may steal from.
//!
//! Nearly every task is queued and run by one worker, so those two steps must cost next to nothing;
//! yet a worker that has nothing to do must be able to take half of another's tasks while that other
//! goes on pushing and popping. Two takers that trust what they read hand one task out twice, and a
//! pusher that trusts an old `head` writes over a task that nobody has taken yet. The idea of the
//! ring is that of Go's `runq`.
//!
//! The queue knows no task, only pointers that a [`Queued`] type gives it, and it wakes nobody: who
//! pushes and then has to wake a worker puts the fence after [`Owner::push`].
//!
//! # Shape
//!
//! ```text
//!            head                    tail
//!              v                       v
//!  [ . | . | . | a | b | c | d | e | f | . | . ]     index i lives in slot i % CAPACITY
//!    gone        oldest ------> newest   free
//! ```
//!
//! `head` and `tail` count the tasks ever taken and ever pushed. They only grow. Tasks are taken at
//! `head`, by the owner and by thieves alike, and added at `tail`, by the owner alone.
//!
//! | field | read by | written by |
//! |---|---|---|
//! | `head` | all | all, only by compare-and-swap from the value that the taker read |
//! | `tail` | all | owner |
//! | `slots[i]`, `head <= i < tail` | all | nobody |
//! | other slots | all, who must not use what they read | owner |
//!
//! # Invariants
//!
//! 1. `head <= tail <= head + CAPACITY` at every moment, and no taker computes with a `tail` older
//!    than its `head`.
//! 2. The slots of `head..tail` hold pointers from [`Queued::into_raw`], each of them once.
//! 3. Whoever moves `head` from `h` to `h + n` owns the tasks `h..h + n`, and nobody else does; the
//!    pointers it read from these slots before the move are the ones that were pushed there.
//! 4. There is one [`Owner`] a ring, and it is used by one thread at a time: it is not `Sync` and
//!    cannot be cloned.
//!
//! # Steps
//!
//! Push (owner):
//! 1. read `tail` (its own), read `head` (Acquire); full if they are `CAPACITY` apart;
//! 2. write the slot at `tail` (Relaxed);
//! 3. store `tail + 1` (Release).
//!
//! Pop (owner):
//! 1. read `tail` (its own), read `head` (Relaxed); empty if they are equal;
//! 2. read the slot at `head` (Relaxed);
//! 3. move `head` on by one (Release); if somebody moved it before, back to 2 with the value found.
//!
//! Steal (thief, who owns another ring):
//! 1. read its own ring's `head` (Acquire): so much room is beyond its own `tail`;
//! 2. read the victim's `head`, then `tail` (both Acquire); empty if they are equal;
//! 3. read the slots of the older half, rounded up (Relaxed), keep the first pointer in hand and
//!    write the rest into its own slots beyond its own `tail`, where nobody looks yet;
//! 4. move the victim's `head` over that half (Release); if somebody moved it before, back to 2:
//!    what was copied is overwritten or stays unpublished;
//! 5. store its own `tail` beyond the copies (Release).
//!
//! # What meets what
//!
//! - **Two takers** (owner and thief, or two thieves) read one `head`. The first to move it wins, and
//!   the other's compare-and-swap fails, since `head` never has the same value twice. So each index
//!   is taken once (invariant 3, first half), and the loser looks again: `None` means that the queue
//!   was empty at one moment, not that a race was lost.
//! - **Push against a slow thief.** The thief has read `head == h` and reads slot `h` late, when index
//!   `h + CAPACITY` may have been pushed there. The owner pushed it only after it saw a `head > h`, so
//!   the thief's move from `h` fails and the pointer it read is never used. Until then it is a number:
//!   a slot's pointer becomes a task only after the move.
//! - **A move that succeeds read the right slots** (invariant 3, second half). Suppose that the thief
//!   moved `h` to `h + n` and had read the pointer of the next lap. The owner wrote that after it read
//!   a `head` that comes from the thief's own move (the first beyond `h`) or from a later one. Each
//!   write of `head` is a read-modify-write, so that read meets the thief's Release, and the owner's
//!   write happened after the thief's read: a read does not see the future. The pointer of a lap
//!   before is excluded by the pair of `tail`.
//! - **Push against push** does not exist (invariant 4). Stealing *into* a ring is a push to it.
//! - **A thief is robbed while it steals.** The third party sees its `tail` as it was, and so none of
//!   the copies. Its room only grows meanwhile.
//! - **Stale ends.** A thief that sleeps between its reads of `head` and `tail` may find them more than
//!   `CAPACITY` apart. It copies nonsense, at most as much as fits into its own ring, and its move fails.
//! - **A look without a taker** ([`Stealer::is_empty`]): if the push of a task happened before the look
//!   (through a pair of fences, say) and nobody has taken the task, the look finds the queue not empty.
//!   The `tail` it reads is beyond the task, and the `head` it reads, however old, is not.
//!
//! # Orderings
//!
//! - `tail`: the Release stores of push (3) and steal (5) meet the Acquire load of steal (2). The thief
//!   sees the slots of `head..tail` and what the tasks themselves hold. The owner's loads of its own
//!   `tail` are Relaxed: nobody else writes it.
//! - `head`, first pair: the Release moves of pop (3) and steal (4) meet the Acquire load of steal (2)
//!   and of a look. Who moved `head` to `h` knew a `tail >= h`; who sees `h` sees such a `tail`. That is
//!   the second half of invariant 1, and the subtraction rests on it.
//! - `head`, second pair: the Release move of steal (4) meets the Acquire loads of push (1) and steal
//!   (1). The thief's reads of the slots are over before the owner writes there.
//! - `tail` in a look is Relaxed: a look reads no slot, and the Acquire load of `head` stands before it.
//! - `head` in pop (1) is Relaxed: pop reads slots that its own thread wrote and compares with its own
//!   `tail`. An old value costs a failed move.
//! - The slots are Relaxed atomics, not plain memory, since a slow thief reads while the owner writes.
//! - Nothing is SeqCst. What a pusher and a parking worker need between them is theirs to fence.
//!
//! # Why 64 bits, and one cache line
//!
//! An index that comes round would break "never the same value twice". In 32 bits it comes round after
//! 4 billion tasks, half a minute of a busy worker: a thief that the system keeps off the processor
//! that long (a throttled group, a debugger) could succeed with a dead pointer. In 64 bits it takes
//! centuries, at the same price on the machines we care for.
//!
//! `head` and `tail` share a line. The owner writes both, each pop and each push, so to part them
//! would spare it nothing; a thief reads both, and pays one miss instead of two. The line is the
//! ring's own, so that no neighbour on the heap is slowed by it.
//!
//! # Rejected
//!
//! - *Two heads packed in one word* (a thief first reserves, then copies, then releases): thieves shut
//!   one another out while one of them copies, and one that is preempted there makes the ring look full
//!   to its owner. Here the copy comes first and may be thrown away, and nobody waits for anybody.
//! - *Chase-Lev* (owner at the newest end): the owner would run its newest task first and could starve
//!   the oldest; a batch cannot be claimed by one move of `top`, since the owner takes from the other
//!   end without one; and each pop needs a full fence. The LIFO slot gives the locality without these.
//! - *A queue with many producers*: a turn number per slot, one claim per stolen task. Stealing 100
//!   tasks took about 12 times as long as one move of `head`.
//! - *A ring that grows*: what does not fit goes to the injector, where others find it. To grow means
//!   to give old slots back while a slow thief reads them.
//! - *Plain slots read after the claim*: the owner could refill a claimed slot before it is read.

use std::array;
use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};
use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use crate::util::sync::{Arc, AtomicPtr, AtomicU64};

/// Tasks that fit into one run queue; small under loom, so that a model goes round it.
pub(crate) const CAPACITY: u64 = if cfg!(loom) { 4 } else { 256 };

/// What can stand in a queue as one pointer.
pub(crate) trait Queued: Send + Sized {
    /// Gives up the value for a pointer that stands for it.
    fn into_raw(self) -> NonNull<()>;

    /// Turns the pointer back into the value.
    ///
    /// # Safety
    ///
    /// `raw` comes from [`into_raw`](Self::into_raw) of this type and was not turned back since.
    unsafe fn from_raw(raw: NonNull<()>) -> Self;
}

/// The memory that both ends share; what is left in it is dropped with it.
#[repr(C, align(64))]
struct Ring<T: Queued> {
    /// Tasks ever taken.
    head: AtomicU64,
    /// Tasks ever pushed.
    tail: AtomicU64,
    slots: [AtomicPtr<()>; CAPACITY as usize],
    /// `T: Send` by its trait, and the ring never lends a `&T`: so the ring is `Send` and `Sync`.
    tasks: PhantomData<fn(T) -> T>,
}

impl<T: Queued> Ring<T> {
    #[inline]
    fn slot(&self, index: u64) -> &AtomicPtr<()> {
        &self.slots[(index % CAPACITY) as usize]
    }

    /// How many tasks stand in the ring, for those who do not own it.
    fn len(&self) -> u64 {
        let head = self.head.load(Acquire);
        let tail = self.tail.load(Relaxed);
        (tail - head).min(CAPACITY) // more only if `head` moved between the loads
    }

    /// Takes the older half, but at most `room + 1` tasks: one for the caller, the others, counted
    /// from 0, through `copy`, which may be called again for the same number if a race is lost.
    fn steal(&self, room: u64, copy: impl Fn(u64, *mut ())) -> Option<(T, u64)> {
        loop {
            let head = self.head.load(Acquire);
            let tail = self.tail.load(Acquire);
            if head == tail {
                return None;
            }
            let copied = ((tail - head - 1) / 2).min(room);
            let first = self.slot(head).load(Relaxed);
            for nth in 0..copied {
                copy(nth, self.slot(head + 1 + nth).load(Relaxed));
            }
            if self.head.compare_exchange(head, head + 1 + copied, Release, Relaxed).is_ok() {
                // SAFETY: we moved `head` over the slot that `first` was read from (invariant 3).
                return Some((unsafe { revive(first) }, copied));
            }
        }
    }
}

impl<T: Queued> Drop for Ring<T> {
    fn drop(&mut self) {
        while let Some((task, _)) = self.steal(0, |_, _| ()) {
            drop(task);
        }
    }
}

/// Turns what stood in a claimed slot back into a task.
///
/// # Safety
///
/// The caller owns the index that `raw` was read from, by invariant 3.
#[inline]
unsafe fn revive<T: Queued>(raw: *mut ()) -> T {
    debug_assert!(!raw.is_null(), "run queue: a claimed slot was empty");
    // SAFETY: the slot stood in `head..tail`, so the pointer is one of `into_raw`, which is not null
    // (invariant 2), and the caller alone turns it back (invariant 3).
    unsafe { T::from_raw(NonNull::new_unchecked(raw)) }
}

/// Makes an empty run queue: the end of the worker it belongs to, and the end of everybody else.
pub(crate) fn new<T: Queued>() -> (Owner<T>, Stealer<T>) {
    let ring = Arc::new(Ring {
        head: AtomicU64::new(0),
        tail: AtomicU64::new(0),
        slots: array::from_fn(|_| AtomicPtr::new(ptr::null_mut())),
        tasks: PhantomData,
    });
    (Owner { ring: Arc::clone(&ring), not_sync: PhantomData }, Stealer { ring })
}

/// The one end that pushes, and pops in the order of pushing.
pub(crate) struct Owner<T: Queued> {
    ring: Arc<Ring<T>>,
    /// Invariant 4: two threads must not push at once.
    not_sync: PhantomData<Cell<()>>,
}

impl<T: Queued> Owner<T> {
    /// Adds a task behind the others, or gives it back if the ring is full.
    #[inline]
    pub(crate) fn push(&self, task: T) -> Result<(), T> {
        let ring = &*self.ring;
        let tail = ring.tail.load(Relaxed);
        if tail - ring.head.load(Acquire) == CAPACITY {
            return Err(task);
        }
        ring.slot(tail).store(task.into_raw().as_ptr(), Relaxed);
        ring.tail.store(tail + 1, Release);
        Ok(())
    }

    /// Adds what `next` yields, until it yields nothing, `max` have come or the ring is full, and
    /// shows all of it to thieves at once.
    pub(crate) fn push_batch(&self, max: u64, mut next: impl FnMut() -> Option<T>) {
        let ring = &*self.ring;
        let mut tail = ring.tail.load(Relaxed);
        let end = tail + self.free_space().min(max);
        while tail != end
            && let Some(task) = next()
        {
            ring.slot(tail).store(task.into_raw().as_ptr(), Relaxed);
            tail += 1;
        }
        ring.tail.store(tail, Release);
    }

    /// Takes the oldest task.
    #[inline]
    pub(crate) fn pop(&self) -> Option<T> {
        let ring = &*self.ring;
        let tail = ring.tail.load(Relaxed);
        let mut head = ring.head.load(Relaxed);
        while head != tail {
            let raw = ring.slot(head).load(Relaxed);
            match ring.head.compare_exchange(head, head + 1, Release, Relaxed) {
                // SAFETY: we moved `head` over the slot that `raw` was read from (invariant 3).
                Ok(_) => return Some(unsafe { revive(raw) }),
                Err(moved) => head = moved,
            }
        }
        None
    }

    /// How many tasks stand in the ring; thieves can make it fewer at any time.
    #[inline]
    pub(crate) fn len(&self) -> u64 {
        CAPACITY - self.free_space()
    }

    /// Whether there is nothing to pop.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many tasks can be pushed for certain; thieves can make it more at any time.
    #[inline]
    pub(crate) fn free_space(&self) -> u64 {
        CAPACITY - (self.ring.tail.load(Relaxed) - self.ring.head.load(Acquire))
    }
}

/// The end that anyone may hold, to look and to steal.
pub(crate) struct Stealer<T: Queued> {
    ring: Arc<Ring<T>>,
}

impl<T: Queued> Clone for Stealer<T> {
    fn clone(&self) -> Self {
        Self { ring: Arc::clone(&self.ring) }
    }
}

impl<T: Queued> Stealer<T> {
    /// How many tasks stood in the ring a moment ago.
    pub(crate) fn len(&self) -> u64 {
        self.ring.len()
    }

    /// Whether the ring was empty a moment ago.
    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes the older half of the tasks, rounded up, as far as `thief` has room: one to run at
    /// once, and how many it now has more in its queue.
    pub(crate) fn steal_into(&self, thief: &Owner<T>) -> Option<(T, u64)> {
        let ours = &*thief.ring;
        debug_assert!(!ptr::eq(ours, &*self.ring), "run queue: a worker steals from itself");
        let tail = ours.tail.load(Relaxed);
        let (first, copied) = self.ring.steal(thief.free_space(), |nth, raw| {
            ours.slot(tail + nth).store(raw, Relaxed);
        })?;
        ours.tail.store(tail + copied, Release);
        Some((first, copied))
    }

    /// Takes the oldest task, for those who own no run queue.
    pub(crate) fn steal_one(&self) -> Option<T> {
        self.ring.steal(0, |_, _| ()).map(|(task, _)| task)
    }
}

impl Queued for crate::cell::Runnable {
    #[inline]
    fn into_raw(self) -> NonNull<()> {
        Self::into_raw(self).cast()
    }

    #[inline]
    unsafe fn from_raw(raw: NonNull<()>) -> Self {
        // SAFETY: the caller's promise is the one that is asked for.
        unsafe { Self::from_raw(raw.cast()) }
    }
}
