//! Tasks that refer to each other: their cells are freed all the same.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use super::mock::Mock;
use crate::cell::{JoinRef, TaskRef};

/// A handle that a task gets after it was spawned.
type Later = Arc<Mutex<Option<JoinRef<()>>>>;

/// A task that awaits the handle it is given, and keeps it until its future is dropped.
fn joiner_of(mock: &Arc<Mock>, other: &Later) -> JoinRef<()> {
    let other = Arc::clone(other);
    let mut handle = None;
    mock.spawn_queued(poll_fn(move |cx| {
        handle = handle.take().or_else(|| other.lock().unwrap().take());
        handle.as_mut().expect("given before the first poll").poll(cx).map(drop)
    }))
}

/// Two tasks, each of which waits for the other's end and holds its waker in the other's cell.
fn deadlocked(mock: &Arc<Mock>) -> [TaskRef; 2] {
    let (of_first, of_second) = (Later::default(), Later::default());
    let first = joiner_of(mock, &of_second);
    let second = joiner_of(mock, &of_first);
    let tasks = [first.task(), second.task()];
    *of_first.lock().unwrap() = Some(first);
    *of_second.lock().unwrap() = Some(second);
    mock.run_all();
    assert_eq!(mock.set.len(), 2, "each waits for the other");
    tasks
}

#[test]
fn two_tasks_that_await_each_other_are_freed_when_their_set_is_closed() {
    let mock = Mock::new();
    drop(deadlocked(&mock));
    assert_eq!(mock.cells(), 2);
    mock.close();
    mock.run_all();
    assert_eq!((mock.cells(), mock.set.len()), (0, 0));
}

#[test]
fn the_abort_of_one_of_them_lets_the_other_complete() {
    let mock = Mock::new();
    let [first, second] = deadlocked(&mock);
    first.abort();
    mock.run_all();
    assert!(first.header().is_complete() && second.header().is_complete());
    drop((first, second));
    assert_eq!((mock.cells(), mock.set.len()), (0, 0));
}

#[test]
fn a_task_that_awaits_itself_is_freed_when_its_set_is_closed() {
    let mock = Mock::new();
    let of_itself = Later::default();
    let join = joiner_of(&mock, &of_itself);
    *of_itself.lock().unwrap() = Some(join);
    mock.run_all();
    assert_eq!((mock.cells(), mock.set.len()), (1, 1));
    mock.close();
    assert_eq!((mock.cells(), mock.set.len()), (0, 0));
}

/// A joiner that is gone leaves no waker behind in the cell of the task it waited for.
#[test]
fn a_dropped_handle_takes_its_waker_along() {
    struct Counted;
    impl std::task::Wake for Counted {
        fn wake(self: Arc<Self>) {}
    }

    let mock = Mock::new();
    let counted = Arc::new(Counted);
    let mut join = mock.spawn_queued(poll_fn(|_| Poll::<()>::Pending));
    mock.run_all();
    let waker = Waker::from(Arc::clone(&counted));
    assert!(join.poll(&mut Context::from_waker(&waker)).is_pending());
    drop(waker);
    assert_eq!(Arc::strong_count(&counted), 2);
    drop(join);
    assert_eq!(Arc::strong_count(&counted), 1, "the cell keeps the waker of a joiner that is gone");
    mock.close();
}
