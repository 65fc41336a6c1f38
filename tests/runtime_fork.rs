//! A child that is forked off a program whose runtimes are at work has runtimes of its own, and leaves those alone.
//!
//! Alone in its file, and with one test: a test program with several has threads of its own that hold who knows what when the
//! child is made.
#![cfg(all(target_os = "linux", feature = "net", feature = "time"))]

mod support;

use std::cell::Cell;
use std::future::pending;
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpListener, TcpStream};
use runtime::runtime::{Builder, LocalRuntime, Runtime};
use runtime::task::{self, LocalSet};
use runtime::time;
use support::{ANY, LONG, eventually, in_a_child, multi_thread, text_of, threads_named, watch};

/// All that a runtime does: threads, timers, sockets, and the monitor's help for what is stuck.
fn exercise(runtime: &Runtime) {
    runtime.block_on(async {
        for round in 0..100 {
            let tasks: Vec<_> = (0..10).map(|n| task::spawn(async move { n * round })).collect();
            for (n, task) in tasks.into_iter().enumerate() {
                assert_eq!(task.await.unwrap(), n * round);
            }
        }
        time::sleep(Duration::from_millis(2)).await;
        echo().await;
        // More of them than permits: the others run when the monitor retakes the permits of the first.
        let meeting = Arc::new(std::sync::Barrier::new(4));
        let meet = || {
            let meeting = meeting.clone();
            task::spawn(async move { meeting.wait().is_leader() })
        };
        let tasks: Vec<_> = (0..4).map(|_| meet()).collect();
        let mut leaders = 0;
        for task in tasks {
            leaders += usize::from(task.await.unwrap());
        }
        assert_eq!(leaders, 1);
    });
    // A thread that the monitor starts has its name until it gets one of its own.
    eventually("there is one monitor", || threads_named("gosched-monitor") == 1);
}

async fn echo() {
    let listener = TcpListener::bind(ANY).await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = task::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut bytes = [0; 4];
        stream.read_exact(&mut bytes).await.unwrap();
        stream.write_all(&bytes).await.unwrap();
    });
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"ping").await.unwrap();
    let mut bytes = [0; 4];
    stream.read_exact(&mut bytes).await.unwrap();
    assert_eq!(&bytes, b"ping");
    server.await.unwrap();
}

/// A runtime whose workers spawn and sleep without a pause, so that a fork finds them in the middle of something.
fn restless() -> (Runtime, Arc<AtomicUsize>) {
    let runtime = multi_thread(2);
    let count = Arc::new(AtomicUsize::new(0));
    for _ in 0..4 {
        let count = count.clone();
        runtime.spawn(async move {
            loop {
                for _ in 0..100 {
                    task::spawn(task::yield_now()).await.unwrap();
                    count.fetch_add(1, SeqCst);
                }
                time::sleep(Duration::from_micros(100)).await;
            }
        });
    }
    (runtime, count)
}

fn a_fresh_runtime_works_in_the_child() {
    in_a_child(|| {
        let runtime = multi_thread(2);
        exercise(&runtime);
        drop(runtime);
        in_a_child(|| exercise(&multi_thread(2))); // and in a grandchild
    });
}

fn assert_is_of_the_parent(f: impl FnOnce()) {
    let panic = catch_unwind(AssertUnwindSafe(f)).unwrap_err();
    assert!(text_of(&*panic).contains("parent process"), "{}", text_of(&*panic));
}

fn the_global_runtime_of_the_child_is_its_own() {
    let handle = runtime::block_on(async { runtime::Handle::current() });
    in_a_child(|| {
        let task = task::spawn(async { 6 * 7 });
        assert_eq!(runtime::block_on(task).unwrap(), 42);
        assert_is_of_the_parent(|| handle.block_on(async {}));
        // A lock that another thread had would be waited for.
        assert_is_of_the_parent(|| drop(handle.dump()));
        assert_is_of_the_parent(|| drop(handle.profile()));
        assert!(runtime::dump().worker_threads() > 0);
    });
}

