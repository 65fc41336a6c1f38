//! Tasks that fail together: Go's `errgroup`.
//!
//! A [`Group`] starts tasks, its members, and waits for all of them. The first error is what [`wait`](Group::wait) returns,
//! and cancels the group's [`Context`](crate::context::Context), by which the other members learn that their work is not
//! wanted any more.
//!
//! ```
//! use runtime::context::{Context, ContextError};
//! use runtime::group::Group;
//!
//! #[derive(Debug, PartialEq)]
//! enum Error {
//!     NotFound(u32),
//!     Ended,
//! }
//!
//! impl From<ContextError> for Error {
//!     fn from(_: ContextError) -> Self {
//!         Self::Ended
//!     }
//! }
//!
//! async fn fetch(n: u32) -> Result<(), Error> {
//!     if n == 3 { Err(Error::NotFound(n)) } else { std::future::pending().await }
//! }
//!
//! runtime::block_on(async {
//!     let (group, ctx) = Group::with_context(&Context::background());
//!     for n in 1..=5 {
//!         let ctx = ctx.clone();
//!         group.go(async move { ctx.run(fetch(n)).await? });
//!     }
//!     assert_eq!(group.wait().await, Err(Error::NotFound(3)));
//! });
//! ```
//!
//! # From Go
//!
//! | Go | here |
//! |---|---|
//! | `var g errgroup.Group` | [`Group::new()`] |
//! | `g, ctx := errgroup.WithContext(ctx)` | `let (group, ctx) = Group::with_context(&ctx)` |
//! | `g.SetLimit(n)` | [`group.set_limit(n)`](Group::set_limit) |
//! | `g.Go(f)` | [`group.go(future)`](Group::go), or [`group.go_when_free(future).await`](Group::go_when_free), which waits as Go does |
//! | `g.TryGo(f)` | [`group.try_go(future)`](Group::try_go) |
//! | `err := g.Wait()` | [`group.wait().await`](Group::wait) |
//!
//! # Errors end nothing by force
//!
//! As in Go, a member is told of the others' failure and not ended by it: it may have to clean up, or to finish a step.
//! One that has nothing to finish wraps its work in [`ctx.run(..)`](crate::context::Context::run), as above, and is dropped where
//! it waits. Only when the group itself is dropped are its members ended by force: nobody is left who could
//! wait for them.
//!
//! # What it does not know
//!
//! This layer is safe code over others: the members' count is a [`WaitGroup`](crate::sync::WaitGroup), the limit a
//! [`Semaphore`](crate::sync::Semaphore), and both ways of ending a member a [`Context`](crate::context::Context).

mod caught;
mod outcome;
mod tasks;

pub use self::tasks::Group;
