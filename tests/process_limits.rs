//! Children where the system has no descriptors left, each time in a process of its own.
#![cfg(all(target_os = "linux", feature = "process", feature = "time"))]

mod support;

use std::env;
use std::fs::File;
use std::process::Stdio;

use runtime::process::{Child, Command};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use support::{current_thread, descriptors, eventually, once_more, state_of, watch, zombies};

const CHILD: &str = "GOSCHED_TEST_WITHOUT_DESCRIPTORS";

/// Runs a scenario in a process that may have no more than so many descriptors.
fn with_descriptors(most: u64, test: &str, scenario: impl FnOnce()) {
    let _watch = watch();
    if env::var_os(CHILD).is_none() {
        let output = once_more(test, CHILD).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        return assert!(output.status.success() && text.contains("1 passed"), "{output:?}");
    }
    let maximum = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: Some(most), maximum }).unwrap();
    scenario();
}

fn cat() -> Command {
    let mut command = Command::new("cat");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Takes all descriptors that are left but so many.
fn take_all_but(left: usize) -> Vec<File> {
    let mut all: Vec<_> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
    all.truncate(all.len() - left);
    all
}

#[track_caller]
fn names_the_cause(error: &std::io::Error) {
    assert_eq!(error.raw_os_error(), Some(libc::EMFILE));
    assert!(error.to_string().contains("Too many open files"), "{error}");
}

#[test]
fn children_that_do_not_fit_are_refused_and_the_others_unharmed() {
    let name = "children_that_do_not_fit_are_refused_and_the_others_unharmed";
    with_descriptors(64, name, || {
        let runtime = current_thread();
        runtime.block_on(async {
            cat().output().await.unwrap();
            let before = descriptors();
            for _ in 0..5 {
                let mut children: Vec<Child> = Vec::new();
                let error = loop {
                    match cat().kill_on_drop(true).spawn() {
                        Ok(child) => children.push(child),
                        Err(error) => break error,
                    }
                };
                names_the_cause(&error);
                assert!(children.len() > 5, "{}", children.len());
                let mut freed = children.pop().unwrap();
                freed.wait().await.unwrap();
                drop(freed);
                cat().spawn().unwrap().wait().await.unwrap();
                for mut child in children {
                    assert!(child.wait().await.unwrap().success());
                }
                assert_eq!(descriptors(), before);
            }
            eventually("no zombie is left", || zombies() == 0);
        });
    });
}

#[test]
fn a_wait_without_descriptors_fails_and_may_be_tried_again() {
    let name = "a_wait_without_descriptors_fails_and_may_be_tried_again";
    with_descriptors(64, name, || {
        current_thread().block_on(async {
            let mut child = cat().spawn().unwrap();
            let stdin = child.stdin.take();
            let taken = take_all_but(0);
            // Nobody waited for a signal yet: that takes descriptors too.
            names_the_cause(&child.wait().await.unwrap_err());
            drop(taken);
            drop(stdin);
            assert!(child.wait().await.unwrap().success());
        });
    });
}

#[test]
fn a_wait_without_descriptors_is_told_by_a_signal() {
    let name = "a_wait_without_descriptors_is_told_by_a_signal";
    with_descriptors(64, name, || {
        current_thread().block_on(async {
            let mut child = cat().spawn().unwrap();
            let stdin = child.stdin.take();
            // Two for the thread that waits for signals, and none for the child.
            let taken = take_all_but(2);
            let killer = runtime::spawn(async move {
                runtime::task::yield_now().await;
                drop(stdin);
            });
            assert!(child.wait().await.unwrap().success());
            killer.await.unwrap();
            drop(taken);
        });
    });
}

#[test]
fn a_child_that_is_dropped_without_descriptors_is_not_forgotten() {
    let name = "a_child_that_is_dropped_without_descriptors_is_not_forgotten";
    with_descriptors(64, name, || {
        let runtime = current_thread();
        let _entered = runtime.enter();
        let spawn = || {
            let mut child = cat().spawn().unwrap();
            (child.id().unwrap(), child.stdin.take(), child)
        };
        let ((first, input, child), (second, other_input, other)) = (spawn(), spawn());
        let taken = take_all_but(0);
        drop(child);
        drop(input);
        eventually("the child ends", || state_of(first).is_none_or(|state| state == 'Z'));
        drop(taken);
        drop(other);
        assert_eq!(state_of(first), None, "the next did not ask for it");
        drop(other_input);
        eventually("the other is gone", || state_of(second).is_none());
    });
}
