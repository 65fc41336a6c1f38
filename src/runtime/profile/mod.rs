//! Which tasks there are, how many of each kind, and for how long: the profile, by which a leak is found.
//!
//! A program that spawns a task for each request and forgets to end some of them grows, and nothing says where. [`profile()`] counts
//! the tasks by the place where they were spawned and by what they wait for, and tells the age of the oldest; of those that wait
//! it tells how many nothing can ever wake.
//!
//! ```
//! use std::future::pending;
//!
//! runtime::block_on(async {
//!     for _ in 0..1_000 {
//!         runtime::spawn(pending::<()>());
//!     }
//!     # while runtime::profile().groups().iter().map(|group| group.lost).sum::<usize>() < 1_000 {
//!     runtime::task::yield_now().await;
//!     # }
//!     let profile = runtime::profile();
//!     let most = &profile.groups()[0];
//!     assert_eq!((most.count, most.lost), (1_000, 1_000));
//!     println!("{profile}");
//! });
//! ```
//!
//! prints
//!
//! ```text
//! runtime: 1000 tasks, of which 1000 are lost: nothing can wake them
//!
//! 1000 tasks waiting: pending, 1000 lost, the oldest for 0.0s or more
//!     src/main.rs:5:9  core::future::pending::Pending<()>
//! ```
//!
//! # Lost tasks
//!
//! A task that waits is woken by its waker. If nobody has one any more, since the future that it was given to dropped it, or
//! never took one, then the task waits for ever: it ends with its runtime, or when its handle aborts it. That it is lost is certain.
//! Not all that leak are lost: tasks that wait for each other have wakers of one another; and a task of which somebody keeps
//! an [`AbortHandle`](crate::task::AbortHandle) does not count as lost, since it is not told from a waker.
//!
//! # Ages
//!
//! They are coarse, as no task costs a look at the clock, nor a byte. A task notes the number of the generation in which it was
//! spawned; a generation lasts for a quarter of a second at first, and later for a thirty-second of the time since the first
//! runtime was built. An age tells how long ago that generation ended. So it is always true that the task is at least that old, and
//! what is missing is at most 3 % of the time that the program has run, or a quarter of a second, and the tick of the monitor; or the time for which all
//! was idle before the task was spawned. After some eight months there are no more generations, and tasks that
//! are spawned then have no age.
//!
//! # What is counted
//!
//! What a [`dump`](mod@crate::dump) lists, without the futures of `block_on` and the closures of the blocking pool: tasks that have not waited
//! so far are not in any group. It blocks its thread, for less than a microsecond a task, and needs memory for the groups alone.

mod group;
mod text;

pub use group::{Profile, TaskGroup, profile};
