//! Waiting for children, and ending them.
#![cfg(all(target_os = "linux", feature = "process", feature = "time"))]

mod support;

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::Duration;

use runtime::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use runtime::process::{Child, Command};
use runtime::task::{self, coop};
use runtime::time;
use support::{all_kinds, current_thread, eventually, multi_thread, state_of, watch};
use tokio_test::task as manual;
use tokio_test::{assert_pending, assert_ready};

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// A child that ends when its input does.
fn reader() -> Child {
    shell("cat > /dev/null; exit 3").kill_on_drop(true).spawn().unwrap()
}

/// Waits until a child has ended, without asking it.
fn ended(child: &Child) {
    let id = child.id().unwrap();
    eventually("the child ends", || state_of(id) == Some('Z'));
}

#[test]
fn a_wait_tells_how_the_child_ended_again_and_again() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let mut child = shell("read line; exit 2").spawn().unwrap();
            assert!(child.id().is_some());
            for _ in 0..2 {
                assert_eq!(child.wait().await.unwrap().code(), Some(2));
                assert_eq!(child.try_wait().unwrap().unwrap().code(), Some(2));
                assert_eq!(child.id(), None);
            }
            child.start_kill().unwrap();
            child.kill().await.unwrap();
            assert_eq!(child.wait().await.unwrap().code(), Some(2));
            assert_eq!(child.wait_with_output().await.unwrap().status.code(), Some(2));
        });
    }
}

#[test]
fn a_wait_closes_the_input_and_a_look_does_not() {
    let _watch = watch();
    current_thread().block_on(async {
        let mut child = reader();
        time::sleep(Duration::from_millis(5)).await;
        assert_eq!(child.try_wait().unwrap(), None);
        assert!(child.stdin.is_some());
        assert_eq!(child.wait().await.unwrap().code(), Some(3));
        assert!(child.stdin.is_none());

        let mut kept = reader();
        let stdin = kept.stdin.take();
        assert!(time::timeout(Duration::from_millis(20), kept.wait()).await.is_err());
        drop(stdin);
        assert_eq!(kept.wait().await.unwrap().code(), Some(3));
    });
}

#[test]
fn a_wait_that_is_dropped_loses_nothing() {
    let _watch = watch();
    let runtime = multi_thread(1);
    let _entered = runtime.enter();
    for woken in [false, true] {
        let mut child = reader();
        let stdin = child.stdin.take();
        for _ in 0..3 {
            assert_pending!(manual::spawn(child.wait()).poll());
        }
        let id = child.id().unwrap();
        let mut wait = manual::spawn(child.wait());
        assert_pending!(wait.poll());
        drop(stdin);
        if woken {
            eventually("the wait is woken", || wait.is_woken());
        }
        drop(wait);
        eventually("the child ends", || state_of(id) == Some('Z'));
        assert_eq!(runtime.block_on(child.wait()).unwrap().code(), Some(3));
        assert_eq!(state_of(id), None);
    }
}

#[test]
fn a_wait_wakes_the_task_that_polled_last() {
    let _watch = watch();
    let runtime = multi_thread(1);
    let _entered = runtime.enter();
    let mut child = reader();
    let stdin = child.stdin.take();
    let mut wait = Box::pin(child.wait());
    let mut first = manual::spawn(());
    first.enter(|cx, _| assert_pending!(wait.as_mut().poll(cx)));
    let mut second = manual::spawn(());
    second.enter(|cx, _| assert_pending!(wait.as_mut().poll(cx)));
    drop(stdin);
    eventually("the wait is woken", || second.is_woken());
    assert!(!first.is_woken());
    second.enter(|cx, _| assert_ready!(wait.as_mut().poll(cx)).unwrap());
}

#[test]
fn a_kill_ends_the_child() {
    let _watch = watch();
    current_thread().block_on(async {
        let mut child = Command::new("sleep").arg("1000").spawn().unwrap();
        child.kill().await.unwrap();
        assert_eq!(child.wait().await.unwrap().signal(), Some(libc::SIGKILL));

        let mut child = Command::new("sleep").arg("1000").spawn().unwrap();
        child.start_kill().unwrap();
        ended(&child);
        child.start_kill().unwrap(); // it has ended, and nobody has asked yet
        assert_eq!(child.wait().await.unwrap().signal(), Some(libc::SIGKILL));
    });
}

/// Its number may be another process's by then, which was killed.
#[test]
fn a_child_that_somebody_else_has_asked_is_not_killed() {
    let _watch = watch();
    current_thread().block_on(async {
        let mut child = Command::new("true").kill_on_drop(true).spawn().unwrap();
        ended(&child);
        let mut status = 0;
        let id = child.id().unwrap().try_into().unwrap();
        // SAFETY: it waits for a child of ours, and writes one number.
        assert_eq!(unsafe { libc::waitpid(id, &mut status, 0) }, id);
        for _ in 0..2 {
            // Not `ESRCH`, which says that a signal was sent, to whoever has the number.
            assert_eq!(child.start_kill().unwrap_err().raw_os_error(), Some(libc::ECHILD));
        }
        assert_eq!(child.wait().await.unwrap_err().raw_os_error(), Some(libc::ECHILD));
    });
}

#[test]
fn a_kill_beside_a_wait() {
    let _watch = watch();
    multi_thread(2).block_on(async {
        let mut child = Command::new("sleep").arg("1000").spawn().unwrap();
        assert!(time::timeout(Duration::from_millis(5), child.wait()).await.is_err());
        child.kill().await.unwrap();
        assert_eq!(child.id(), None);
    });
}