/// A socket that is registered with the parent's runtime is open in the child too.
fn what_the_child_drops_is_still_there_in_the_parent() {
    let runtime = multi_thread(2);
    let (mut ours, theirs) = runtime.block_on(async {
        let listener = TcpListener::bind(ANY).await.unwrap();
        let ours = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (ours, listener.accept().await.unwrap().0)
    });
    let mut both = Some((runtime, theirs));
    in_a_child(|| {
        let (runtime, theirs) = both.take().unwrap();
        let begin = Instant::now();
        drop(theirs);
        drop(runtime);
        assert!(begin.elapsed() < Runtime::DROP_WAITS, "it waited for threads that are not there");
        exercise(&multi_thread(2));
    });
    let (runtime, mut theirs) = both.take().unwrap();
    let reader = runtime.spawn(async move {
        let mut bytes = [0; 4];
        theirs.read_exact(&mut bytes).await.unwrap();
        theirs.write_all(&bytes).await.unwrap();
    });
    thread::sleep(Duration::from_millis(5)); // until the task waits for an event
    ours.write_all(b"ping").unwrap();
    let mut bytes = [0; 4];
    ours.read_exact(&mut bytes).unwrap();
    runtime.block_on(reader).unwrap();
    exercise(&runtime);
}

/// They were dropped in the child, and again in the parent.
fn local_tasks_of_the_parent_are_not_dropped_in_the_child() {
    struct Counts(Rc<Cell<usize>>);
    impl Drop for Counts {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let drops = Rc::new(Cell::new(0));
    let (runtime, set) = (LocalRuntime::new().unwrap(), LocalSet::new());
    for _ in 0..2 {
        let (one, other) = (Counts(drops.clone()), Counts(drops.clone()));
        runtime.spawn_local(async move {
            pending::<()>().await;
            drop(one)
        });
        set.spawn_local(async move {
            pending::<()>().await;
            drop(other)
        });
        runtime.block_on(set.run_until(task::yield_now())); // the second ones stay in the queue
    }
    let mut both = Some((runtime, set));
    in_a_child(|| {
        drop(both.take());
        assert_eq!(drops.get(), 0);
    });
    drop(both);
    assert_eq!(drops.get(), 4);
}

type End = fn(Runtime);

/// All that a runtime can be asked to wait for, and does not have in the child.
const ENDS: [End; 3] =
    [drop, |runtime| runtime.shutdown_timeout(LONG), Runtime::shutdown_background];

/// A timer, a call that runs and one that waits for its thread, and a task that waits for a socket: the child drops them all, with
/// the runtime and without, and none of it is missed in the parent.
fn what_waits_in_the_parent_waits_on_whatever_the_child_drops() {
    for end in ENDS {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(2).max_blocking_threads(1).enable_all();
        let runtime = builder.build().unwrap();
        let ((begun, begins), (go, goes)) = (mpsc::channel(), mpsc::channel());
        let calls = [
            runtime.spawn_blocking(move || {
                begun.send(()).unwrap();
                goes.recv().unwrap()
            }),
            runtime.spawn_blocking(|| 2),
        ];
        begins.recv().unwrap();
        let mut timer = {
            let _entered = runtime.enter();
            Box::pin(time::sleep(Duration::from_millis(30)))
        };
        runtime.block_on(async { assert!(futures::poll!(timer.as_mut()).is_pending()) });
        let echo = runtime.spawn(echo());
        let mut all = Some((runtime, calls, timer, echo));
        in_a_child(|| {
            let (runtime, calls, timer, echo) = all.take().unwrap();
            let begin = Instant::now();
            drop((calls, timer, echo));
            end(runtime);
            assert!(begin.elapsed() < Runtime::DROP_WAITS, "it waited for what is not there");
            let own = Builder::new_current_thread().enable_all().build().unwrap();
            own.block_on(async {
                assert_eq!(task::spawn_blocking(|| 7).await.unwrap(), 7);
                time::sleep(Duration::from_millis(2)).await;
                crate::echo().await;
            });
        });
        let (runtime, calls, timer, echo) = all.take().unwrap();
        go.send(1).unwrap();
        runtime.block_on(async {
            timer.await;
            echo.await.unwrap();
            for (call, output) in calls.into_iter().zip([1, 2]) {
                assert_eq!(call.await.unwrap(), output);
            }
        });
    }
}

fn a_child_may_be_made_inside_a_task() {
    let runtime = multi_thread(2);
    let task = runtime.spawn(async { in_a_child(|| exercise(&multi_thread(2))) });
    runtime.block_on(task).unwrap();
}

#[test]
fn a_child_has_runtimes_of_its_own() {
    let _watch = watch();
    let (restless, count) = restless();
    for _ in 0..10 {
        a_fresh_runtime_works_in_the_child();
        the_global_runtime_of_the_child_is_its_own();
        what_the_child_drops_is_still_there_in_the_parent();
        local_tasks_of_the_parent_are_not_dropped_in_the_child();
        what_waits_in_the_parent_waits_on_whatever_the_child_drops();
        a_child_may_be_made_inside_a_task();
    }
    let before = count.load(SeqCst);
    eventually("the parent's tasks go on", || count.load(SeqCst) > before + 1_000);
    drop(restless);
}
