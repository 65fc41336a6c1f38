//! A place where tasks wait for each other.
//!
//! A barrier is used again and again, so the tasks of one round must not be mixed with those of the next: a
//! task that is released may come back before the others of its round have run.
//!
//! # The protocol
//!
//! All is under one lock: how many have arrived in this round, the number of the round, and the list of those who
//! wait, with their round as note.
//!
//! 1. A task arrives: it locks, and counts itself. If it is the last, it sets the count to 0 and begins the next round;
//!    else it queues.
//! 2. The last one unlocks, and then takes those off the list whose round is over, and wakes them. If they are more
//!    than one batch of wakers holds, the lock is free in between.
//! 3. A future that is dropped leaves the list, and if its round is not over, it is counted down.
//!
//! Rounds in the list do not decrease from front to back, since a task reads the round and queues under one lock. So
//! tasks that arrive for the next round between two batches are behind all that are still to be released, and are
//! neither released with them nor counted among them. A future that is dropped when its round is over has been
//! counted already, and its count is gone.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use crate::coop::{self, WaitReason};
use crate::util::sync::Mutex;
use crate::util::wait::{self, Attempt};
use crate::util::wait_list::{WaitList, Waiter};
use crate::util::wake_batch::wake_all;

/// A place where a number of tasks wait for each other.
///
/// Each task that calls [`wait`](Self::wait) waits until as many have done so as the barrier is for; then all go on, and
/// one of them is told that it is the leader. After that the barrier is as new.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use runtime::sync::Barrier;
///
/// runtime::block_on(async {
///     let barrier = Arc::new(Barrier::new(3));
///     let tasks: Vec<_> = (0..3)
///         .map(|n| {
///             let barrier = Arc::clone(&barrier);
///             runtime::spawn(async move {
///                 println!("{n} is ready");
///                 let result = barrier.wait().await; // all of them are
///                 result.is_leader()
///             })
///         })
///         .collect();
///     let mut leaders = 0;
///     for task in tasks {
///         leaders += u32::from(task.await.unwrap());
///     }
///     assert_eq!(leaders, 1);
/// });
/// ```
pub struct Barrier {
    /// How many make a round full.
    n: usize,
    state: Mutex<State>,
}

struct State {
    /// Who has arrived in this round; less than `n` when the lock is free.
    arrived: usize,
    round: u64,
    /// The note is the round in which a task has arrived.
    waiters: WaitList<u64>,
}

impl State {
    fn waiters(&mut self) -> &mut WaitList<u64> {
        &mut self.waiters
    }
}

/// What became of one who arrived.
enum Arrival {
    /// It was released by the last one.
    Released,
    /// It was the last one of this round, and has to release the others.
    Last { round: u64 },
}

impl Barrier {
    /// Creates a barrier for `n` tasks. For 0 it is as for 1: nobody waits.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Barrier;
    ///
    /// let barrier = Barrier::new(3);
    /// # drop(barrier);
    /// ```
    #[must_use]
    pub fn new(n: usize) -> Self {
        let state = State { arrived: 0, round: 0, waiters: WaitList::new() };
        Self { n: n.max(1), state: Mutex::new(state) }
    }

    /// Waits until as many tasks wait here as the barrier is for.
    ///
    /// The one that arrived last is the [leader](BarrierWaitResult::is_leader).
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes the arrival back, as long as the barrier has not opened: the others wait for one more.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Barrier;
    ///
    /// runtime::block_on(async {
    ///     let barrier = Barrier::new(2);
    ///     let (first, second) = runtime::join!(barrier.wait(), barrier.wait());
    ///     assert!(!first.is_leader() && second.is_leader());
    /// });
    /// ```
    pub async fn wait(&self) -> BarrierWaitResult {
        Wait { barrier: self, waiter: Waiter::new() }.await
    }

    /// Counts one who arrives.
    fn arrive(&self, state: &mut State) -> Attempt<Arrival, u64> {
        state.arrived += 1;
        if state.arrived < self.n {
            return Attempt::Wait(state.round);
        }
        let round = state.round;
        state.arrived = 0;
        state.round += 1;
        Attempt::Done(Arrival::Last { round })
    }

    /// Wakes those who wait since `round` or longer.
    fn release(&self, round: u64) {
        wake_all(&self.state, |state| match state.waiters.front_mut() {
            Some(arrived) if *arrived <= round => state.waiters.pop_front(),
            _ => None,
        });
    }
}

pin_project! {
    struct Wait<'a> {
        barrier: &'a Barrier,
        #[pin]
        waiter: Waiter<u64>,
    }

    impl PinnedDrop for Wait<'_> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            let settle = |state: &mut State, round| {
                if round == state.round {
                    state.arrived -= 1;
                }
            };
            wait::cancel(&this.barrier.state, State::waiters, this.waiter, settle);
        }
    }
}

impl Future for Wait<'_> {
    type Output = BarrierWaitResult;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<BarrierWaitResult> {
        let unit = ready!(coop::poll_proceed(cx));
        let this = self.project();
        let barrier = *this.barrier;
        let attempt = |state: &mut State, woken| match woken {
            Some(_) => Attempt::Done(Arrival::Released),
            None => barrier.arrive(state),
        };
        // To arrive changes the state, so it is tried once: with a waker in hand, in case that it has to wait.
        let early = this.waiter.is_idle();
        let arrival =
            wait::poll(&barrier.state, State::waiters, this.waiter, cx.waker(), early, attempt);
        let arrival = ready!(coop::waits(WaitReason::Barrier, arrival));
        unit.made_progress();
        if let Arrival::Last { round } = arrival {
            barrier.release(round);
        }
        Poll::Ready(BarrierWaitResult(matches!(arrival, Arrival::Last { .. })))
    }
}

impl fmt::Debug for Barrier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.lock();
        let (arrived, round) = (state.arrived, state.round);
        drop(state);
        f.debug_struct("Barrier")
            .field("n", &self.n)
            .field("arrived", &arrived)
            .field("round", &round)
            .finish_non_exhaustive()
    }
}

/// Tells one who waited at a [`Barrier`] whether it is the leader.
///
/// Returned by [`Barrier::wait`].
#[derive(Clone, Debug)]
pub struct BarrierWaitResult(bool);

impl BarrierWaitResult {
    /// Whether this task is the one of its round that arrived last.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::sync::Barrier;
    ///
    /// runtime::block_on(async {
    ///     let alone = Barrier::new(1);
    ///     assert!(alone.wait().await.is_leader());
    /// });
    /// ```
    pub fn is_leader(&self) -> bool {
        self.0
    }
}
