//! Values that a task carries along, wherever it runs.
//!
//! A thread-local is of no use to a task, which moves from thread to thread and shares each of them with others. A task-local is
//! a value that stands in a future, beside the future that may see it ([`TaskLocalFuture`]); each poll lends it to the thread,
//! and takes it back at its end. So the value is neither moved nor locked, no lookup is by name, and other tasks on the same
//! thread see nothing of it.
//!
//! What is lent is a reference, through [`util::scoped`](crate::util::scoped): scopes nest, also inside [`LocalKey::with`], each
//! hides the one around it, and whatever ends a poll, a panic included, restores what was there.

mod future;
mod key;

pub use future::TaskLocalFuture;
pub use key::{AccessError, LocalKey, Place};

/// Declares values that a task carries along.
///
/// The syntax is that of `thread_local!`, without a first value: a key has one inside [`scope`] or [`sync_scope`] alone.
///
/// [`scope`]: crate::task::LocalKey::scope
/// [`sync_scope`]: crate::task::LocalKey::sync_scope
///
/// # Examples
///
/// ```
/// runtime::task_local! {
///     /// Whose request this is.
///     pub static USER: String;
///     static DEPTH: u32;
/// }
///
/// async fn greet() -> String {
///     runtime::task::yield_now().await; // and perhaps on another thread from here on
///     USER.with(|user| format!("hello {user}"))
/// }
///
/// # runtime::block_on(async {
/// let ann = runtime::spawn(USER.scope("Ann".into(), greet()));
/// let bob = runtime::spawn(USER.scope("Bob".into(), greet()));
/// assert_eq!(ann.await.unwrap(), "hello Ann");
/// assert_eq!(bob.await.unwrap(), "hello Bob");
/// # assert!(DEPTH.try_get().is_err());
/// # });
/// ```
#[macro_export]
macro_rules! task_local {
    () => {};
    ($(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty) => {
        $(#[$attribute])*
        $visibility static $name: $crate::task::LocalKey<$type> = {
            ::std::thread_local! {
                static PLACE: $crate::task::__Place<$type> = const { $crate::task::__Place::new() };
            }
            $crate::task::LocalKey::__new(PLACE)
        };
    };
    ($(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty; $($rest:tt)*) => {
        $crate::task_local! { $(#[$attribute])* $visibility static $name: $type }
        $crate::task_local! { $($rest)* }
    };
}
