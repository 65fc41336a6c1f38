//! A test that nothing can wake any more fails at once, and says what its tasks wait for.
//!
//! The tests that fail are run by name, in a child, by those that look at what they say.
#![cfg(target_os = "linux")]

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use runtime::sync::{Mutex, mpsc};

/// Runs a test of this file that is ignored otherwise.
fn run(name: &str) -> (Output, String) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", name, "--nocapture"]);
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    (output, text)
}

#[runtime::test]
#[ignore = "`a_test_that_hangs_fails_with_a_dump` runs it, and sees that it fails"]
async fn waits_for_itself() {
    let lock = Mutex::new(());
    let _guard = lock.lock().await;
    let _again = lock.lock().await;
}

#[runtime::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "`a_test_that_hangs_fails_with_a_dump` runs it, and sees that it fails"]
async fn waits_for_a_task_that_waits_for_it() {
    let (tx, mut rx) = mpsc::channel::<()>(1);
    let task = runtime::spawn(async move { rx.recv().await });
    task.await.unwrap();
    drop(tx);
}

#[runtime::test(flavor = "local")]
#[ignore = "`a_test_that_hangs_fails_with_a_dump` runs it, and sees that it fails"]
async fn waits_for_a_local_task() {
    let never = std::rc::Rc::new(runtime::sync::Notify::new());
    runtime::task::spawn_local(async move { never.notified().await }).await.unwrap();
}

#[runtime::test(on_deadlock = "warn")]
#[ignore = "the test of the warning runs it, and reads what it prints"]
async fn only_warns() {
    let (tx, rx) = runtime::sync::oneshot::channel();
    std::thread::spawn(|| {
        let _guard = runtime::runtime::deadlock::never_wakes();
        std::thread::sleep(Duration::from_millis(500));
        tx.send(())
    });
    rx.await.unwrap();
}

#[test]
fn a_test_that_hangs_fails_with_a_dump() {
    let tests = [
        ("waits_for_itself", "1 task waiting: mutex"),
        ("waits_for_a_task_that_waits_for_it", "1 task waiting: channel receive"),
        ("waits_for_a_local_task", "1 local task waiting: notify"),
    ];
    for (name, says) in tests {
        let began = Instant::now();
        let (output, text) = run(name);
        assert!(!output.status.success(), "{name}: {text}");
        assert!(text.contains("all tasks are asleep") && text.contains(says), "{name}: {text}");
        assert!(began.elapsed() < Duration::from_secs(20), "{name} took {:?}", began.elapsed());
    }
}

#[test]
fn an_argument_chooses_otherwise() {
    let (output, text) = run("only_warns");
    assert!(output.status.success(), "{text}");
    assert_eq!(text.matches("all tasks are asleep").count(), 1, "{text}");
}

/// Beside others, which have threads of their own, it waits for these.
#[runtime::test]
async fn a_test_that_waits_for_a_thread_of_its_own_does_not_fail() {
    let (tx, rx) = runtime::sync::oneshot::channel();
    std::thread::spawn(|| {
        std::thread::sleep(Duration::from_millis(500));
        tx.send(())
    });
    rx.await.unwrap();
}
