//! Joining: outputs, errors and what they say, numbers, and tasks that nobody joins.

mod support;

use std::collections::HashSet;
use std::error::Error;
use std::future::pending;
use std::io;
use std::sync::Arc;
use std::thread;

use futures::executor::block_on;
use runtime::task::{self, JoinError};
use support::{
    Counts, Gate, PanicsOnDrop, current_thread, eventually, hush, multi_thread, poll_once, text_of,
    watch,
};

fn cancelled() -> JoinError {
    let join = multi_thread(1).spawn(pending::<()>());
    join.abort();
    block_on(join).unwrap_err()
}

fn panicked() -> JoinError {
    hush();
    block_on(multi_thread(1).spawn(async { panic!("\"boom\", on purpose") })).unwrap_err()
}

fn panicked_without_text() -> JoinError {
    let task = async { std::panic::resume_unwind(Box::new(PanicsOnDrop)) };
    block_on(multi_thread(1).spawn(task)).unwrap_err()
}

#[test]
fn errors_say_what_happened_to_which_task() {
    let _watch = watch();
    let error = cancelled();
    let id = error.id();
    assert!(error.is_cancelled() && !error.is_panic());
    assert_eq!(error.to_string(), format!("task {id} was cancelled"));
    assert_eq!(format!("{error:?}"), format!("JoinError::Cancelled({id:?})"));

    let error = panicked();
    let id = error.id();
    assert!(error.is_panic() && !error.is_cancelled());
    let text = r#""\"boom\", on purpose""#;
    assert_eq!(error.to_string(), format!("task {id} panicked with message {text}"));
    assert_eq!(format!("{error:?}"), format!("JoinError::Panic({id:?}, {text}, ...)"));
    assert!(error.source().is_none());

    let error = panicked_without_text();
    let id = error.id();
    assert_eq!(error.to_string(), format!("task {id} panicked"));
    assert_eq!(format!("{error:?}"), format!("JoinError::Panic({id:?}, ...)"));
    std::mem::forget(error);
}

#[test]
fn errors_give_the_payload_or_themselves() {
    let _watch = watch();
    assert_eq!(text_of(&*panicked().into_panic()), "\"boom\", on purpose");
    let error = cancelled().try_into_panic().unwrap_err();
    assert!(error.is_cancelled());
    let refused = std::panic::catch_unwind(|| drop(error.into_panic())).unwrap_err();
    assert!(text_of(&*refused).contains("did not panic"));
}

#[test]
fn errors_become_io_errors() {
    let _watch = watch();
    for (error, text) in [(cancelled(), "cancelled"), (panicked(), "panicked")] {
        let error = io::Error::from(error);
        assert_eq!(error.kind(), io::ErrorKind::Other);
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn a_handle_resolves_anywhere() {
    let _watch = watch();
    let (one, other) = (multi_thread(1), current_thread());
    assert_eq!(block_on(one.spawn(async { 1 })).unwrap(), 1);
    assert_eq!(other.block_on(one.spawn(async { 2 })).unwrap(), 2);
    let joined_by_task = one.spawn(other.spawn(async { 3 }));
    other.block_on(async { assert_eq!(joined_by_task.await.unwrap().unwrap(), 3) });
}

#[test]
fn is_finished_tells_the_end() {
    let _watch = watch();
    let (runtime, gate) = (multi_thread(1), Gate::new("the task may end"));
    let join = runtime.spawn({
        let gate = gate.clone();
        async move { gate.passed().await }
    });
    let abort = join.abort_handle();
    assert!(!join.is_finished() && !abort.is_finished());
    gate.open();
    eventually("the task is done", || join.is_finished() && abort.is_finished());
    block_on(join).unwrap();
}

#[test]
fn only_the_waker_of_the_last_poll_is_woken() {
    let _watch = watch();
    let (runtime, gate) = (multi_thread(1), Gate::new("the task may end"));
    let mut join = runtime.spawn({
        let gate = gate.clone();
        async move { gate.passed().await }
    });
    let (first, last) = (Counts::new(), Counts::new());
    for wakes in [&first, &first, &last, &first, &last, &last] {
        assert!(poll_once(&mut join, wakes).is_pending());
    }
    gate.open();
    eventually("the waker was woken", || last.wakes() == 1);
    assert!(poll_once(&mut join, &last).is_ready());
    assert_eq!((first.wakes(), last.wakes()), (0, 1));
    drop(join);
    assert_eq!((Arc::strong_count(&first), Arc::strong_count(&last)), (1, 1));
}

#[test]
fn detached_tasks_run() {
    let _watch = watch();
    let (runtime, counts) = (multi_thread(2), Counts::new());
    for _ in 0..1_000 {
        drop(runtime.spawn(counts.count(task::yield_now())));
    }
    eventually("all have run", || counts.drops() == 1_000);
    assert_eq!(counts.polls(), 2_000);
}

#[test]
fn tasks_of_tasks_run_without_their_parents() {
    let _watch = watch();
    let (runtime, ran) = (multi_thread(2), Gate::new("the grandchild ran"));
    drop(runtime.spawn({
        let ran = ran.clone();
        async move {
            task::spawn(async move {
                task::spawn(async move { ran.open() });
            });
        }
    }));
    ran.wait();
}

#[test]
fn an_output_that_nobody_takes_is_dropped_with_the_handle() {
    let _watch = watch();
    let (runtime, output) = (multi_thread(1), Arc::new(()));
    let join = runtime.spawn({
        let output = output.clone();
        async { output }
    });
    eventually("the task is done", || join.is_finished());
    assert_eq!(Arc::strong_count(&output), 2);
    drop(join);
    assert_eq!(Arc::strong_count(&output), 1);
}

#[test]
fn numbers_are_unique_and_right() {
    let _watch = watch();
    let runtimes = [current_thread(), multi_thread(2)];
    let ids: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let runtimes = &runtimes;
                scope.spawn(move || {
                    let mut ids = Vec::new();
                    for runtime in runtimes {
                        for _ in 0..3_000 {
                            ids.push(runtime.block_on(number()));
                        }
                    }
                    ids
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let unique: HashSet<_> = ids.iter().map(|id| id.to_string()).collect();
    assert_eq!(unique.len(), ids.len());
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len());
}

/// The number of a new task, which handle, abort handle and the task itself agree on.
async fn number() -> task::Id {
    assert_eq!(task::try_id(), None, "the future of block_on is no task");
    let join = task::spawn(async {
        let before = task::id();
        task::yield_now().await;
        assert_eq!(task::id(), before);
        before
    });
    let (id, abort) = (join.id(), join.abort_handle());
    assert_eq!(abort.id(), id);
    assert_eq!(join.await.unwrap(), id);
    id
}

#[test]
fn id_outside_a_task_says_what_to_do() {
    hush();
    let text = std::panic::catch_unwind(task::id).unwrap_err();
    assert!(text_of(&*text).contains("try_id"));
}

#[test]
fn handles_show_their_task() {
    let _watch = watch();
    let runtime = multi_thread(1);
    let join = runtime.spawn(pending::<()>());
    let shown = [format!("{join:?}"), format!("{:?}", join.abort_handle())];
    for text in shown {
        assert!(text.contains(&join.id().to_string()), "{text}");
        assert!(text.contains("task_join.rs"), "{text}");
    }
    assert!(!format!("{runtime:?} {:?}", runtime.handle()).is_empty());
}
