//! Go's `WaitGroup`: waiting until a number of tasks are done.
//!
//! The group is used again and again, and that is where a naive counter fails. A task that waits for
//! the first round is woken when the count reaches zero; by the time it runs, the second round may
//! have begun, and if it looked at the count it would wait for that one too. The other way round, one
//! that waits for the second round must not be woken by a `done` of the first that came late to the
//! lock. So rounds have numbers.
//!
//! # The word
//!
//! ```text
//!  63            32 31          1     0
//! +----------------+-------------+--------+
//! |     round      |    count    | waited |
//! +----------------+-------------+--------+
//! ```
//!
//! `count` is what the calls of `add` and `done` sum up to. `waited` is set by a task that is about to
//! queue in this round, and says that whoever ends the round has to take the lock. `round` is
//! incremented, and `waited` cleared, by the very step that brings the count to zero.
//!
//! # The two sides
//!
//! Waiting:
//!
//! 1. lock the list;
//! 2. in one step, if the count is not zero, set `waited` and learn the round; if it is zero, unlock
//!    and be ready;
//! 3. queue with the round as note, unlock.
//!
//! The last `done`:
//!
//! 1. in one step, bring the count to zero and the round to the next one; if `waited` was not set,
//!    return;
//! 2. lock the list, take waiters off its front while they are of this round or an earlier one;
//! 3. unlock, and wake them.
//!
//! If the last `done` takes its first step before the waiter's second, the waiter sees zero, or a
//! later round and waits for that. If after it, it sees `waited`, and its second step needs the lock
//! that the waiter still holds: it finds the waiter queued. Notes are ordered as the queue is, since
//! they are read and queued under one lock, so the front is all that has to be looked at; a waiter of
//! a later round, queued before the late `done` got the lock, stays. A woken waiter is ready without a
//! look at the count.
//!
//! # Orderings
//!
//! Every change of the word releases, and the step that brings it to zero acquires, so that what all
//! members did before `done` happened before what the last one does next, which is unlocking the list
//! for those that it wakes. A waiter that sees zero acquires the same chain of changes itself.
//!
//! # What was tried and failed
//!
//! Adding to the word without looking, as Go does, is a little cheaper for many contenders, but then a
//! count below zero is found when the word is already wrong, and reaching zero and beginning the next
//! round are two steps, between which a second round can begin.

use std::fmt;
use std::pin::Pin;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use crate::coop;
use crate::task::{self, JoinHandle};
use crate::util::sync::{Arc, AtomicU64, Mutex};
use crate::util::wait::{self, Attempt};
use crate::util::wait_list::{WaitList, Waiter};
use crate::util::wake_batch::wake_all;

/// Waits until a number of tasks are done, as Go's `sync.WaitGroup` does.
///
/// The group holds a count. [`add`](Self::add) announces work, [`done`](Self::done) reports that a
/// piece of it is finished, and [`wait`](Self::wait) completes when the count is zero. Any number of
/// tasks may wait. When the count has reached zero, all that waited are released, and the group can be
/// used for the next round, even before they have run.
///
/// A `WaitGroup` is a handle: clones are cheap, stand for the same group, and *do not count*. If you
/// would rather have the count follow the life of a value, so that it cannot be forgotten on any way
/// out, panics included, give each task a [`member`](Self::member).
///
/// # Examples
///
/// As in Go:
///
/// ```
/// use runtime::sync::WaitGroup;
///
/// runtime::block_on(async {
///     let group = WaitGroup::new();
///     group.add(3);
///     for _ in 0..3 {
///         let group = group.clone();
///         runtime::spawn(async move {
///             // ... work ...
///             group.done();
///         });
///     }
///     group.wait().await;
/// });
/// ```
///
/// By ownership:
///
/// ```
/// use runtime::sync::WaitGroup;
///
/// runtime::block_on(async {
///     let group = WaitGroup::new();
///     for _ in 0..3 {
///         let member = group.member();
///         runtime::spawn(async move {
///             // ... work ...
///             drop(member);
///         });
///     }
///     group.await;
/// });
/// ```
#[derive(Clone)]
pub struct WaitGroup {
    shared: Arc<Shared>,
}

/// | field | who reads and writes it |
/// |---|---|
/// | `word` | anyone, in one atomic step; `waited` is set only under the lock |
/// | `waiters` | who has the lock |
struct Shared {
    word: AtomicU64,
    /// The note is the round that a task waits for.
    waiters: Mutex<WaitList<u32>>,
}

/// The word, as drawn in the module's prose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Word {
    round: u32,
    count: u32,
    waited: bool,
}

/// What the caller of a change has to do.
#[must_use]
enum Change {
    Counted,
    /// The round is over, and tasks wait for it.
    Release {
        round: u32,
    },
}

