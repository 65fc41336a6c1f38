//! All tasks are asleep, and nothing can wake any of them: how that is found out, and what is done about it.
//!
//! The problem: two tasks wait for each other's lock, or `main` for a channel whose sender it keeps itself. Nothing runs, nothing is
//! due, and the program hangs without a word. A scheduler sees that nobody works, but not why. What could wake somebody is known all
//! the same, since whatever ends a wait has to come from somewhere: from a task that runs, or from one of the sources below.
//!
//! # What can wake a task
//!
//! | source | there is none when |
//! |---|---|
//! | a task, or the future of a `block_on` | in no runtime a worker is up, a task queued, or such a future being polled or to be polled |
//! | a moment | no wheel has a timer |
//! | a socket, a child (by its descriptor) | no registration has a waiter |
//! | a closure of the blocking pool | in each pool all threads are idle, and nothing is queued |
//! | a signal, a child (by its signal) | nobody waits in a slot of `signal`, but for the thread that prints dumps, and no signal is being delivered |
//! | a thread of somebody else | every thread of the process is one of ours, or has said that it [never wakes](never_wakes) anybody |
//! | Tokio's runtime beside ours, with `tokio-compat` | it has no task, and each of our tasks that wait has given no more than one waker away, to something of ours |
//! | anything else | nobody has said that there [may be](may_wake) such a thing |
//!
//! If there is none of them while a `block_on` waits (that of `main` is one), it waits for ever.
//!
//! Runtimes that are tools of this crate's own, as that of the debug page, are not asked: they wake no task of the program.
//!
//! # Who looks, and when
//!
//! The monitor, when it has found nobody at work and rests. No worker and no task does anything for it. Steps of the monitor:
//! 1. is asleep, so that whoever begins to work rouses it ([`Vigil::begin`] and what follows happen in its rest);
//! 2. gathers the [`Evidence`]: that no source is active, with the counts of what was done so far;
//! 3. rests for [`PATIENCE`], or until it is roused;
//! 4. looks at the threads of the process, and, beside a runtime of Tokio's, at the wakers of all tasks;
//! 5. gathers the evidence again; if the two are the same, reports.
//!
//! What stands against a report ends, in most cases, by what rouses the monitor. A closure that nobody waits for ends in silence, as do
//! foreign threads, listeners, and a future that is dropped behind its last poll. As long as nothing else is against it the
//! monitor looks again, after 50 ms, and then each time when the rest is twice as long as at the last look, but at least once in
//! [`LONGEST`].
//!
//! # Why two looks show one moment
//!
//! The sources are looked at one after the other, so one that was found inactive first may be active when the last is looked at; and what
//! is handed from one to the other may always be where nobody looks. A source that *counts what it does* gives that away. For each of
//! these, two looks with one count say that it was inactive all the time from the end of the first look at it to the beginning of the second:
//!
//! | source | counts | is looked at |
//! |---|---|---|
//! | workers | polls, and how often one came back from its sleep | who is up, counts, who is up |
//! | a `block_on` | polls | `rung`, then the word with the count and the state (`root::bell`) |
//! | the calls of `block_on` | how many there ever were | under one lock |
//! | a pool | closures that it was given | under one lock |
//!
//! Workers are looked at twice in each look, since what makes one active, that it is taken off the list of sleepers, comes before its count.
//! If it is active between the looks, and got up before the first look's counts, the first look's second step sees it up, or it lay down
//! before that. If it got up after them and lies down before the second look's counts are read, these differ, since the lock of the list,
//! which it took to lie down and the monitor to begin the second look, orders its count before the read. If it lies down later, the second look's
//! first step sees it up.
//!
//! So let *m* be step 4. Each of these sources was inactive from before *m* until after it. The others have no count, and each is
//! looked at where that is enough:
//! - Timers and sockets, last in each runtime: what they wake is woken by a worker of that runtime, which gets up for it, or by the monitor itself. If there was none
//!   in step 2 and again in step 5, one that came and went in between was set by somebody active, and fired by a worker that counts.
//! - Signals, and what somebody has told of, behind all runtimes: they become active only by somebody who is active, as one who begins to
//!   listen; in step 2, none was since then.
//! - A foreign thread that lives at *m* is seen there. One that has ended by *m* has done what it did before step 5, and its end orders that before: if it rang a
//!   bell, woke a worker or gave a pool a closure, step 5 sees that, or its count. One that begins after *m* is begun by somebody who is active.
//!
//! At *m*, then, nobody was active at all, and who is inactive becomes active by somebody who is. It stays so.
//!
//! `scheduler::tests::loom_vigil` explores it with the real bells, pool and list of sleepers.
//!
//! One thing is done behind a count: a worker that has come back from its sleep to leave for good, since its time is over, may
//! still wake what its last look at the driver found. It holds nothing else up for that, so it is over within [`PATIENCE`] unless the
//! thread stands still for as long.
//!
//! # What is known of threads
//!
//! Linux tells the number of each thread. Those that serve a runtime say theirs while they can do nothing but what is counted above
//! ([`Known`]): workers and the pool's between the callbacks that begin and end them, the monitor, the one for signals, those that print dumps and
//! lines of schedtrace, that of the debug page, and those of Tokio's that poll tasks. A thread in `block_on` is known by that as long as
//! its future waits. All others are strangers, and may wake somebody. In a test the thread of the harness, that of the process's `main`, waits
//! for the tests alone, and is left out. That is the standard harness's: in a program with another one the compiler leaves out what is marked
//! as a test, and so nobody asks for this there.
//!
//! A thread that ends while the system lists them may cut the list short, so it is asked twice, and a list that changes has strangers in it.
//!
//! Where the system does not tell of threads a report may be wrong, so it only warns, and once.
//!
//! # What is not seen
//!
//! A task that blocks its thread in a call, be it `block_on` inside a task or `blocking_recv`, counts as one that works: nobody knows
//! whether that call returns. So does a thread outside of any runtime. And a waker that lies in a registration whose future is gone
//! may still be woken, as far as is known.
//!
//! # Rejected
//!
//! - *A count of what is active*, up and down: a write to a line that all share in each wake.
//! - *To ask the tasks what they wait for*: that they wait for a channel does not tell who has its other end.
//! - *To report from the worker that sleeps last*: it would have to know that others do not get up, and its sleep is the hot path.

mod evidence;
mod outside;
mod report;
mod vigil;

pub(crate) use outside::Known;
#[cfg(all(feature = "signal", unix))]
pub(crate) use outside::add_source;
pub use outside::{MayWake, NeverWakes, may_wake, never_wakes};
pub(crate) use report::Describe;
pub use report::OnDeadlock;
pub(super) use vigil::Vigil;