#[test]
fn a_child_may_be_waited_for_in_another_runtime() {
    let _watch = watch();
    let first = multi_thread(1);
    let mut unwaited = first.block_on(async { reader() });
    let mut waited = first.block_on(async { reader() });
    let mut moved = first.block_on(async { reader() });
    let (one, other) = (waited.stdin.take(), moved.stdin.take());
    first.block_on(async {
        let wait = time::timeout(Duration::from_millis(2), waited.wait());
        assert!(wait.await.is_err());
    });
    // A wait that is under way when its runtime ends goes on in the next.
    let mut wait = manual::spawn(async move { moved.wait().await });
    first.block_on(async { assert_pending!(wait.poll()) });
    drop(first);
    assert!(wait.is_woken());

    current_thread().block_on(async {
        assert_eq!(unwaited.wait().await.unwrap().code(), Some(3));
        drop(one);
        assert_eq!(waited.wait().await.unwrap().code(), Some(3));
        assert_pending!(wait.poll());
        drop(other);
        assert_eq!(wait.await.unwrap().code(), Some(3));
    });
}

#[test]
fn a_wait_does_not_depend_on_a_runtime_that_rests() {
    let _watch = watch();
    let (first, second) = (current_thread(), current_thread());
    let mut child = first.block_on(async { reader() });
    let stdin = child.stdin.take();
    first.block_on(async { assert_pending!(manual::spawn(child.wait()).poll()) });
    second.block_on(async {
        let mut wait = manual::spawn(child.wait());
        assert_pending!(wait.poll());
        drop(stdin);
        assert_eq!(wait.await.unwrap().code(), Some(3));
    });
    drop(first);
}

#[test]
fn a_wait_takes_a_unit_of_the_budget() {
    let _watch = watch();
    current_thread().block_on(async {
        let mut child = reader();
        drop(child.stdin.take());
        ended(&child);
        for _ in 0..2 {
            for _ in 0..127 {
                coop::consume_budget().await;
            }
            assert!(coop::has_budget_remaining());
            child.wait().await.unwrap();
            assert!(!coop::has_budget_remaining());
            task::yield_now().await;
        }
    });
}

#[test]
fn output_is_read_from_both_streams_at_once() {
    let _watch = watch();
    // More than a pipe holds, now to the one and now to the other: who reads one after the other waits for ever.
    let script =
        "for i in 1 2 3 4; do head -c 300000 /dev/zero; head -c 200000 /dev/zero >&2; done";
    for runtime in all_kinds() {
        runtime.block_on(async {
            let output = shell(script).output().await.unwrap();
            assert!(output.status.success());
            assert_eq!((output.stdout.len(), output.stderr.len()), (1_200_000, 800_000));
            // One that is not piped is empty.
            let child = shell("cat; echo error >&2").stderr(Stdio::null()).spawn().unwrap();
            let output = child.wait_with_output().await.unwrap();
            assert_eq!((output.stdout.len(), output.stderr.len()), (0, 0));
        });
    }
}

#[test]
fn output_that_was_taken_is_read_by_who_took_it() {
    let _watch = watch();
    current_thread().block_on(async {
        let mut child = shell("read line; echo got $line").spawn().unwrap();
        let mut stdout = child.stdout.take().unwrap();
        child.stdin.as_mut().unwrap().write_all(b"it\n").await.unwrap();
        let output = child.wait_with_output().await.unwrap();
        assert!(output.status.success());
        assert!(output.stdout.is_empty());
        let mut text = String::new();
        stdout.read_to_string(&mut text).await.unwrap();
        assert_eq!(text, "got it\n");
    });
}

/// The process that is to be traced.
const TRACED: &str = "GOSCHED_TEST_TRACED";

/// Traces a process until its input ends, without ever looking at it.
fn trace(process: &str) {
    let (process, nothing) = (process.parse::<libc::pid_t>().unwrap(), 0usize);
    // SAFETY: it is a bare system call.
    let result = unsafe { libc::ptrace(libc::PTRACE_SEIZE, process, nothing, nothing) };
    println!("{}", if result == 0 { "traces" } else { "may not trace" });
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

/// The system says of a child that is traced that it has ended before its parent may ask how.
#[test]
fn a_child_that_is_traced_is_waited_for() {
    let _watch = watch();
    if let Ok(process) = std::env::var(TRACED) {
        return trace(&process);
    }
    multi_thread(2).block_on(async {
        let mut child = Command::new("sleep").arg("1000").kill_on_drop(true).spawn().unwrap();
        let once_more = support::once_more("a_child_that_is_traced_is_waited_for", TRACED);
        let mut tracer = Command::from(once_more);
        let mut tracer = tracer.env(TRACED, child.id().unwrap().to_string()).spawn().unwrap();
        let mut lines = BufReader::new(tracer.stdout.take().unwrap()).lines();
        loop {
            let line = lines.next_line().await.unwrap().expect("it says whether it traces");
            match line.rsplit_once("... ").map_or(&*line, |(_, said)| said) {
                "traces" => break,
                "may not trace" => return eprintln!("nobody may trace here"),
                _ => {}
            }
        }
        child.start_kill().unwrap();
        ended(&child);
        assert_eq!(child.try_wait().unwrap(), None);
        assert!(time::timeout(Duration::from_millis(20), child.wait()).await.is_err());
        assert!(tracer.wait().await.unwrap().success());
        assert_eq!(child.wait().await.unwrap().signal(), Some(libc::SIGKILL));
    });
}
