//! The group and its members.

use std::fmt;
use std::sync::Arc;

use super::caught::Caught;
use super::outcome::{Failure, Outcome};
use crate::context::{CancelHandle, Context};
use crate::coop::{self, WaitReason};
use crate::sync::{Member, OwnedSemaphorePermit, Semaphore, WaitGroup};
use crate::task;
use crate::util::contain::contain;

/// Tasks that are started, limited and waited for together; see the [module](super).
///
/// Dropping it ends its members by force: each is dropped where it waits. To share it, members that start others
/// included, put it into an `Arc`; then the last owner ends those that are left.
///
/// # Examples
///
/// ```
/// use runtime::group::Group;
///
/// runtime::block_on(async {
///     let mut group = Group::<std::io::Error>::new();
///     group.set_limit(2);
///     for n in 0..10 {
///         group.go(async move {
///             println!("task {n}, beside one other at most");
///             Ok(())
///         });
///     }
///     group.wait().await.unwrap();
/// });
/// ```
pub struct Group<E> {
    members: WaitGroup,
    outcome: Arc<Outcome<E>>,
    /// As many permits as members may run, if there is a limit.
    seats: Option<Arc<Semaphore>>,
    /// What every member runs in, and what ends it when the group is dropped.
    life: Context,
    end: CancelHandle,
}

impl<E: Send + 'static> Group<E> {
    /// A group without a context: when a member fails, the others are not told.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::group::Group;
    ///
    /// runtime::block_on(async {
    ///     let group = Group::new();
    ///     group.go(async { Err("no luck") });
    ///     group.go(async { Ok(()) });
    ///     assert_eq!(group.wait().await, Err("no luck"));
    /// });
    /// ```
    #[must_use]
    pub fn new() -> Self {
        Self::telling(None)
    }

    /// A group, and its context, which is a child of `parent`.
    ///
    /// The context ends when a member fails or panics, when [`wait`](Self::wait) is ready, or when the group is
    /// dropped, whichever is first; and with its parent.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::context::Context;
    /// use runtime::group::Group;
    ///
    /// runtime::block_on(async {
    ///     let (group, ctx) = Group::with_context(&Context::background());
    ///     group.go(async { Err("no luck") });
    ///     group.go(async move {
    ///         ctx.done().await; // the other has failed: clean up
    ///         Ok(())
    ///     });
    ///     assert_eq!(group.wait().await, Err("no luck"));
    /// });
    /// ```
    #[must_use = "a group that is dropped at once ends its members"]
    pub fn with_context(parent: &Context) -> (Self, Context) {
        let (context, cancel) = parent.with_cancel();
        (Self::telling(Some(cancel)), context)
    }

    fn telling(cancel: Option<CancelHandle>) -> Self {
        let (life, end) = Context::background().with_cancel();
        Self {
            members: WaitGroup::new(),
            outcome: Arc::new(Outcome::new(cancel)),
            seats: None,
            life,
            end,
        }
    }

    /// Lets at most `limit` members run at the same time.
    ///
    /// # Panics
    ///
    /// Panics if `limit` is 0, since no member would ever run; or if there are members that have not ended, since
    /// more of them than the limit may be running.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::group::Group;
    ///
    /// runtime::block_on(async {
    ///     let mut group = Group::<()>::new();
    ///     group.set_limit(1);
    ///     group.go(std::future::pending());
    ///     assert!(group.try_go(async { Ok(()) }).is_err());
    /// });
    /// ```
    #[track_caller]
    pub fn set_limit(&mut self, limit: usize) {
        assert!(limit > 0, "a group with a limit of 0 runs nothing");
        let members = self.members.count();
        assert!(members == 0, "the limit of a group was changed while it has {members} members");
        self.seats = (limit <= Semaphore::MAX_PERMITS).then(|| Arc::new(Semaphore::new(limit)));
    }

    /// Starts a member.
    ///
    /// This never waits: if as many members run as the limit allows, the task is spawned all the same, and waits for
    /// its turn before the future is polled. Where that would be too many tasks at once, use
    /// [`go_when_free`](Self::go_when_free).
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::group::Group;
    ///
    /// runtime::block_on(async {
    ///     let group = Group::<()>::new();
    ///     group.go(async { Ok(()) });
    ///     group.wait().await.unwrap();
    /// });
    /// ```
    #[track_caller]
    pub fn go<F>(&self, future: F)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        match &self.seats {
            None => self.start(future, None),
            Some(seats) => match Arc::clone(seats).try_acquire_owned() {
                Ok(seat) => self.start(future, Some(seat)),
                Err(_) => self.start_later(future, Arc::clone(seats)),
            },
        }
    }

    /// Starts a member if fewer run than the limit allows.
    ///
    /// # Errors
    ///
    /// Returns the future if the limit is reached.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::group::Group;
    ///
    /// runtime::block_on(async {
    ///     let group = Group::<()>::new();
    ///     assert!(group.try_go(async { Ok(()) }).is_ok()); // there is no limit
    ///     group.wait().await.unwrap();
    /// });
    /// ```
    #[track_caller]
    pub fn try_go<F>(&self, future: F) -> Result<(), F>
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        let seat = match self.seats.clone().map(Semaphore::try_acquire_owned) {
            None => None,
            Some(Ok(seat)) => Some(seat),
            Some(Err(_)) => return Err(future),
        };
        self.start(future, seat);
        Ok(())
    }

    /// Waits until fewer members run than the limit allows, and starts one.
    ///
    /// This is what `g.Go` does in Go. Those who wait are served in the order in which they came.
    ///
    /// # Cancel safety
    ///
    /// If this is dropped before it is ready, nothing was started, and the future is dropped with it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::group::Group;
    ///
    /// runtime::block_on(async {
    ///     let mut group = Group::<()>::new();
    ///     group.set_limit(4);
    ///     for _ in 0..1_000 {
    ///         group.go_when_free(async { Ok(()) }).await; // never more than four tasks
    ///     }
    ///     group.wait().await.unwrap();
    /// });
    /// ```
    pub async fn go_when_free<F>(&self, future: F)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        let seat = match &self.seats {
            None => None,
            Some(seats) => Some(take(Arc::clone(seats)).await),
        };
        self.start(future, seat);
    }

    /// Waits until all members have ended, and returns the first error.
    ///
    /// The error is given once: another `wait`, then or later, finds none. When this is ready the
    /// group's context is cancelled, if it has one.
    ///
    /// # Cancel safety
    ///
    /// This is cancel safe: the members go on, and the error waits for the next `wait`. To end them, drop the group.
    ///
    /// # Errors
    ///
    /// The first error of a member.
    ///
    /// # Panics
    ///
    /// If a member panicked, with the payload of the first that did, when all members have ended.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::group::Group;
    ///
    /// runtime::block_on(async {
    ///     let group = Group::<&str>::new();
    ///     assert_eq!(group.wait().await, Ok(())); // there are no members
    /// });
    /// ```
    pub async fn wait(&self) -> Result<(), E> {
        coop::waiting_for(WaitReason::Group, self.members.wait()).await;
        self.outcome.cancel();
        self.outcome.take()
    }

    /// Starts a member that has a seat, or needs none.
    #[track_caller]
    fn start<F>(&self, future: F, seat: Option<OwnedSemaphorePermit>)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        let counted = Counted { _seat: seat, _member: self.members.member() };
        let (life, outcome) = (self.life.clone(), Arc::clone(&self.outcome));
        drop(task::spawn(run(future, life, outcome, counted)));
    }

    /// Starts a member that waits for a seat.
    #[track_caller]
    fn start_later<F>(&self, future: F, seats: Arc<Semaphore>)
    where
        F: Future<Output = Result<(), E>> + Send + 'static,
    {
        let mut counted = Counted { _seat: None, _member: self.members.member() };
        let (life, outcome) = (self.life.clone(), Arc::clone(&self.outcome));
        drop(task::spawn(async move {
            // If the group ends first, the future is dropped as it came.
            if let Ok(seat) = life.run(take(seats)).await {
                counted._seat = Some(seat);
                run(future, life, outcome, counted).await;
            }
        }));
    }
}

