//! Children that their owner lets go of: each is asked how it ended, whoever is idle or gone. A kind of fault that was seen
//! elsewhere, where they stood in the system's table until the next child was started.
#![cfg(all(target_os = "linux", feature = "process", feature = "time"))]

mod support;

use std::process::Stdio;
use std::time::Duration;

use runtime::io::AsyncReadExt;
use runtime::process::{Child, Command};
use runtime::signal::unix::{SignalKind, signal};
use runtime::time;
use support::{cpu_time, current_thread, eventually, multi_thread, state_of, watch, zombies};
use tokio_test::task as manual;
use tokio_test::{assert_pending, assert_ready};

/// A child that ends when its input does.
fn reader() -> Command {
    let mut command = Command::new("cat");
    command.stdin(Stdio::piped());
    command
}

fn sleeper() -> Command {
    let mut command = Command::new("sleep");
    command.arg("1000");
    command
}

/// Waits until the system knows nothing of a process any more.
fn gone(process: u32) {
    eventually("the child is gone", || state_of(process).is_none());
}

fn id_of(child: &Child) -> u32 {
    child.id().unwrap()
}

#[test]
fn a_child_that_is_dropped_runs_on_and_leaves_nothing() {
    let _watch = watch();
    for waited in [false, true] {
        let runtime = multi_thread(1);
        let mut child = runtime.block_on(async { reader().spawn().unwrap() });
        let (id, stdin) = (id_of(&child), child.stdin.take());
        if waited {
            runtime.block_on(async { assert_pending!(manual::spawn(child.wait()).poll()) });
        }
        drop(child);
        assert!(state_of(id).is_some_and(|state| state != 'Z'), "it was killed");
        drop(stdin);
        gone(id); // the runtime is idle
    }
}

#[test]
fn a_child_that_outlives_its_runtime_leaves_nothing() {
    let _watch = watch();
    let runtime = current_thread();
    let mut dropped = runtime.block_on(async { reader().spawn().unwrap() });
    let mut kept = runtime.block_on(async { reader().spawn().unwrap() });
    let ids = [id_of(&dropped), id_of(&kept)];
    let (one, other) = (dropped.stdin.take(), kept.stdin.take());
    drop(dropped);
    drop(runtime);
    drop(one);
    gone(ids[0]);
    drop(kept);
    drop(other);
    gone(ids[1]);
}

#[test]
fn a_child_that_has_ended_and_is_dropped_leaves_nothing() {
    let _watch = watch();
    let runtime = current_thread();
    let _entered = runtime.enter();
    let child = Command::new("true").spawn().unwrap();
    let id = id_of(&child);
    eventually("the child ends", || state_of(id) == Some('Z'));
    drop(child);
    assert_eq!(state_of(id), None);
}

#[test]
fn children_that_are_killed_by_their_drop_leave_nothing() {
    let _watch = watch();
    let runtime = multi_thread(2);
    let children: Vec<_> = runtime.block_on(async {
        (0..20).map(|_| sleeper().kill_on_drop(true).spawn().unwrap()).collect()
    });
    let ids: Vec<_> = children.iter().map(id_of).collect();
    drop(children);
    ids.into_iter().for_each(gone);

    // Those of tasks that a runtime drops as it ends.
    let tasks = (0..20).map(|_| {
        runtime.block_on(async {
            let mut child = sleeper().kill_on_drop(true).spawn().unwrap();
            let id = id_of(&child);
            runtime::spawn(async move { child.wait().await });
            id
        })
    });
    let ids: Vec<_> = tasks.collect();
    drop(runtime);
    ids.into_iter().for_each(gone);
}

#[test]
fn a_future_that_is_dropped_kills_what_it_started_if_it_shall() {
    let _watch = watch();
    current_thread().block_on(async {
        for kill in [false, true] {
            let mut shell = Command::new("sh");
            // It says its number, and then waits for its input to end.
            let (mut says, its_output) =
                runtime::net::unix::pipe::pipe().map(|(s, r)| (r, s)).unwrap();
            let (input, its_input) = std::io::pipe().map(|(r, w)| (w, r)).unwrap();
            shell.args(["-c", "echo $$ >&2; exec cat"]).stdin(its_input).kill_on_drop(kill);
            shell.stderr(Stdio::from(its_output.into_blocking_fd().unwrap()));
            let mut status = manual::spawn(shell.status());
            assert_pending!(status.poll());
            drop(shell);
            let mut line = [0; 16];
            let length = says.read(&mut line).await.unwrap();
            let id = str::from_utf8(&line[..length]).unwrap().trim().parse().unwrap();
            drop(status);
            if !kill {
                time::sleep(Duration::from_millis(20)).await;
                assert!(state_of(id).is_some_and(|state| state != 'Z'), "it was killed");
                drop(input);
            }
            gone(id);
        }
    });
}

/// The runtime listens too, to ask it how it ended; that was taken for the program's having received the signal.
#[test]
fn the_signal_of_a_child_that_was_dropped_is_left_to_the_program() {
    const CHILD: &str = "GOSCHED_TEST_SIGNAL_OF_A_CHILD";
    let _watch = watch();
    // Other tests of this file have children and listeners meanwhile: so a process of its own.
    if std::env::var_os(CHILD).is_none() {
        let name = "the_signal_of_a_child_that_was_dropped_is_left_to_the_program";
        let output = support::once_more(name, CHILD).output().unwrap();
        return assert!(output.status.success(), "{output:?}");
    }
    current_thread().block_on(async {
        let listen = || signal(SignalKind::child()).unwrap();
        for _ in 0..2 {
            drop(listen());
            let mut child = reader().spawn().unwrap();
            let (id, stdin) = (id_of(&child), child.stdin.take());
            drop(child);
            drop(stdin);
            gone(id);
            assert_ready!(manual::spawn(listen().recv()).poll());
            assert_pending!(manual::spawn(listen().recv()).poll());
        }
    });
}

/// Many that end at once, and whose signals are one.
#[test]
fn a_crowd_that_is_dropped_leaves_nothing() {
    let _watch = watch();
    let runtime = multi_thread(2);
    for _ in 0..4 {
        let children: Vec<_> = runtime
            .block_on(async { (0..64).map(|_| Command::new("true").spawn().unwrap()).collect() });
        let ids: Vec<_> = children.iter().map(id_of).collect();
        drop(children);
        ids.into_iter().for_each(gone);
    }
    eventually("no zombie is left", || zombies() == 0);
}

#[test]
fn who_waits_for_a_child_or_has_let_go_of_it_is_not_busy() {
    let _watch = watch();
    let runtime = multi_thread(2);
    let (dropped, waited) = runtime.block_on(async {
        let spawn = || sleeper().kill_on_drop(true).spawn().unwrap();
        (sleeper().spawn().unwrap(), spawn())
    });
    let id = id_of(&dropped);
    drop(dropped);
    let mut waited = waited;
    let waits = runtime.spawn(async move { waited.wait().await });
    runtime.block_on(async {
        // The other tests of this file compute meanwhile, but not for long.
        let mut least = Duration::MAX;
        for _ in 0..20 {
            let before = cpu_time();
            time::sleep(Duration::from_millis(100)).await;
            least = least.min(cpu_time() - before);
        }
        assert!(least < Duration::from_millis(20), "{least:?} of 100 ms");
    });
    drop(waits);
    support::send_to(id, libc::SIGKILL);
    gone(id);
}
