//! Tests of what no user of children can bring about by himself.

use std::future::poll_fn;
use std::process::{Command, ExitStatus};

use super::exit::Exit;
use super::orphans::Orphans;
use super::running::Running;
use crate::Builder;
use crate::signal::unix::{SignalKind, signal};

/// A shell that runs `script`, and whose end is told by a signal.
fn shell(script: &str) -> Running {
    let child = Command::new("sh").args(["-c", script]).spawn().unwrap();
    let mut running = Running::new(child, true);
    *running.exit_mut() = Exit::Told;
    running
}

async fn wait(running: &mut Running) -> ExitStatus {
    poll_fn(|cx| running.poll_wait(cx)).await.unwrap()
}

#[test]
fn without_a_descriptor_for_it_the_end_of_a_child_is_told_by_a_signal() {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let mut quick = shell("exit 7");
        assert_eq!(wait(&mut quick).await.code(), Some(7));
        assert_eq!(wait(&mut quick).await.code(), Some(7));

        let tasks: Vec<_> = (0..64)
            .map(|n| {
                let mut running = shell(&format!("exit {n}"));
                crate::spawn(async move { wait(&mut running).await.code() })
            })
            .collect();
        for (n, task) in (0..).zip(tasks) {
            assert_eq!(task.await.unwrap(), Some(n));
        }
    });
}

#[test]
fn a_child_that_is_waited_for_by_signal_may_end_at_any_moment() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for round in 0..100 {
            let mut running = shell("exec sleep 100");
            running.kill().unwrap();
            (0..round * 1_000).for_each(|_| std::hint::spin_loop());
            assert_eq!(wait(&mut running).await.code(), None);
        }
    });
}

/// It was found to run, and then it ended, and the signal that says so has been and gone.
#[test]
fn a_child_that_ends_while_it_is_adopted_is_asked_at_once() {
    let mut children = signal(SignalKind::child()).unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    for _ in 0..2 {
        let child = Command::new("true").spawn().unwrap();
        let stat = format!("/proc/{}/stat", child.id());
        while !std::fs::read_to_string(&stat).unwrap().contains(") Z ") {
            runtime.block_on(children.recv()).unwrap();
        }
        Orphans::of_this_process().adopt(child);
        assert!(!std::fs::exists(&stat).unwrap());
    }
}
