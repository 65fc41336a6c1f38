//! Children in a process that is forked off.
//!
//! Alone in its file, and with one test: a test program with several has threads of its own that hold who knows what when the
//! child is made.
#![cfg(all(target_os = "linux", feature = "process", feature = "time"))]

mod support;

use std::process::Stdio;
use std::time::Duration;

use runtime::process::{Child, Command};
use runtime::{Runtime, time};
use support::{eventually, in_a_child, multi_thread, state_of, watch};

fn reader() -> Child {
    Command::new("cat").stdin(Stdio::piped()).kill_on_drop(true).spawn().unwrap()
}

/// Starts children, waits for some and lets go of others.
fn exercise(runtime: &Runtime) {
    runtime.block_on(async {
        let output = Command::new("echo").arg("hello").output().await.unwrap();
        assert_eq!(output.stdout, b"hello\n");
        let dropped = reader();
        let id = dropped.id().unwrap();
        drop(dropped);
        eventually("the child is gone", || state_of(id).is_none());
    });
}

#[test]
fn a_fork_has_children_of_its_own() {
    let _watch = watch();
    let runtime = multi_thread(2);
    exercise(&runtime);
    let mut waited = runtime.block_on(async {
        let mut child = reader();
        let stdin = child.stdin.take();
        assert!(time::timeout(Duration::from_millis(5), child.wait()).await.is_err());
        child.stdin = stdin;
        child
    });
    for _ in 0..3 {
        let unwaited = runtime.block_on(async { reader() });
        let ids = [waited.id().unwrap(), unwaited.id().unwrap()];
        let mut ours = Some((waited, unwaited));
        in_a_child(|| {
            exercise(&multi_thread(2));
            let (mut waited, unwaited) = ours.take().unwrap();
            // It is the parent's.
            waited.try_wait().unwrap_err();
            waited.start_kill().unwrap_err();
            drop((waited, unwaited));
            exercise(&multi_thread(2));
        });
        assert!(ids.iter().all(|&id| state_of(id).is_some_and(|state| state != 'Z')));
        waited = ours.unwrap().0;
        exercise(&runtime);
    }
    assert!(runtime.block_on(waited.wait()).unwrap().success());
}
