//! What a runtime's callbacks may do without harm to its tasks.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use futures::channel::oneshot;
use runtime::{Builder, Handle};

const LONG: Duration = Duration::from_secs(10);

/// A thread that parks had a free slot, where the callback's task was put; then it slept on it.
#[test]
fn a_task_spawned_by_a_thread_that_parks_is_run() {
    let (done, finished) = mpsc::channel();
    std::thread::spawn(move || {
        let (sender, receiver) = oneshot::channel();
        let sender = std::sync::Mutex::new(Some(sender));
        let runtime = Builder::new_current_thread()
            .on_thread_park(move || {
                if let Some(sender) = sender.lock().unwrap().take() {
                    Handle::current().spawn(async move { sender.send("ran") });
                }
            })
            .build()
            .unwrap();
        done.send(runtime.block_on(receiver)).unwrap();
    });
    assert_eq!(finished.recv_timeout(LONG), Ok(Ok("ran")));
}

/// The panic went through the spawner, and took the permit and the search with it.
#[test]
fn a_function_that_panics_instead_of_naming_a_thread_loses_no_task() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name_fn(move || {
            count.fetch_add(1, SeqCst);
            panic!("no name")
        })
        .build()
        .unwrap();
    let (sender, receiver) = mpsc::channel();
    runtime.spawn(async move { sender.send(std::thread::current().name().map(String::from)) });
    assert_eq!(receiver.recv_timeout(LONG), Ok(Some("gosched-worker".into())));
    assert_eq!(asked.load(SeqCst), 1);
}