impl Word {
    const MAX_COUNT: u32 = u32::MAX >> 1;

    fn unpack(bits: u64) -> Self {
        let low = bits as u32;
        Self { round: (bits >> 32) as u32, count: low >> 1, waited: low & 1 != 0 }
    }

    fn pack(self) -> u64 {
        u64::from(self.round) << 32 | u64::from(self.count) << 1 | u64::from(self.waited)
    }

    /// The word after `n` was added to the count.
    fn add(self, n: isize) -> Self {
        let sum = i64::from(self.count).saturating_add(n as i64);
        let count = match u32::try_from(sum) {
            Ok(count) if count <= Self::MAX_COUNT => count,
            Ok(_) => panic!("WaitGroup: adding {n} to a count of {} is too much", self.count),
            Err(_) if sum > 0 => {
                panic!("WaitGroup: adding {n} to a count of {} is too much", self.count)
            }
            Err(_) => panic!(
                "WaitGroup: adding {n} to a count of {} makes it negative: more is done than was \
                 added",
                self.count
            ),
        };
        if count == 0 && self.count != 0 {
            return Self { round: self.round.wrapping_add(1), count, waited: false };
        }
        Self { count, ..self }
    }
}

impl Shared {
    fn change(&self, n: isize) -> Change {
        let mut bits = self.word.load(Relaxed);
        loop {
            let now = Word::unpack(bits);
            let next = now.add(n);
            match self.word.compare_exchange_weak(bits, next.pack(), AcqRel, Relaxed) {
                Ok(_) if now.waited && !next.waited => {
                    return Change::Release { round: now.round };
                }
                Ok(_) => return Change::Counted,
                Err(newer) => bits = newer,
            }
        }
    }

    /// Says that a task will wait, and returns the round; or `None` if the count is zero. To be
    /// called under the lock.
    fn announce(&self) -> Option<u32> {
        let mut bits = self.word.load(Acquire);
        loop {
            let now = Word::unpack(bits);
            if now.count == 0 {
                return None;
            }
            let next = Word { waited: true, ..now };
            match self.word.compare_exchange_weak(bits, next.pack(), Relaxed, Acquire) {
                Ok(_) => return Some(now.round),
                Err(newer) => bits = newer,
            }
        }
    }

    fn is_zero(&self) -> bool {
        Word::unpack(self.word.load(Acquire)).count == 0
    }

    /// Wakes all tasks that wait for `round` or an earlier one.
    #[cold]
    fn release(&self, round: u32) {
        wake_all(&self.waiters, |list| match list.front_mut() {
            Some(waits_for) if is_over(*waits_for, round) => list.pop_front(),
            _ => None,
        });
    }
}

/// Whether `round` is over once `ended` is; rounds wrap.
fn is_over(round: u32, ended: u32) -> bool {
    ended.wrapping_sub(round) <= u32::MAX / 2
}

impl WaitGroup {
    /// Creates a group with a count of zero.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::WaitGroup;
    ///
    /// let group = WaitGroup::new();
    /// # drop(group);
    /// ```
    #[must_use]
    pub fn new() -> Self {
        let shared = Shared { word: AtomicU64::new(0), waiters: Mutex::new(WaitList::new()) };
        Self { shared: Arc::new(shared) }
    }

    /// Adds `n`, which may be negative, to the count.
    ///
    /// If this brings the count to zero, all tasks that wait are released. Call it before the work
    /// that it announces is started, not from within: otherwise a [`wait`](Self::wait) may see zero
    /// before the work has begun.
    ///
    /// # Panics
    ///
    /// Panics if the count would become negative, or greater than 2³¹ − 1; it is then unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::WaitGroup;
    ///
    /// runtime::block_on(async {
    ///     let group = WaitGroup::new();
    ///     group.add(2);
    ///     group.add(-2);
    ///     group.wait().await;
    /// });
    /// ```
    #[inline]
    pub fn add(&self, n: isize) {
        match self.shared.change(n) {
            Change::Counted => {}
            Change::Release { round } => self.shared.release(round),
        }
    }

    /// Subtracts one from the count.
    ///
    /// # Panics
    ///
    /// Panics if the count is zero: more is done than was added.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::WaitGroup;
    ///
    /// runtime::block_on(async {
    ///     let group = WaitGroup::new();
    ///     group.add(1);
    ///     let worker = group.clone();
    ///     runtime::spawn(async move { worker.done() });
    ///     group.wait().await;
    /// });
    /// ```
    #[inline]
    pub fn done(&self) {
        self.add(-1);
    }

