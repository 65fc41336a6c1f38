//! The real Tokio's timers, sockets, tasks and closures, inside our tasks, with the feature `tokio-compat`.
#![cfg(all(
    feature = "tokio-compat",
    feature = "rt-multi-thread",
    feature = "net",
    feature = "sync"
))]

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use runtime::runtime::LocalRuntime;
use runtime::task::LocalSet;
use runtime::{Builder, Runtime};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::runtime::Handle;

/// Uses whatever of Tokio's asks the thread for its runtime.
async fn use_tokio() {
    let (asked, slept) = (Duration::from_millis(2), Instant::now());
    tokio::time::sleep(asked).await;
    assert!(slept.elapsed() >= asked);
    assert_eq!(tokio::spawn(async { 6 * 7 }).await.unwrap(), 42);
    assert_eq!(tokio::task::spawn_blocking(|| 6 * 7).await.unwrap(), 42);
    echo().await;
}

/// Tokio's socket at one end, ours at the other.
async fn echo() {
    let listener = runtime::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = runtime::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = [0; 5];
        stream.read_exact(&mut bytes).await.unwrap();
        stream.write_all(&bytes).await.unwrap();
    });
    let mut client = tokio::net::TcpStream::connect(address).await.unwrap();
    client.write_all(b"hello").await.unwrap();
    let mut back = Vec::new();
    client.read_to_end(&mut back).await.unwrap();
    assert_eq!(back, b"hello");
    server.await.unwrap();
}

#[test]
fn it_is_there_in_tasks_and_in_block_on() {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(use_tokio());
    let task = runtime.spawn(use_tokio());
    runtime.block_on(task).unwrap();
}

#[test]
fn it_is_there_in_a_current_thread_runtime() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { runtime::spawn(use_tokio()).await.unwrap() });
}

#[test]
fn it_is_there_in_local_tasks() {
    let set = LocalSet::new();
    let runtime = Runtime::new().unwrap();
    runtime.block_on(set.run_until(async {
        runtime::task::spawn_local(use_tokio()).await.unwrap();
    }));
    LocalRuntime::new().unwrap().block_on(async {
        runtime::task::spawn_local(use_tokio()).await.unwrap();
    });
}

#[test]
fn it_is_there_in_blocking_closures() {
    let runtime = Runtime::new().unwrap();
    let closure = runtime.spawn_blocking(|| Handle::current().block_on(use_tokio()));
    runtime.block_on(closure).unwrap();
}

#[test]
fn it_is_left_with_the_runtime() {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async { Handle::current() });
    assert!(Handle::try_current().is_err());
    let guard = runtime.enter();
    assert!(Handle::try_current().is_ok());
    drop(guard);
    assert!(Handle::try_current().is_err());
}

#[test]
fn it_is_the_same_for_runtimes_one_after_the_other() {
    let ids: Vec<_> = (0..50)
        .map(|_| {
            let runtime = Runtime::new().unwrap();
            runtime.block_on(async {
                tokio::spawn(async {}).await.unwrap();
                Handle::current().id()
            })
        })
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}

#[test]
fn a_block_on_of_its_handle_inside_a_task_lets_others_run() {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (sender, receiver) = runtime::sync::oneshot::channel();
    runtime.spawn(async move { assert_eq!(Handle::current().block_on(receiver), Ok(42)) });
    // With one permit this runs only if the task that blocks has lost it.
    let other = runtime.spawn(async move { sender.send(42) });
    assert_eq!(runtime.block_on(other).unwrap(), Ok(()));
}

#[test]
fn block_in_place_of_tokio_works_on_both_sides() {
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        assert_eq!(tokio::task::block_in_place(|| 42), 42);
        let task = tokio::spawn(async { tokio::task::block_in_place(|| 42) });
        assert_eq!(task.await.unwrap(), 42);
    });
}

#[test]
fn a_panic_of_a_task_of_tokio_is_its_joiners() {
    let runtime = Runtime::new().unwrap();
    let error = runtime.block_on(async { tokio::spawn(async { panic!("42") }).await });
    assert!(error.unwrap_err().is_panic());
    runtime.block_on(use_tokio());
}

/// Says that it was dropped, and where Tokio was then.
struct Told(Arc<AtomicBool>);

impl Drop for Told {
    fn drop(&mut self) {
        self.0.store(Handle::try_current().is_ok(), SeqCst);
    }
}

#[test]
fn tasks_that_wait_for_tokio_end_with_the_runtime_and_are_dropped_inside_of_tokio() {
    let runtime = Runtime::new().unwrap();
    let dropped = Arc::new(AtomicBool::new(false));
    let (told, forever) = (Told(dropped.clone()), Duration::from_secs(3_600));
    runtime.spawn(async move {
        let _told = told;
        tokio::time::sleep(forever).await;
    });
    runtime.spawn(async { tokio::spawn(pending::<()>()).await });
    runtime.block_on(runtime::task::yield_now());
    let begun = Instant::now();
    drop(runtime);
    assert!(dropped.load(SeqCst));
    assert!(begun.elapsed() < Runtime::DROP_WAITS, "it waited for Tokio's tasks");
}

#[test]
fn a_guard_in_a_thread_local_outlives_the_threads_locals() {
    use runtime::runtime::EnterGuard;
    use std::cell::RefCell;

    thread_local!(static KEPT: RefCell<Option<EnterGuard<'static>>> = const { RefCell::new(None) });
    let runtime: &'static Runtime = Box::leak(Box::new(Runtime::new().unwrap()));
    // The local that is made last is destroyed first, and that is Tokio's.
    let thread = thread::spawn(|| KEPT.with(|kept| *kept.borrow_mut() = Some(runtime.enter())));
    assert!(thread.join().is_ok());
}

#[test]
fn a_wake_from_a_thread_of_tokio_comes_soon() {
    let runtime = Runtime::new().unwrap();
    let lateness = |_| {
        let task = runtime.spawn(async {
            let (sender, receiver) = tokio::sync::oneshot::channel();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(3)).await; // until we sleep
                let _ = sender.send(Instant::now());
            });
            receiver.await.unwrap().elapsed()
        });
        runtime.block_on(task).unwrap()
    };
    let mut all: Vec<_> = (0..30).map(lateness).collect();
    all.sort();
    // Others use the machine too: what counts is that no tick of a monitor or of a timer is waited for.
    assert!(all[7] < Duration::from_millis(1), "{all:?}");
}
