//! Many children.
#![cfg(all(target_os = "linux", feature = "process", feature = "time"))]

mod support;

use std::process::Stdio;

use runtime::process::Command;
use runtime::task;
use support::{all_kinds, descriptors, multi_thread, rounds, watch_for, zombies};

/// One test, since it counts what the process has.
#[test]
fn many_children_one_after_the_other_and_at_once() {
    let _watch = watch_for(std::time::Duration::from_secs(120));
    one_after_the_other();
    all_at_once();
    waits_that_begin_when_children_end();
    assert_eq!(zombies(), 0);
}

fn one_after_the_other() {
    let runtime = multi_thread(2);
    runtime.block_on(async {
        Command::new("true").status().await.unwrap();
        let before = descriptors();
        for _ in 0..rounds(20_000) {
            assert!(Command::new("true").status().await.unwrap().success());
        }
        assert_eq!(descriptors(), before);
    });
}

fn all_at_once() {
    for runtime in all_kinds() {
        runtime.block_on(async {
            for _ in 0..3 {
                let tasks: Vec<_> = (0..64).map(|n| task::spawn(shell(n))).collect();
                for (n, task) in (0..).zip(tasks) {
                    assert_eq!(task.await.unwrap(), n);
                }
            }
        });
    }
}

/// A child that says its number and ends with it.
async fn shell(n: i32) -> i32 {
    let script = format!("echo {n}; exit {n}");
    let output = Command::new("sh").args(["-c", &script]).output().await.unwrap();
    assert_eq!(output.stdout, format!("{n}\n").into_bytes());
    output.status.code().unwrap()
}

fn waits_that_begin_when_children_end() {
    multi_thread(2).block_on(async {
        for round in 0..200 {
            let mut command = Command::new("cat");
            let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
            drop(child.stdin.take());
            (0..round * 2_000).for_each(|_| std::hint::spin_loop());
            assert!(child.wait().await.unwrap().success());
        }
    });
}
