//! Cancellation that travels: Go's `context`.
//!
//! A [`Context`] says whether a piece of work is still wanted. It is passed down through calls and tasks; each level may
//! derive a child that can be cancelled by itself, or that has a deadline. When a context ends, all below it end
//! with it, and whoever waits for [`done`](Context::done) is woken. Ending a child means nothing to its parent.
//!
//! ```
//! use runtime::context::{Context, ContextError};
//!
//! async fn serve(ctx: Context) -> Result<u32, ContextError> {
//!     // Ends at the next `await` after the context has ended.
//!     ctx.run(std::future::pending()).await
//! }
//!
//! runtime::block_on(async {
//!     let (ctx, cancel) = Context::background().with_cancel();
//!     let task = runtime::spawn(serve(ctx.clone()));
//!     cancel.cancel();
//!     assert_eq!(task.await.unwrap(), Err(ContextError::Cancelled));
//!     assert_eq!(ctx.err(), Some(ContextError::Cancelled));
//! });
//! ```
//!
//! # From Go
//!
//! | Go | here |
//! |---|---|
//! | `context.Background()` | [`Context::background()`] |
//! | `ctx, cancel := context.WithCancel(parent)` | `let (ctx, cancel) = parent.with_cancel()` |
//! | `context.WithTimeout`, `WithDeadline` | `parent.with_timeout(duration)`, `parent.with_deadline(instant)` |
//! | `defer cancel()` | `let _guard = cancel.cancel_on_drop()` |
//! | `cancel(cause)` of `WithCancelCause` | [`cancel.cancel_with(cause)`](CancelHandle::cancel_with) |
//! | `<-ctx.Done()` | `ctx.done().await`, also in [`select!`](crate::select) |
//! | `ctx.Err()`, `context.Cause(ctx)` | [`ctx.err()`](Context::err), [`ctx.cause()`](Context::cause) |
//! | `ctx.Value(key)` | not here: see below |
//!
//! What is new is [`ctx.run(future)`](Context::run). A goroutine has to ask its context; a future can be dropped instead.
//!
//! # Values are not part of it
//!
//! Go carries request-scoped values in the context because a goroutine has nothing else to carry them in. They are looked up
//! by type at run time along the whole chain, and nothing says which function needs which. Here an argument or a field
//! says it, and the compiler checks it; so a context is about one thing.
//!
//! # What it costs
//!
//! A child is one allocation and a place in its parent's table. It gives the place back when its last handle is dropped, in one
//! step, however many siblings there are. Ending a context goes once through all below it; no lock is held while
//! tasks are woken, and depth costs no stack. To ask [`err`](Context::err) is one atomic load, and with a deadline a look
//! at the clock. Deadlines need no task: each future that waits has a timer of its own.

mod cancel;
mod children;
mod deadline;
mod done;
mod error;
mod node;
mod run;
mod tree;

pub use self::cancel::{CancelGuard, CancelHandle};
pub use self::done::Done;
pub use self::error::{Cause, ContextError};
pub use self::run::Run;
pub use self::tree::Context;

#[cfg(test)]
mod tests;