    /// Spawns a task that counts until it ends, however it ends.
    ///
    /// What `wg.Go(f)` is in Go. The handle may be dropped: the group waits for the task, not for the handle.
    ///
    /// # Panics
    ///
    /// Panics if the count would become greater than 2³¹ − 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::WaitGroup;
    ///
    /// runtime::block_on(async {
    ///     let group = WaitGroup::new();
    ///     for n in 0..3 {
    ///         group.go(async move { println!("task {n}") });
    ///     }
    ///     group.wait().await;
    /// });
    /// ```
    #[track_caller]
    pub fn go<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        task::spawn(Counted { future, _member: self.member() })
    }

    /// Counts one up, and returns a value that counts it down when it is dropped.
    ///
    /// # Panics
    ///
    /// Panics if the count would become greater than 2³¹ − 1.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::WaitGroup;
    ///
    /// runtime::block_on(async {
    ///     let group = WaitGroup::new();
    ///     let member = group.member();
    ///     runtime::spawn(async move {
    ///         let _member = member; // counted until the task ends, however it ends
    ///     });
    ///     group.wait().await;
    /// });
    /// ```
    pub fn member(&self) -> Member {
        self.add(1);
        Member { group: self.clone() }
    }

    /// Waits until the count is zero.
    ///
    /// The future is not bound to the life of this handle. It does nothing until it is polled, and
    /// waits for the round that is under way then; if the count is zero it is ready at once.
    ///
    /// # Cancel safety
    ///
    /// This is cancel safe: dropping the future has no effect on the group or on others that wait.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::WaitGroup;
    ///
    /// runtime::block_on(async {
    ///     WaitGroup::new().wait().await; // nothing was added
    /// });
    /// ```
    pub fn wait(&self) -> Wait {
        Wait { shared: Arc::clone(&self.shared), waiter: Waiter::new() }
    }
}

impl Default for WaitGroup {
    fn default() -> Self {
        Self::new()
    }
}

impl IntoFuture for WaitGroup {
    type Output = ();
    type IntoFuture = Wait;

    fn into_future(self) -> Wait {
        Wait { shared: self.shared, waiter: Waiter::new() }
    }
}

impl IntoFuture for &WaitGroup {
    type Output = ();
    type IntoFuture = Wait;

    fn into_future(self) -> Wait {
        self.wait()
    }
}

pin_project! {
    /// A future that counts in a group. The fields are dropped in this order, so the group is told when nothing
    /// of the future is left, whether it ended or not.
    struct Counted<F> {
        #[pin]
        future: F,
        _member: Member,
    }
}

impl<F: Future> Future for Counted<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.project().future.poll(cx)
    }
}

impl fmt::Debug for WaitGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = Word::unpack(self.shared.word.load(Relaxed));
        f.debug_struct("WaitGroup").field("count", &word.count).finish_non_exhaustive()
    }
}

/// One of a [`WaitGroup`]'s count, for as long as it lives.
///
/// Made by [`WaitGroup::member`]. Its clones count too; dropping each of them is one
/// [`done`](WaitGroup::done).
///
/// # Examples
///
/// ```
/// use runtime::sync::WaitGroup;
///
/// runtime::block_on(async {
///     let group = WaitGroup::new();
///     let first = group.member();
///     let second = first.clone();
///     drop((first, second));
///     group.wait().await;
/// });
/// ```
#[derive(Debug)]
#[must_use = "dropping it at once counts it down again"]
pub struct Member {
    group: WaitGroup,
}

impl Clone for Member {
    fn clone(&self) -> Self {
        self.group.member()
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.group.done();
    }
}

pin_project! {
    /// Future of [`WaitGroup::wait`].
    #[must_use = "futures do nothing unless polled"]
    pub struct Wait {
        shared: Arc<Shared>,
        #[pin]
        waiter: Waiter<u32>,
    }

    impl PinnedDrop for Wait {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            // All of a round are woken, so there is nothing to pass on.
            wait::cancel(&this.shared.waiters, |list| list, this.waiter, |_, _| ());
        }
    }
}

impl Future for Wait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let unit = ready!(coop::poll_proceed(cx));
        let this = self.project();
        let shared = &**this.shared;
        let done = if this.waiter.is_idle() && shared.is_zero() {
            Poll::Ready(())
        } else {
            let attempt = |_: &mut _, woken: Option<u32>| match woken {
                Some(_) => Attempt::Done(()),
                None => shared.announce().map_or(Attempt::Done(()), Attempt::Wait),
            };
            wait::poll(&shared.waiters, |list| list, this.waiter, cx.waker(), true, attempt)
        };
        ready!(done);
        unit.made_progress();
        Poll::Ready(())
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").finish_non_exhaustive()
    }
}
