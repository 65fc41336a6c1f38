//! The macros: `#[main]` and `#[test]`, and those that wait for several futures, all as every user of Tokio knows them.
//!
//! What waits for several futures is a future of this module, over a list of them (`branches`): `gather` for `join!` and
//! `try_join!`, `choose` for `select!`. The macros make the list, and take apart what comes of it. They know nothing of who polls
//! them, and have no `unsafe`; `order` says with which future a poll begins.

// Public for what the macros expand to, and for nobody else.
#[doc(hidden)]
mod branches;
#[doc(hidden)]
mod choose;
#[doc(hidden)]
mod gather;
#[doc(hidden)]
mod order;

mod join;
mod pin;
mod select;

pub use branches::And;
pub use choose::{Candidate, Choose, Disabled};
pub use gather::{All, AllOk, Gather, Kept};
pub use order::{ByChance, InOrder, InTurn};

/// Makes an `async fn` the program: builds a runtime, runs the body on it, and ends with it.
///
/// The function loses its `async` and is otherwise as it was written: its name, its return type (any
/// that [`main`](std::process::Termination) may have), its attributes. It need not be called `main`;
/// any function can be made one that blocks its caller until the body has ended. If it has arguments,
/// or is a method, its body is polled by the calling thread.
///
/// ```
/// #[runtime::main]
/// async fn main() {
///     let task = runtime::spawn(async { 6 * 7 });
///     assert_eq!(task.await.unwrap(), 42);
/// }
/// ```
///
/// # Where the body runs
///
/// The body is a task like any other, so workers run it, it is preempted as they all are, and
/// [`task::try_id`](crate::task::try_id) knows it. This takes a future and an output that are `Send`
/// and `'static`. A body that holds an `Rc` across an `.await`, or returns one, is polled by the
/// thread that called the function instead; nothing else about it changes, and nothing has to be
/// declared. The compiler decides which of the two it is.
///
/// A common output that is not `Send` is `Result<(), Box<dyn Error>>`: a `main` that is to be a task
/// returns `Result<(), Box<dyn Error + Send + Sync>>`.
///
/// # How it ends
///
/// When the body returns, the program is over, whatever other tasks are doing: those that are
/// suspended are dropped, with the destructors of what they hold; one that is in the middle of a
/// poll on another thread is not waited for. To wait for a task, await its handle.
///
/// The thread that called the function runs no other task, unless the flavour is `"current_thread"`: there, a task that
/// does not return from a poll keeps the function from returning.
///
/// # Arguments
///
/// ```
/// #[runtime::main(flavor = "multi_thread", worker_threads = 2)]
/// async fn main() {
///     // Two tasks run at the same time, however many cores there are.
/// }
/// ```
///
/// | argument | is | default |
/// |---|---|---|
/// | `flavor` | `"multi_thread"`, `"current_thread"` for one thread that runs everything, or `"local"` for a [`LocalRuntime`](crate::runtime::LocalRuntime), whose tasks need not be `Send` | `"multi_thread"`, which needs the feature `rt-multi-thread` |
/// | `worker_threads` | the number of workers of a multi-thread runtime | what [`Builder::worker_threads`](crate::Builder::worker_threads) says |
/// | `start_paused` | whether time is [paused](crate::time#time-in-tests) from the beginning; `true` needs the flavour `"current_thread"` and the feature `test-util` | `false` |
/// | `on_deadlock` | what happens when nothing can wake it any more, as [`OnDeadlock`](crate::runtime::OnDeadlock) has it: `"warn"`, `"panic"` or `"ignore"` | `"warn"` |
/// | `name` | the name of the runtime, as a string, for [`Handle::name`](crate::Handle::name) | none |
/// | `crate` | the path of this crate, as a string | the name that `Cargo.toml` gives to the package `gosched` |
///
/// The argument `crate` is for crates that re-export this one:
///
/// ```
/// mod framework {
///     pub use ::runtime::*;
/// }
///
/// #[framework::main(crate = "framework")]
/// async fn main() {}
/// ```
///
/// # Panics
///
/// A panic of the body goes on in the caller, with the same payload, so a program ends with status
/// 101. The function panics too if the runtime cannot be started.
///
/// # Errors
///
/// These do not compile: a function that is not `async`, that has generics, or that is
/// `const`, `unsafe` or `extern`; one that is called `main` and has arguments; an argument that is unknown, given twice or of the wrong type; and
/// `worker_threads` with a flavour that has none.
#[doc(inline)]
pub use gosched_macros::main;

/// Makes an `async fn` a test with a runtime of its own.
///
/// The body runs as that of [`main`] does: as a task where it can be one, and when it returns, the
/// tasks that it has left are dropped. It can return what every test can, such as a `Result`; and
/// `#[ignore]`, `#[should_panic]` and other attributes work as usual.
///
/// ```no_run
/// #[runtime::test]
/// async fn a_task_returns_its_output() {
///     let task = runtime::spawn(async { 6 * 7 });
///     assert_eq!(task.await.unwrap(), 42);
/// }
/// ```
///
/// # Arguments
///
/// Those of [`main`]; but `on_deadlock` is `"panic"`, and the flavour is `"current_thread"`, unless another is given, so that a test
/// is repeatable and many of them run side by side at little cost. A test of what happens in
/// parallel asks for workers:
///
/// ```no_run
/// #[runtime::test(flavor = "multi_thread", worker_threads = 2)]
/// async fn tasks_run_side_by_side() {
///     let halves = [0..500u32, 500..1_000].map(|half| runtime::spawn(async { half.sum::<u32>() }));
///     let [low, high] = halves;
///     assert_eq!(low.await.unwrap() + high.await.unwrap(), 499_500);
/// }
/// ```
///
/// # Panics
///
/// As [`main`]: a test that panics fails, and its message is the body's.
///
/// A test panics too if nothing can wake it any more: then all tasks are asleep, and instead of hanging it says what each of them waits for.
/// [`deadlock`](crate::runtime::deadlock) has the particulars; `on_deadlock = "ignore"` does without.
///
/// # Errors
///
/// What does not compile under [`main`] does not compile here. Nor does a function with arguments, nor a
/// second `#[test]`, which would run the test twice.
#[doc(inline)]
pub use gosched_macros::test;
