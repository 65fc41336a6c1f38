//! Thread-locals that use the runtime in their destructors: on a worker, on a foreign thread, and as
//! the main thread ends. A panic there ends the process, and so would a wait.

mod support;

use std::cell::RefCell;
use std::process::Command;
use std::sync::Arc;
use std::thread;

use futures::executor::block_on;
use runtime::{Handle, Runtime, task};
use support::{Counts, Gate, current_thread, multi_thread, watch};

/// Calls its function when the thread's locals are destroyed.
struct AtExit(Option<Box<dyn FnOnce()>>);

impl Drop for AtExit {
    fn drop(&mut self) {
        self.0.take().into_iter().for_each(|f| f());
    }
}

/// Calls `f` as this thread ends. Twice as many locals, so that one of them is destroyed after whatever was
/// first used between them.
fn at_exit(f: impl FnOnce() + Clone + 'static) {
    thread_local! {
        static FIRST: RefCell<AtExit> = const { RefCell::new(AtExit(None)) };
        static LAST: RefCell<AtExit> = const { RefCell::new(AtExit(None)) };
    }
    FIRST.set(AtExit(Some(Box::new(f.clone()))));
    // Everything of the runtime's that is made when it is first used is made here.
    drop(current_thread().enter());
    current_thread().block_on(async { task::spawn(async {}).await.unwrap() });
    LAST.set(AtExit(Some(Box::new(f))));
}

/// All that one may do with a runtime on a thread that is in none.
fn use_all(handle: &Handle, counts: &Arc<Counts>) {
    drop(handle.spawn(counts.count(async {})));
    drop(runtime::spawn(async {}));
    let entered = handle.enter();
    drop(task::spawn(counts.count(async {})));
    assert!(Handle::try_current().is_ok());
    drop(entered);
    assert!(Handle::try_current().is_err());
    assert_eq!(task::try_id(), None);
    let spawned = handle.block_on(async { task::spawn(async { 1 }).await.unwrap() });
    assert_eq!(spawned + runtime::block_on(async { 1 }), 2);
}

#[test]
fn a_foreign_threads_local_may_use_a_runtime() {
    let _watch = watch();
    let (runtime, counts) = (multi_thread(2), Counts::new());
    thread::spawn({
        let (handle, counts) = (runtime.handle().clone(), counts.clone());
        move || at_exit(move || use_all(&handle, &counts))
    })
    .join()
    .unwrap();
    drop(runtime);
    assert_eq!(counts.drops(), 4);
}

#[test]
fn a_workers_local_may_use_its_own_ended_runtime_and_others() {
    let _watch = watch();
    let (runtime, other, counts) = (multi_thread(1), multi_thread(1), Counts::new());
    let used = Gate::new("the local was destroyed");
    let task = runtime.spawn({
        let (own, other) = (runtime.handle().clone(), other.handle().clone());
        let (counts, used) = (counts.clone(), used.clone());
        async move {
            at_exit_in_task(move || {
                use_all(&other, &counts);
                let late = own.spawn(async {});
                assert!(block_on(late).unwrap_err().is_cancelled());
                used.open();
            });
        }
    });
    block_on(task).unwrap();
    drop(runtime);
    used.wait();
    drop(other);
    assert_eq!(counts.drops(), 2);
}

/// As `at_exit`, where `block_on` is not allowed.
fn at_exit_in_task(f: impl FnOnce() + 'static) {
    thread_local!(static LOCAL: RefCell<AtExit> = const { RefCell::new(AtExit(None)) });
    LOCAL.set(AtExit(Some(Box::new(f))));
}

#[test]
fn a_workers_local_may_own_its_runtime() {
    let _watch = watch();
    let (runtime, dropped) = (multi_thread(2), Gate::new("the local was destroyed"));
    let handle = runtime.handle().clone();
    let task = handle.spawn({
        let (dropped, handle) = (dropped.clone(), handle.clone());
        async move {
            at_exit_in_task(move || {
                drop(runtime);
                drop(handle);
                dropped.open();
            });
        }
    });
    block_on(task).unwrap();
    // Nobody else can end the runtime, so its thread would stay: only a panic or a hang would show here.
    assert!(!dropped.is_open());
    drop(handle);
}

#[test]
fn a_foreign_threads_local_may_own_a_runtime() {
    let _watch = watch();
    let counts = Counts::new();
    thread::spawn({
        let counts = counts.clone();
        move || {
            let runtime: Runtime = multi_thread(2);
            runtime.spawn(counts.count(std::future::pending::<()>()));
            at_exit_in_task(move || drop(runtime));
        }
    })
    .join()
    .unwrap();
    assert_eq!(counts.drops(), 1);
}

/// The name of the variable that makes a run of this file end its main thread with a local that spawns.
const AT_MAINS_END: &str = "GOSCHED_TEST_AT_MAINS_END";

/// What it says for each of them.
const USED: &str = "a local has used the runtime";

/// What the child does: it ends while locals of its threads use the runtime.
#[test]
fn child() {
    if std::env::var_os(AT_MAINS_END).is_some() {
        let (runtime, counts) = (multi_thread(2), Counts::new());
        let handle = runtime.handle().clone();
        at_exit(move || {
            use_all(&handle, &counts);
            eprintln!("{USED}");
        });
        std::mem::forget(runtime);
    }
}

#[test]
fn the_main_threads_local_may_use_a_runtime() {
    let _watch = watch();
    // With one test thread the harness runs the test on the main thread.
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--test-threads=1", "--nocapture"])
        .env(AT_MAINS_END, "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {text}", output.status);
    assert_eq!(text.matches(USED).count(), 2, "{text}");
}
