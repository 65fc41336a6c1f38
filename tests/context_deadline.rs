//! Contexts that end by themselves.
#![cfg(all(feature = "sync", feature = "time"))]

mod support;

use std::future::pending;

use runtime::context::{Context, ContextError};
use runtime::time::{self, Duration, Instant};
use tokio_test::task::spawn;

use support::{LONG, all_kinds, watch};

const SHORT: Duration = Duration::from_millis(5);

#[test]
fn a_timeout_ends_the_context_and_all_below() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let began = Instant::now();
            let (ctx, _cancel) = Context::background().with_timeout(SHORT);
            let (child, _cancel) = ctx.with_cancel();
            assert_eq!(ctx.err(), None);
            assert_eq!(child.done().await, ContextError::DeadlineExceeded);
            assert!(began.elapsed() >= SHORT, "it was early");
            assert_eq!(ctx.err(), Some(ContextError::DeadlineExceeded));
            assert_eq!(ctx.cause().unwrap().to_string(), "context deadline exceeded");
        });
    }
}

#[test]
fn nobody_needs_to_wait_for_a_deadline_to_be_over() {
    let (ctx, cancel) = Context::background().with_timeout(Duration::ZERO);
    assert_eq!(ctx.err(), Some(ContextError::DeadlineExceeded));
    assert!(!cancel.cancel());
    let (child, _cancel) = ctx.with_timeout(LONG);
    assert_eq!(child.err(), Some(ContextError::DeadlineExceeded));
}

/// Nobody had looked at the clock, and so the cancel, though too late, was the end.
#[test]
fn a_cancel_after_the_deadline_comes_too_late() {
    let (parent, cancel_parent) = Context::background().with_cancel();
    let (ctx, cancel) = parent.with_timeout(Duration::ZERO);
    assert!(!cancel.cancel_with("too late"));
    assert_eq!(ctx.cause().unwrap().to_string(), "context deadline exceeded");
    let (other, _cancel) = parent.with_timeout(Duration::ZERO);
    let (below, _cancel) = other.with_cancel();
    let (in_time, _cancel) = parent.with_timeout(LONG);
    assert!(cancel_parent.cancel());
    let ends = [&parent, &other, &below, &in_time].map(|each| each.err().unwrap());
    let (cancelled, over) = (ContextError::Cancelled, ContextError::DeadlineExceeded);
    assert_eq!(ends, [cancelled, over, over, cancelled]);
}

/// The timer of the deadline wanted a unit of the budget, and there was none.
#[test]
fn after_the_deadline_nothing_begins_though_the_budget_is_spent() {
    runtime::block_on(async {
        let (ctx, _cancel) = Context::background().with_timeout(Duration::ZERO);
        let mut begun = false;
        let mut run = spawn(ctx.run(async { begun = true }));
        while spawn(runtime::task::consume_budget()).poll().is_ready() {}
        let _ = run.poll();
        drop(run);
        assert!(!begun);
    });
}

#[test]
fn the_earlier_deadline_holds() {
    let now = Instant::now();
    let (parent, _cancel) = Context::background().with_deadline(now + LONG);
    let (later, _cancel) = parent.with_deadline(now + LONG * 2);
    let (earlier, _cancel) = parent.with_deadline(now + SHORT);
    let (plain, _cancel) = earlier.with_cancel();
    assert_eq!(later.deadline(), Some(now + LONG));
    assert_eq!(plain.deadline(), Some(now + SHORT));
    assert_eq!(Context::background().deadline(), None);
    runtime::block_on(earlier.done());
    assert_eq!((parent.err(), later.err()), (None, None), "the end does not travel up");
}

#[test]
fn a_cancel_before_the_deadline_wins() {
    runtime::block_on(async {
        let (ctx, cancel) = Context::background().with_timeout(LONG);
        let task = runtime::spawn({
            let ctx = ctx.clone();
            async move { ctx.run(pending::<()>()).await }
        });
        runtime::task::yield_now().await;
        cancel.cancel();
        assert_eq!(task.await.unwrap(), Err(ContextError::Cancelled));
    });
}

#[test]
fn a_wait_for_what_ended_by_deadline_elsewhere_is_told_of_it() {
    runtime::block_on(async {
        let (ctx, _cancel) = Context::background().with_timeout(SHORT);
        let waits: Vec<_> = (0..10).map(|_| runtime::spawn(ctx.done())).collect();
        for wait in waits {
            assert_eq!(wait.await.unwrap(), ContextError::DeadlineExceeded);
        }
    });
}

#[test]
fn run_ends_a_future_that_spends_its_whole_budget() {
    let _watch = watch();
    runtime::block_on(async {
        let (ctx, _cancel) = Context::background().with_timeout(SHORT);
        let busy = async {
            loop {
                runtime::task::consume_budget().await;
            }
        };
        assert_eq!(ctx.run(busy).await, Err::<(), _>(ContextError::DeadlineExceeded));
    });
}

#[test]
fn any_duration_will_do() {
    runtime::block_on(async {
        let (ctx, _cancel) = Context::background().with_timeout(Duration::MAX);
        assert!(time::timeout(SHORT, ctx.done()).await.is_err());
        assert_eq!(ctx.err(), None);
    });
}
