//! The set itself.

use std::fmt;
use std::future::poll_fn;
use std::panic::{Location, resume_unwind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::bells::{Bell, Bells};
use super::member::Member;
use super::places::Places;
use crate::coop::{self, WaitReason};
use crate::runtime::{self, Handle};
use crate::task::local::spawn_local_at;
use crate::task::{AbortHandle, Id, JoinError, JoinHandle, LocalSet, started};
use crate::util::sync::Arc;

/// A set of tasks with outputs of one type, which are joined in the order in which they end.
///
/// Dropping the set aborts its members. To let them run on, [`detach_all`](Self::detach_all) them.
///
/// # Cost
///
/// A member takes no allocation beside its task's. To join one costs the same however many there are, and they may end on
/// any thread; each end takes a lock of the set for a moment.
///
/// # Examples
///
/// ```
/// use runtime::task::JoinSet;
///
/// # runtime::block_on(async {
/// let mut set = JoinSet::new();
/// for n in 0..10 {
///     set.spawn(async move { n * n });
/// }
/// let mut sum = 0;
/// while let Some(output) = set.join_next().await {
///     sum += output.expect("no member panics");
/// }
/// assert_eq!(sum, 285);
/// # });
/// ```
pub struct JoinSet<T> {
    members: Places<JoinHandle<T>>,
    bells: Arc<Bells>,
    /// The places of those that rang before they had their outcome.
    late: Vec<usize>,
}

/// A task's end, with its number.
type Joined<T> = (Id, Result<T, JoinError>);

impl<T> JoinSet<T> {
    /// An empty set.
    #[must_use]
    pub fn new() -> Self {
        Self { members: Places::new(), bells: Arc::new(Bells::new()), late: Vec::new() }
    }

    /// How many members there are, those included that have ended and were not joined.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Aborts all members; they stay in the set until they are joined.
    ///
    /// One that has ended, or ends in the poll that is running now, keeps its output.
    pub fn abort_all(&mut self) {
        self.members.iter().for_each(JoinHandle::abort);
    }

    /// Lets all members run on by themselves: the set is empty afterwards.
    pub fn detach_all(&mut self) {
        self.bells = Arc::new(Bells::new()); // the members ring for nobody from now on
        self.late.clear();
        drop(std::mem::replace(&mut self.members, Places::new()));
    }
}

impl<T: 'static> JoinSet<T> {
    /// Spawns a task as a member, as [`runtime::spawn`](crate::spawn) does.
    ///
    /// The handle can abort the task; the set alone can join it.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::task::JoinSet;
    ///
    /// # runtime::block_on(async {
    /// let mut set = JoinSet::new();
    /// let abort = set.spawn(std::future::pending::<()>());
    /// abort.abort();
    /// assert!(set.join_next().await.unwrap().unwrap_err().is_cancelled());
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        let place = Location::caller();
        self.insert(|bell| runtime::spawn(Member::new(future, bell), place))
    }

    /// Spawns a task on another runtime as a member.
    #[track_caller]
    pub fn spawn_on<F>(&mut self, future: F, handle: &Handle) -> AbortHandle
    where
        F: Future<Output = T> + Send + 'static,
        T: Send,
    {
        let place = Location::caller();
        self.insert(|bell| handle.spawn_at(Member::new(future, bell), place))
    }

    /// Spawns a task of this thread as a member, as [`spawn_local`](crate::task::spawn_local) does.
    ///
    /// # Panics
    ///
    /// Outside of a [`LocalSet`] and a [`LocalRuntime`](crate::runtime::LocalRuntime).
    #[track_caller]
    pub fn spawn_local<F>(&mut self, future: F) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        let place = Location::caller();
        self.insert(|bell| spawn_local_at(Member::new(future, bell), place))
    }

    /// Spawns a task of a [`LocalSet`] as a member; it runs when that set is polled.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::rc::Rc;
    ///
    /// use runtime::task::{JoinSet, LocalSet};
    ///
    /// let local = LocalSet::new();
    /// let mut set = JoinSet::new();
    /// let shared = Rc::new(42);
    /// set.spawn_local_on(async move { *shared }, &local);
    /// let output = runtime::block_on(local.run_until(set.join_next()));
    /// assert_eq!(output.unwrap().unwrap(), 42);
    /// ```
    #[track_caller]
    pub fn spawn_local_on<F>(&mut self, future: F, local: &LocalSet) -> AbortHandle
    where
        F: Future<Output = T> + 'static,
    {
        let place = Location::caller();
        self.insert(|bell| local.spawn_local_at(Member::new(future, bell), place))
    }

    /// Has a closure called where it may block, as a member; see [`spawn_blocking`](crate::task::spawn_blocking).
    ///
    /// # Panics
    ///
    /// If the pool has no thread yet and the system starts none.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::task::JoinSet;
    ///
    /// # runtime::block_on(async {
    /// let mut set = JoinSet::new();
    /// set.spawn_blocking(|| std::fs::read_to_string("Cargo.toml").map(|text| text.len()));
    /// assert!(set.join_next().await.unwrap().unwrap().unwrap() > 0);
    /// # });
    /// ```
    #[track_caller]
    pub fn spawn_blocking<F>(&mut self, f: F) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        let place = Location::caller();
        self.insert(|bell| started(runtime::spawn_blocking(ringing(f, bell), place)))
    }

    /// Has a closure called where it may block, on another runtime, as a member.
    ///
    /// # Panics
    ///
    /// As [`spawn_blocking`](Self::spawn_blocking).
    #[track_caller]
    pub fn spawn_blocking_on<F>(&mut self, f: F, handle: &Handle) -> AbortHandle
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send,
    {
        let place = Location::caller();
        self.insert(|bell| started(handle.spawn_blocking_at(ringing(f, bell), place)))
    }

    /// Makes a member of what `spawn` spawns.
    #[track_caller]
    fn insert(&mut self, spawn: impl FnOnce(Bell) -> JoinHandle<T>) -> AbortHandle {
        let room = self.members.capacity();
        self.members.reserve();
        if self.members.capacity() > room {
            self.bells.reserve(self.members.capacity());
        }
        // The bell may ring at once: where the runtime has ended the task is dropped.
        let bell = Bell::new(self.bells.clone(), self.members.next());
        self.members.insert(spawn(bell)).abort_handle()
    }

    /// Waits until a member has ended, and removes it; none if there is no member.
    ///
    /// # Errors
    ///
    /// If the member panicked, was aborted, or its runtime ended before it did.
    ///
    /// # Cancel safety
    ///
    /// Safe: a member is removed in the poll that returns it, so one that loses against another branch of a `select!` loses
    /// nothing.
    pub async fn join_next(&mut self) -> Option<Result<T, JoinError>> {
        poll_fn(|cx| self.poll_join_next(cx)).await
    }

    /// As [`join_next`](Self::join_next), with the number of the task, which an error has too.
    ///
    /// # Errors
    ///
    /// As [`join_next`](Self::join_next).
    ///
    /// # Cancel safety
    ///
    /// Safe, as [`join_next`](Self::join_next).
    pub async fn join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        poll_fn(|cx| self.poll_join_next_with_id(cx)).await
    }

    /// Removes a member that has ended, if there is one.
    ///
    /// # Errors
    ///
    /// As [`join_next`](Self::join_next).
    pub fn try_join_next(&mut self) -> Option<Result<T, JoinError>> {
        self.take_joined().map(|(_, output)| output)
    }

    /// As [`try_join_next`](Self::try_join_next), with the number of the task, which an error has too.
    ///
    /// # Errors
    ///
    /// As [`join_next`](Self::join_next).
    pub fn try_join_next_with_id(&mut self) -> Option<Result<(Id, T), JoinError>> {
        self.take_joined().map(with_id)
    }

    /// Aborts all members and waits until they have ended.
    ///
    /// What they return is dropped, and so are their panics.
    ///
    /// # Cancel safety
    ///
    /// Safe: those that were not waited for are aborted, and stay in the set.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::task::JoinSet;
    ///
    /// # runtime::block_on(async {
    /// let mut set = JoinSet::new();
    /// (0..10).for_each(|_| drop(set.spawn(std::future::pending::<()>())));
    /// set.shutdown().await;
    /// assert!(set.is_empty());
    /// # });
    /// ```
    pub async fn shutdown(&mut self) {
        self.abort_all();
        while self.join_next().await.is_some() {}
    }

    /// Waits for all members, and returns their outputs in the order in which they ended.
    ///
    /// # Panics
    ///
    /// If one fails: with its payload if it panicked, else with a text. The others are aborted.
    ///
    /// # Cancel safety
    ///
    /// Not safe: if this is dropped, outputs are lost, and all members are aborted.
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::task::JoinSet;
    ///
    /// # runtime::block_on(async {
    /// let set: JoinSet<_> = (0..3).map(|n| async move { n }).collect();
    /// let mut outputs = set.join_all().await;
    /// outputs.sort();
    /// assert_eq!(outputs, [0, 1, 2]);
    /// # });
    /// ```
    pub async fn join_all(mut self) -> Vec<T> {
        let mut outputs = Vec::with_capacity(self.len());
        while let Some(output) = self.join_next().await {
            match output {
                Ok(output) => outputs.push(output),
                Err(error) => match error.try_into_panic() {
                    Ok(payload) => resume_unwind(payload),
                    Err(error) => panic!("`JoinSet::join_all`: {error}"),
                },
            }
        }
        outputs
    }

    /// Polls for the end of a member, which is then removed; ready with none if there is no member.
    ///
    /// If it is pending, the task of `cx` is woken when a member ends, but only the one that polled last. It takes one unit of
    /// the budget when it is ready with a member.
    ///
    /// # Errors
    ///
    /// As [`join_next`](Self::join_next).
    pub fn poll_join_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<T, JoinError>>> {
        self.poll_joined(cx).map(|joined| joined.map(|(_, output)| output))
    }

    /// As [`poll_join_next`](Self::poll_join_next), with the number of the task, which an error has too.
    ///
    /// # Errors
    ///
    /// As [`join_next`](Self::join_next).
    pub fn poll_join_next_with_id(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<(Id, T), JoinError>>> {
        self.poll_joined(cx).map(|joined| joined.map(with_id))
    }

    fn poll_joined(&mut self, cx: &mut Context<'_>) -> Poll<Option<Joined<T>>> {
        if self.is_empty() {
            return Poll::Ready(None);
        }
        let unit = ready!(coop::poll_proceed(cx));
        let mut joined = self.join_late(Some(cx));
        while joined.is_none() {
            let place = ready!(coop::waits(WaitReason::JoinSet, self.bells.poll(cx)));
            joined = self.join(place, Some(cx));
        }
        unit.made_progress();
        Poll::Ready(joined)
    }

    fn take_joined(&mut self) -> Option<Joined<T>> {
        let mut joined = self.join_late(None);
        while joined.is_none() {
            let place = self.bells.take()?;
            joined = self.join(place, None);
        }
        joined
    }

    /// Joins one of those that were too early.
    fn join_late(&mut self, mut cx: Option<&mut Context<'_>>) -> Option<Joined<T>> {
        (0..self.late.len()).find_map(|_| {
            let place = self.late.remove(0);
            self.join(place, cx.as_deref_mut())
        })
    }

    /// Joins the member at this place, if it has its outcome. It is late if not, and wakes who waits for it, if anybody does.
    fn join(&mut self, place: usize, cx: Option<&mut Context<'_>>) -> Option<Joined<T>> {
        let member = self.members.get_mut(place)?;
        // Until it is joined: it must not be forgotten if the clone of a foreign waker panics.
        self.late.push(place);
        let poll = match cx {
            // The unit for this was taken.
            Some(cx) => coop::with_unlimited(|| Pin::new(&mut *member).poll(cx)),
            None => member.try_join(),
        };
        let Poll::Ready(output) = poll else { return None };
        let id = member.id();
        self.late.pop();
        self.members.remove(place);
        Some((id, output))
    }
}

fn with_id<T>((id, output): Joined<T>) -> Result<(Id, T), JoinError> {
    output.map(|output| (id, output))
}

/// The closure, which rings at its end, and when it is dropped.
fn ringing<T>(f: impl FnOnce() -> T, bell: Bell) -> impl FnOnce() -> T {
    move || {
        let _bell = bell;
        f()
    }
}

impl<T> Drop for JoinSet<T> {
    fn drop(&mut self) {
        self.abort_all();
    }
}

impl<T> Default for JoinSet<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// Spawns each future as a member, as [`JoinSet::spawn`] does.
impl<T, F> FromIterator<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    fn from_iter<I: IntoIterator<Item = F>>(futures: I) -> Self {
        let mut set = Self::new();
        set.extend(futures);
        set
    }
}

/// Spawns each future as a member, as [`JoinSet::spawn`] does.
impl<T, F> Extend<F> for JoinSet<T>
where
    F: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    fn extend<I: IntoIterator<Item = F>>(&mut self, futures: I) {
        futures.into_iter().for_each(|future| drop(self.spawn(future)));
    }
}

impl<T> fmt::Debug for JoinSet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinSet")
            .field("len", &self.len())
            .field("bells", &self.bells)
            .finish_non_exhaustive()
    }
}
