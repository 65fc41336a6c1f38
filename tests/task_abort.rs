//! Abort: a task that is not done is dropped instead of polled; one that is done keeps its outcome.

mod support;

use std::future::pending;
use std::sync::{Arc, Mutex};
use std::thread;

use futures::executor::block_on;
use runtime::task::{self, AbortHandle};
use support::{Counts, Gate, current_thread, eventually, multi_thread, poll_once, rounds, watch};

#[test]
fn a_task_aborted_before_its_first_poll_is_never_polled() {
    let _watch = watch();
    let (runtime, counts) = (current_thread(), Counts::new());
    let join = runtime.spawn(counts.count(async {}));
    join.abort();
    assert_eq!(counts.drops(), 0, "the runtime drops the future, not the call");
    assert!(runtime.block_on(join).unwrap_err().is_cancelled());
    assert_eq!((counts.polls(), counts.drops()), (0, 1));
}

#[test]
fn a_suspended_task_is_dropped_when_it_is_aborted() {
    let _watch = watch();
    for runtime in [current_thread(), multi_thread(2)] {
        let counts = Counts::new();
        let join = runtime.spawn(counts.count(pending::<()>()));
        let abort = join.abort_handle();
        runtime.block_on(async {
            while counts.polls() == 0 {
                task::yield_now().await;
            }
            abort.abort();
            abort.abort();
            assert!(join.await.unwrap_err().is_cancelled());
        });
        assert!(abort.is_finished());
        assert_eq!((counts.polls(), counts.drops()), (1, 1));
    }
}

#[test]
fn a_task_that_is_done_keeps_its_output() {
    let _watch = watch();
    let runtime = multi_thread(2);
    let join = runtime.spawn(async { "output" });
    eventually("the task is done", || join.is_finished());
    join.abort();
    assert_eq!(block_on(join).unwrap(), "output");
}

#[test]
fn a_task_aborted_in_its_last_poll_keeps_its_output() {
    let _watch = watch();
    let runtime = multi_thread(1);
    let (handle, got) = std::sync::mpsc::channel::<AbortHandle>();
    let join = runtime.spawn(async move {
        got.recv().unwrap().abort();
        "output"
    });
    handle.send(join.abort_handle()).unwrap();
    assert_eq!(block_on(join).unwrap(), "output");
}

#[test]
fn a_task_that_aborts_itself_and_suspends_is_dropped() {
    let _watch = watch();
    let (runtime, counts) = (multi_thread(1), Counts::new());
    let (handle, got) = std::sync::mpsc::channel::<AbortHandle>();
    let join = runtime.spawn(counts.count(async move {
        got.recv().unwrap().abort();
        task::yield_now().await;
        unreachable!("an aborted task was polled");
    }));
    handle.send(join.abort_handle()).unwrap();
    let outcome: Result<(), _> = block_on(join);
    assert!(outcome.unwrap_err().is_cancelled());
    assert_eq!((counts.polls(), counts.drops()), (1, 1));
}

/// The poll that runs is finished first, and the future is dropped by its own runtime.
#[test]
fn a_task_aborted_from_afar_during_a_poll_is_dropped_after_it() {
    let _watch = watch();
    let (runtime, counts) = (multi_thread(1), Counts::new());
    let (in_poll, may_return) = (Gate::new("the poll runs"), Gate::new("the poll may return"));
    let join = runtime.spawn(counts.count({
        let (in_poll, may_return) = (in_poll.clone(), may_return.clone());
        async move {
            in_poll.open();
            may_return.wait();
            pending::<()>().await;
        }
    }));
    in_poll.wait();
    join.abort();
    assert!(!join.is_finished());
    assert_eq!(counts.drops(), 0);
    may_return.open();
    assert!(block_on(join).unwrap_err().is_cancelled());
    assert_eq!((counts.polls(), counts.drops()), (1, 1));
}

#[test]
fn a_dropped_handle_detaches_and_an_abort_handle_still_aborts() {
    let _watch = watch();
    let (runtime, counts) = (multi_thread(2), Counts::new());
    let abort = runtime.spawn(counts.count(pending::<()>())).abort_handle();
    eventually("the task is suspended", || counts.polls() == 1);
    assert!(!abort.is_finished());
    abort.clone().abort();
    eventually("the task is dropped", || counts.drops() == 1);
    eventually("the task is done", || abort.is_finished());
}

#[test]
fn abort_handles_outlive_task_and_runtime() {
    let _watch = watch();
    let runtime = multi_thread(1);
    let join = runtime.spawn(async {});
    let (abort, id) = (join.abort_handle(), join.id());
    block_on(join).unwrap();
    drop(runtime);
    abort.abort();
    assert!(abort.is_finished());
    assert_eq!(abort.id(), id);
}

#[test]
fn an_aborted_task_sees_its_number_in_its_destructors() {
    struct Notes(Arc<Mutex<Option<task::Id>>>);
    impl Drop for Notes {
        fn drop(&mut self) {
            *self.0.lock().unwrap() = task::try_id();
        }
    }
    let _watch = watch();
    let runtime = multi_thread(1);
    type End = fn(&task::JoinHandle<()>, &mut Option<runtime::Runtime>);
    let ends: [End; 2] = [|join, _| join.abort(), |_, runtime| drop(runtime.take())];
    let mut runtime = Some(runtime);
    for end in ends {
        let (seen, counts) = (Arc::default(), Counts::new());
        let notes = Notes(Arc::clone(&seen));
        let join = runtime.as_ref().unwrap().spawn(counts.count(async move {
            let _notes = notes;
            pending::<()>().await
        }));
        let id = join.id();
        eventually("the task is suspended", || counts.polls() == 1);
        end(&join, &mut runtime);
        assert!(block_on(join).unwrap_err().is_cancelled());
        assert_eq!(*seen.lock().unwrap(), Some(id));
        assert_eq!(task::try_id(), None);
    }
}

/// Who wakes, aborts, completes and joins first is left to chance; each future is dropped once in any case.
#[test]
fn aborts_that_race_with_wakes_and_ends_lose_nothing() {
    let _watch = watch();
    let runtime = multi_thread(2);
    for round in 0..rounds(20_000) {
        let (counts, gate) = (Counts::new(), Gate::new("the task may end"));
        let join = runtime.spawn(counts.count({
            let gate = gate.clone();
            async move { gate.passed().await }
        }));
        let abort = join.abort_handle();
        if round % 2 == 0 {
            thread::yield_now();
        }
        gate.open();
        abort.abort();
        let outcome = block_on(join);
        assert!(outcome.map_or_else(|error| error.is_cancelled(), |()| true));
        assert_eq!(counts.drops(), 1);
    }
}

/// The joiner's waker is dropped when the handle is, and not woken.
#[test]
fn a_handle_dropped_while_it_waits_gives_its_waker_back() {
    let _watch = watch();
    let (runtime, wakes) = (multi_thread(1), Counts::new());
    let gate = Gate::new("the task may end");
    let mut join = runtime.spawn({
        let gate = gate.clone();
        async move { gate.passed().await }
    });
    let abort = join.abort_handle();
    assert!(poll_once(&mut join, &wakes).is_pending());
    assert_eq!(Arc::strong_count(&wakes), 2);
    drop(join);
    assert_eq!(Arc::strong_count(&wakes), 1);
    gate.open();
    eventually("the task is done", || abort.is_finished());
    assert_eq!(wakes.wakes(), 0);
}
