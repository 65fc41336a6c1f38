//! With the feature: by the macros of `tracing`, each call of which is contained.

use std::mem;
use std::num::NonZeroU64;
use std::pin::Pin;
use std::task::{Context, Poll};

use pin_project_lite::pin_project;
use tracing::Span;

use super::{Stall, Task};
use crate::util::contain::contain;

pin_project! {
    /// A task's future, and its span, which is dropped behind it.
    pub(crate) struct Traced<F> {
        #[pin]
        future: F,
        span: TaskSpan,
    }
}

/// The span of a task. Its drop, which closes it, is foreign code.
struct TaskSpan(Span);

/// The span is entered until this is dropped, unless to enter it has panicked.
struct Entered<'a>(Option<tracing::span::Entered<'a>>);

/// The future with a span around it.
pub(crate) fn task<F: Future>(future: F, task: Task<'_>) -> Traced<F> {
    let mut span = Span::none();
    contain(|| span = span_of(task));
    Traced { future, span: TaskSpan(span) }
}

/// The fields have the names of Tokio's, for those who look for them.
fn span_of(Task { kind, id, spawned_at, name }: Task<'_>) -> Span {
    tracing::trace_span!(
        target: "runtime::task",
        parent: None,
        "task",
        kind,
        task.id = id,
        task.name = name,
        loc.file = spawned_at.file(),
        loc.line = spawned_at.line(),
        loc.col = spawned_at.column(),
    )
}

impl<F: Future> Future for Traced<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _entered = Entered::new(&this.span.0);
        this.future.poll(cx)
    }
}

impl<'a> Entered<'a> {
    fn new(span: &'a Span) -> Self {
        let mut entered = None;
        contain(|| entered = Some(span.enter()));
        Self(entered)
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        contain(|| drop(self.0.take()));
    }
}

impl Drop for TaskSpan {
    fn drop(&mut self) {
        contain(|| drop(mem::replace(&mut self.0, Span::none())));
    }
}

/// The name of a future's type, without what was put around it here.
pub(crate) fn type_name<F>() -> &'static str {
    const AROUND: &str = concat!(module_path!(), "::Traced<");
    let name = std::any::type_name::<F>();
    name.strip_prefix(AROUND).and_then(|name| name.strip_suffix('>')).unwrap_or(name)
}

/// Tells of a poll that takes too long, once a poll.
pub(crate) fn stuck(stall: Stall) {
    let Stall { runtime, task, type_name, place, elapsed, activity } = stall;
    contain(|| {
        tracing::warn!(
            target: "runtime::stall",
            runtime,
            task.id = (task != 0).then_some(task),
            task.type_name = type_name,
            loc.file = place.file(),
            loc.line = place.line(),
            loc.col = place.column(),
            elapsed_ms = elapsed.as_millis() as u64,
            activity,
            "a poll takes too long"
        );
    });
}

/// Tells that the permit of a worker was given to another, and why.
pub(crate) fn retaken(runtime: NonZeroU64, worker: usize, activity: &'static str) {
    contain(|| {
        tracing::debug!(
            target: "runtime::retake",
            runtime,
            worker,
            activity,
            "a permit was retaken"
        );
    });
}

/// Tells that there are as many threads as there may be, the first time that one more is wanted.
pub(crate) fn at_bound(runtime: NonZeroU64) {
    contain(|| {
        tracing::warn!(
            target: "runtime::bound",
            runtime,
            "all threads that `max_blocking_threads` allows are in use: tasks that are stuck stall others"
        );
    });
}
