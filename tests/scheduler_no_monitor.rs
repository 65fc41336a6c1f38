//! The monitor can be left out, to measure its price.
#![cfg(target_os = "linux")]

mod support;

use std::process::Command;

use runtime::task;
use support::{eventually, multi_thread, threads_named, watch};

/// How many monitors there are once a task has run.
fn monitors() -> usize {
    multi_thread(2).block_on(async { task::spawn(async {}).await.unwrap() });
    threads_named("gosched-monitor")
}

#[test]
fn the_environment_says_whether_there_is_a_monitor() {
    let _watch = watch();
    if std::env::var_os("RUNTIME_MONITOR").is_some() {
        return assert_eq!(monitors(), 0);
    }
    eventually("there is a monitor", || monitors() == 1);
    let mut child = Command::new(std::env::current_exe().unwrap());
    let status = child.env("RUNTIME_MONITOR", "off").status().unwrap();
    assert!(status.success(), "a child that was told to have no monitor: {status}");
}
