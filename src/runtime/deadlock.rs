//! When all tasks are asleep and nothing can wake any of them.
//!
//! Go's runtime ends a program with "all goroutines are asleep - deadlock!". Here it is said likewise, with a [`dump`](mod@crate::dump) of
//! what each task waits for; a program may [choose](crate::Builder::on_deadlock) that its `block_on` panics instead, and a test
//! made by `#[runtime::test]` does: it fails at once, instead of hanging.
//!
//! ```should_panic
//! use runtime::runtime::{Builder, OnDeadlock};
//! use runtime::sync::mpsc;
//!
//! # #[cfg(not(all(target_os = "linux", not(feature = "tokio-compat"))))]
//! # panic!("there it cannot be known");
//! let runtime = Builder::new_multi_thread().on_deadlock(OnDeadlock::Panic).build().unwrap();
//! runtime.block_on(async {
//!     let (_tx, mut rx) = mpsc::channel::<u32>(1);
//!     rx.recv().await // `_tx` is still there: there is no value, and no end
//! });
//! ```
//!
//! # When it is reported
//!
//! A `block_on` waits, and in no runtime of the process does a worker run, or a task wait for its turn; no timer is set; nobody waits for a
//! socket or whatever else is registered with the system, for a signal or a child; no closure of a blocking pool runs or is queued;
//! and the process has no thread but those of the runtimes, and those in `block_on`. It is reported once, some 100 milliseconds after the
//! last task has gone to sleep, and not again until something has run. Behind a closure that nobody waited for, and behind a thread, it comes
//! later, by at most as long as all had waited by then, or a minute. What this crate does beside (the page of `debug`, lines of `RUNTIME_SCHEDTRACE`,
//! a [dump](mod@crate::dump#on-a-signal) on a signal) does not stand against it.
//!
//! # Threads of your own
//!
//! Any other thread may hold a sender, a lock or a waker. So while there is one nothing is reported: neither while it computes, nor while it
//! sleeps. When the last of them has ended the report comes, if later: the longer the wait, the less often is looked, up to a
//! minute. A thread that has nothing to do with tasks can say so by [`never_wakes`]. The other way round, [`may_wake`] is for wakers
//! that are held by something that the runtime knows nothing of and that is no thread.
//!
//! In a `#[runtime::test]` the main thread, where the harness waits, is left out; other tests that run at the same time on threads of
//! their own are not, so that such a test may have to wait for the end of these before it fails.
//! A program with a harness of its own (`harness = false`) has no such tests, as the compiler leaves them out there, and its main
//! thread counts as any other. Only a harness that is given to the compiler (`custom_test_frameworks`, which is unstable) could run them
//! and wake their tasks from the main thread: it has to hold a guard of [`may_wake`] meanwhile.
//!
//! Where the system does not tell which threads there are, that is on all but Linux and Android, a report may be wrong. There
//! [`OnDeadlock::Panic`] only warns, and a process is warned once.
//!
//! # What is not found
//!
//! - A deadlock of some tasks, while others go on.
//! - One in which a task blocks its thread, by `block_on`, `blocking_recv` or a lock of the standard library.
//! - One while a socket or a listener is waited for whose other side is in the same deadlock.
//! - One while somebody listens to a signal, or for the end of a child that was dropped while it ran.
//!
//! # What it costs
//!
//! Nothing while tasks run: the monitor looks, when it has found nobody at work and is about to rest.

pub use crate::scheduler::deadlock::{MayWake, NeverWakes, OnDeadlock, may_wake, never_wakes};

use super::Builder;

impl Builder {
    /// Chooses what happens when all tasks are asleep and nothing can wake any of them; unless this is called, it is said on standard
    /// error.
    ///
    /// That is: a [`block_on`](super::Runtime::block_on) waits, or `main`, no task can run in any runtime of the process, and nothing that they
    /// could wait for is there, be it a timer, a socket, a closure, a signal, a child or another thread of the program.
    /// [`deadlock`](mod@super::deadlock) has the particulars. In `#[runtime::test]` the choice is
    /// [`OnDeadlock::Panic`]. What is known to wake tasks in a way that the runtime does not see can say so by
    /// [`may_wake`].
    ///
    /// # Examples
    ///
    /// ```
    /// use runtime::runtime::OnDeadlock;
    ///
    /// let runtime = runtime::Builder::new_current_thread().on_deadlock(OnDeadlock::Panic).build()?;
    /// # drop(runtime);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_deadlock(&mut self, what: OnDeadlock) -> &mut Self {
        self.on_deadlock = what;
        self
    }

    /// The runtime is a test's, and its harness waits for it on the main thread.
    #[cfg(feature = "macros")]
    pub(crate) fn for_test(&mut self) -> &mut Self {
        self.is_test = true;
        self.on_deadlock(OnDeadlock::Panic)
    }
}
