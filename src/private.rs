//! What the macros expand to. This page is about `#[main]` and `#[test]`, which run the body of a function on a runtime of its own;
//! what is re-exported here belongs to `select!` and `join!`, see `macros`.
//!
//! Main is a task like any other, if it can be one: its future and its output have to be `Send` and
//! `'static`. A macro sees tokens and not types, so the choice is left to method resolution. The
//! expansion calls `(&body).way()` on a [`Body`], and there are two methods of that name:
//!
//! 1. [`ByTask::way`] takes `&Body<F>`, and exists where a task may run `F`.
//! 2. [`ByThread::way`] takes `&&Body<F>`, and exists for every future.
//!
//! The receiver is a `&Body<F>`. The compiler tries it as it is, which finds the first method, and
//! borrows it once more only if there was none, which finds the second. What each returns is a type
//! that knows how to [`run`](AsTask::run) a body.
//!
//! Why this holds for every body:
//!
//! - The body is an `async fn` of its own, so its type is known and needs nothing from the function
//!   that asks: no cycle, and no inference that could be waiting for the answer. To ask whether an
//!   opaque future is `Send` looks through to what it holds across its `.await`s, hence the same
//!   signature goes one way or the other.
//! - A bound that fails leaves the first method out without an error. That includes a future whose
//!   `Send` depends on lifetimes, which `spawn` refuses as "not general enough": the compiler looks
//!   whether the bound holds for all lifetimes in the future before it settles on the method.
//! - A body that is wrong has an unknown type, for which every bound holds, so that it draws no
//!   second error here.
//!
//! Rejected: one trait with two implementations, since they overlap; a method that takes the body by
//! value, since the one for the reference could not take it out; and an argument of the attribute,
//! since a body is often `Send` by accident, and a program should not stop compiling when it ceases
//! to be.
//!
//! This module is public for the expansions alone. Nothing in it is promised to anybody else.

use std::fmt;
use std::panic::resume_unwind;

pub use crate::macros::{
    All, AllOk, And, ByChance, Candidate, Choose, Disabled, Gather, InOrder, InTurn, Kept,
};
pub use crate::runtime::{Builder, OnDeadlock};
use crate::runtime::{LocalOptions, LocalRuntime, Runtime};

/// The future of a body, before it is known who runs it.
pub struct Body<F>(F);

impl<F: Future> Body<F> {
    pub fn new(future: F) -> Self {
        Self(future)
    }
}

impl<F> fmt::Debug for Body<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}

/// Has a test fail where nothing can wake it any more.
pub fn for_test(builder: &mut Builder) -> &mut Builder {
    builder.for_test()
}

/// Says what the body of a function with arguments returns, as the function itself would.
pub fn returning<R, F: Future<Output = R>>(future: F) -> F {
    future
}

/// The way of a body that may move between threads.
pub trait ByTask {
    fn way(&self) -> AsTask {
        AsTask
    }
}

impl<F> ByTask for Body<F>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
}

/// The way of every other body.
pub trait ByThread {
    fn way(&self) -> OnThread {
        OnThread
    }
}

impl<F: Future> ByThread for &Body<F> {}

/// Spawns the body, and waits for it on the calling thread.
#[derive(Debug)]
pub struct AsTask;

impl AsTask {
    #[track_caller]
    pub fn run<F>(self, body: Body<F>, builder: &mut Builder) -> F::Output
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let program = Program::start(builder);
        let task = program.runtime().spawn(body.0);
        // This thread stays out of the work: a poll that never returns must not keep the program from ending.
        let ended = program.runtime().block_on_aside(task);
        drop(program);
        // Nobody else has a handle to abort it, so an error is a panic.
        ended.unwrap_or_else(|error| resume_unwind(error.into_panic()))
    }
}

/// Polls the body on the calling thread.
#[derive(Debug)]
pub struct OnThread;

impl OnThread {
    #[track_caller]
    pub fn run<F: Future>(self, body: Body<F>, builder: &mut Builder) -> F::Output {
        // As above: in a task that never returns it could not poll the body any more.
        Program::start(builder).runtime().block_on_aside(body.0)
    }
}

/// Polls the body on the calling thread, in a local runtime.
#[derive(Debug)]
pub struct OnLocal;

impl OnLocal {
    #[track_caller]
    pub fn run<F: Future>(self, body: Body<F>, builder: &mut Builder) -> F::Output {
        let program = match builder.build_local(LocalOptions::default()) {
            Ok(runtime) => LocalProgram(Some(runtime)),
            Err(error) => panic!("the runtime could not be started: {error}"),
        };
        program.0.as_ref().expect("the runtime is taken by drop alone").block_on(body.0)
    }
}

/// As [`Program`].
struct LocalProgram(Option<LocalRuntime>);

impl Drop for LocalProgram {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(|mut runtime| runtime.ends_with_main());
    }
}

/// The runtime for as long as the body runs. The program ends with it, by return or by panic: tasks
/// that are suspended are dropped, and those in the middle of a poll are not waited for; writes that a file or a stream has accepted
/// are, for a second at most.
struct Program(Option<Runtime>);

impl Program {
    #[track_caller]
    fn start(builder: &mut Builder) -> Self {
        match builder.build() {
            Ok(runtime) => Self(Some(runtime)),
            Err(error) => panic!("the runtime could not be started: {error}"),
        }
    }

    fn runtime(&self) -> &Runtime {
        self.0.as_ref().expect("the runtime is taken by drop alone")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        if let Some(mut runtime) = self.0.take() {
            runtime.ends_with_main();
        }
    }
}
