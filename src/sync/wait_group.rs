//! Go's `WaitGroup`: waiting until a number of tasks are done.
//!
//! The handles and the future stand here; the count, its rounds and who waits for them in
//! [`rounds`](self::rounds).

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use pin_project_lite::pin_project;

use self::rounds::{Change, Rounds};
use crate::coop::{self, WaitReason};
use crate::task::{self, JoinHandle};
use crate::util::sync::Arc;
use crate::util::wait::{self, Attempt};
use crate::util::wait_list::Waiter;

mod rounds;

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
    rounds: Arc<Rounds>,
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
        Self { rounds: Arc::new(Rounds::new()) }
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
        match self.rounds.change(n) {
            Change::Counted => {}
            Change::Release { round } => self.rounds.release(round),
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

    pub(crate) fn count(&self) -> u32 {
        self.rounds.count()
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
        Wait { rounds: Arc::clone(&self.rounds), waiter: Waiter::new() }
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
        Wait { rounds: self.rounds, waiter: Waiter::new() }
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
        f.debug_struct("WaitGroup").field("count", &self.count()).finish_non_exhaustive()
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
        rounds: Arc<Rounds>,
        #[pin]
        waiter: Waiter<u32>,
    }

    impl PinnedDrop for Wait {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            // All of a round are woken, so there is nothing to pass on.
            wait::cancel(this.rounds.waiters(), |list| list, this.waiter, |_, _| ());
        }
    }
}

impl Future for Wait {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let unit = ready!(coop::poll_proceed(cx));
        let this = self.project();
        let rounds = &**this.rounds;
        let done = if this.waiter.is_idle() && rounds.count() == 0 {
            Poll::Ready(())
        } else {
            let attempt = |_: &mut _, woken: Option<u32>| match woken {
                Some(_) => Attempt::Done(()),
                None => rounds.announce().map_or(Attempt::Done(()), Attempt::Wait),
            };
            wait::poll(rounds.waiters(), |list| list, this.waiter, cx.waker(), true, attempt)
        };
        ready!(coop::waits(WaitReason::WaitGroup, done));
        unit.made_progress();
        Poll::Ready(())
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").finish_non_exhaustive()
    }
}
