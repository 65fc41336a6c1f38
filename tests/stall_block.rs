//! `block_on` and `block_in_place` inside tasks: others run meanwhile, and no permit is lost.
#![cfg(all(feature = "rt-multi-thread", feature = "time"))]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures::executor;
use futures::future::join_all;
use runtime::runtime::Runtime;
use runtime::task::{self, JoinError, JoinHandle};
use runtime::{Builder, Handle, time};
use support::{Gate, current_thread, hush, meet, multi_thread, text_of, watch};

const MOMENT: Duration = Duration::from_millis(2);

fn in_each(test: impl Fn(&Runtime, usize)) {
    let _watch = watch();
    for permits in [1, 2, 4] {
        eprintln!("on {permits}");
        let runtime = multi_thread(permits);
        test(&runtime, permits);
        meet(runtime.handle(), permits); // no permit is lost
    }
}

/// With one permit and no thread more.
fn at_the_bound() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(1).max_blocking_threads(1).enable_all().build().unwrap()
}

fn said(error: JoinError) -> String {
    text_of(&*error.into_panic()).to_owned()
}

/// Waits for a sleep and a task by blocking, and inside that once more, and so on.
fn nested(depth: usize) -> usize {
    runtime::block_on(async move {
        time::sleep(MOMENT).await;
        let child = task::spawn(async {
            task::yield_now().await;
            1
        });
        let below = if depth > 1 { nested(depth - 1) } else { 0 };
        below + child.await.unwrap()
    })
}

#[test]
fn block_on_inside_a_task_is_nested() {
    in_each(|runtime, _| {
        let in_task = runtime.spawn(async { nested(3) });
        assert_eq!(executor::block_on(in_task).unwrap(), 3);
        assert_eq!(runtime.block_on(async { nested(3) }), 3);
    });
}

#[test]
fn many_tasks_block_on_one_another() {
    in_each(|runtime, permits| {
        let all = (0..8 * permits).map(|_| runtime.spawn(async { nested(2) }));
        let all: Vec<_> = all.collect();
        for nested in executor::block_on(join_all(all)) {
            assert_eq!(nested.unwrap(), 2);
        }
    });
}

#[test]
fn a_panic_leaves_a_nested_block_on() {
    hush();
    in_each(|runtime, _| {
        let panics: JoinHandle<()> = runtime.spawn(async {
            runtime::block_on(async {
                time::sleep(MOMENT).await;
                panic!("in a nested block_on, on purpose");
            })
        });
        let error = executor::block_on(panics).unwrap_err();
        assert_eq!(said(error), "in a nested block_on, on purpose");
    });
}

#[test]
fn block_on_inside_a_task_panics_at_the_bound() {
    hush();
    let _watch = watch();
    let runtime = at_the_bound();
    for _ in 0..3 {
        let refused = runtime.spawn(async {
            let panic = catch_unwind(|| runtime::block_on(async {})).unwrap_err();
            let text = text_of(&*panic).to_owned();
            // The task itself goes on as if nothing had been.
            time::sleep(MOMENT).await;
            task::spawn(async move { text }).await.unwrap()
        });
        let text = executor::block_on(refused).unwrap();
        assert!(text.contains("max_blocking_threads") && text.contains("block_on"), "{text}");
    }
}

#[test]
fn block_on_inside_a_task_of_a_current_thread_runtime_panics() {
    let _watch = watch();
    let runtime = current_thread();
    let refused = runtime.spawn(async {
        let panic = catch_unwind(|| runtime::block_on(async {})).unwrap_err();
        text_of(&*panic).to_owned()
    });
    let text = runtime.block_on(refused).unwrap();
    assert!(text.contains("current-thread") && text.contains("block_on"), "{text}");
    runtime.block_on(async {
        let panic = catch_unwind(|| task::block_in_place(|| ())).unwrap_err();
        let text = text_of(&*panic);
        assert!(text.contains("current-thread") && text.contains("block_in_place"), "{text}");
    });
}

#[test]
fn a_current_thread_runtime_inside_a_task_runs_its_own() {
    in_each(|runtime, _| {
        let inner = runtime.spawn(async {
            let outer = Handle::current();
            let inner = current_thread();
            let sum = inner.block_on(async move {
                let theirs = outer.spawn(async {
                    time::sleep(MOMENT).await;
                    1
                });
                let ours = task::spawn(async {
                    time::sleep(MOMENT).await;
                    2
                });
                theirs.await.unwrap() + ours.await.unwrap()
            });
            // And this is a task of the outer one again.
            sum + task::spawn(async { 4 }).await.unwrap()
        });
        assert_eq!(executor::block_on(inner).unwrap(), 7);
    });
}

/// Blocks in place until another task has run.
fn let_another_run() {
    let ran = Gate::new("another task ran");
    let opens = ran.clone();
    let other = task::spawn(async move { opens.open() });
    task::block_in_place(|| ran.wait());
    drop(other);
}

#[test]
fn others_run_while_a_task_blocks_in_place() {
    in_each(|runtime, permits| {
        executor::block_on(runtime.spawn(async { let_another_run() })).unwrap();
        runtime.block_on(async { let_another_run() });
        let all: Vec<_> =
            (0..4 * permits).map(|_| runtime.spawn(async { let_another_run() })).collect();
        executor::block_on(join_all(all)).into_iter().for_each(|ended| ended.unwrap());
    });
}

#[test]
fn block_in_place_is_nested_and_may_block_on() {
    in_each(|runtime, _| {
        let in_task = runtime.spawn(async {
            let text = String::from("borrowed");
            let length = task::block_in_place(|| {
                let_another_run();
                assert_eq!(task::block_in_place(|| nested(2)), 2);
                assert_eq!(runtime::block_on(async { task::block_in_place(|| nested(1)) }), 1);
                text.len()
            });
            let_another_run();
            time::sleep(MOMENT).await;
            length
        });
        assert_eq!(executor::block_on(in_task).unwrap(), 8);
    });
}

#[test]
fn a_closure_that_panics_leaves_block_in_place() {
    hush();
    in_each(|runtime, _| {
        let in_task = runtime.spawn(async {
            let panics = AssertUnwindSafe(|| task::block_in_place(|| panic!("on purpose")));
            assert_eq!(text_of(&*catch_unwind(panics).unwrap_err()), "on purpose");
            let_another_run();
            task::block_in_place(|| panic!("once more, on purpose"))
        });
        let error: JoinError = executor::block_on(in_task).unwrap_err();
        assert_eq!(said(error), "once more, on purpose");
    });
}

#[test]
fn block_in_place_just_calls_outside_of_tasks_and_at_the_bound() {
    let _watch = watch();
    assert_eq!(task::block_in_place(|| 1), 1);
    let runtime = at_the_bound();
    let _entered = runtime.enter();
    assert_eq!(task::block_in_place(|| 2), 2);
    let in_task = runtime.spawn(async {
        let three = task::block_in_place(|| 3);
        time::sleep(MOMENT).await;
        three
    });
    assert_eq!(executor::block_on(in_task).unwrap(), 3);
}
