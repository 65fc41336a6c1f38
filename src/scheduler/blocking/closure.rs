//! A closure as a task.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::pool::{Duty, Job};
use crate::cell::{self, Glimpse, Held, JoinRef, Kind, Origin, Runnable, Schedule};
use crate::scheduler::{Scheduler, next_task_id};
use crate::spans;
use crate::trace;

/// The future that calls a closure in its only poll.
struct Closure<F>(Option<F>);

// The closure is moved out before it is called, and never pinned.
impl<F> Unpin for Closure<F> {}

impl<F: FnOnce() -> R, R> Future for Closure<F> {
    type Output = R;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<R> {
        let call = self.0.take().expect("a closure is polled once");
        Poll::Ready(call())
    }
}

impl Job for Runnable {
    fn glimpse(&self) -> Option<Glimpse> {
        Some(Runnable::glimpse(self))
    }
}

/// A closure's handle to its scheduler, of which it needs nothing.
///
/// Its token goes from the pool's queue to the thread that runs it, or drops it, and nowhere else: the task never suspends, so
/// nobody who wakes or aborts it ever finds it idle.
struct InPool;

// SAFETY: `adopt` puts the task into no set, and says so; so `release` is never called.
unsafe impl Schedule for InPool {
    type Route = ();

    const KIND: Kind = Kind::Closure;

    fn route(&self) {}

    fn schedule((): (), task: Runnable) {
        debug_assert!(false, "a closure was idle");
        task.cancel();
    }

    fn reschedule((): (), task: Runnable) {
        debug_assert!(false, "a closure was suspended");
        task.cancel();
    }

    fn adopt(&mut self, _: Held<'_>) -> bool {
        debug_assert!(false, "a closure was suspended");
        false
    }

    fn release(&self, _: Held<'_>) {
        unreachable!("a closure is in no set");
    }
}

impl Scheduler {
    /// Has a closure called by a thread of the blocking pool.
    ///
    /// Once the runtime has ended, it is cancelled instead.
    ///
    /// # Errors
    ///
    /// If the pool has no thread, and the system starts none. The closure has been dropped then.
    pub(crate) fn spawn_blocking<F, R>(
        self: &Arc<Self>,
        call: F,
        origin: impl Into<Origin>,
    ) -> io::Result<JoinRef<R>>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.spawn_job(call, Duty::Ordinary, origin)
    }

    /// The same, of a closure that is called even if the runtime ends before, once it is accepted.
    ///
    /// # Errors
    ///
    /// As there.
    #[cfg(any(feature = "fs", feature = "io-std"))]
    pub(crate) fn spawn_promised<F, R>(
        self: &Arc<Self>,
        call: F,
        origin: impl Into<Origin>,
    ) -> io::Result<JoinRef<R>>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        self.spawn_job(call, Duty::Promised, origin)
    }

    fn spawn_job<F, R>(
        self: &Arc<Self>,
        call: F,
        duty: Duty,
        origin: impl Into<Origin>,
    ) -> io::Result<JoinRef<R>>
    where
        F: FnOnce() -> R + Send + 'static,
        R: Send + 'static,
    {
        let (id, origin) = (next_task_id(), origin.into());
        let future = Closure(Some(call));
        let future = spans::task(
            future,
            spans::Task {
                kind: "blocking",
                id,
                spawned_at: origin.spawned_at,
                name: origin.name(),
            },
        );
        let (job, join) = cell::spawn(future, InPool, id, origin);
        job.header().trace(trace::spawn);
        self.push_job(job, duty)?;
        Ok(join)
    }
}