/// What a member holds until its outcome is known. The fields are dropped in this order: the seat is free again
/// when the waiter is told.
struct Counted {
    _seat: Option<OwnedSemaphorePermit>,
    _member: Member,
}

/// Waits for a seat.
async fn take(seats: Arc<Semaphore>) -> OwnedSemaphorePermit {
    let seat = coop::waiting_for(WaitReason::Group, seats.acquire_owned());
    seat.await.expect("the seats of a group are never closed")
}

/// A member, from its first poll to its outcome.
async fn run<F, E>(future: F, life: Context, outcome: Arc<Outcome<E>>, counted: Counted)
where
    F: Future<Output = Result<(), E>>,
{
    match Caught::new(life.run(future)).await {
        Ok(Ok(Ok(())) | Err(_)) => {} // done, or the group is gone
        Ok(Ok(Err(error))) => outcome.fail(Failure::Error(error)),
        Err(payload) => outcome.fail(Failure::Panic(payload)),
    }
    // The next member begins after the others were told of this one's failure.
    drop(counted);
}

impl<E: Send + 'static> Default for Group<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> Drop for Group<E> {
    fn drop(&mut self) {
        // A waker that panics does not keep the members from being ended.
        contain(|| self.outcome.cancel());
        contain(|| {
            self.end.cancel();
        });
    }
}

impl<E> fmt::Debug for Group<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Group")
            .field("members", &self.members.count())
            .field("seats", &self.seats)
            .finish_non_exhaustive()
    }
}
