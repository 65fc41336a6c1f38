//! A program ends when its main does, whatever its other tasks are stuck in; each program here is a child process.
#![cfg(all(feature = "macros", feature = "net", feature = "rt-multi-thread", feature = "time"))]

mod support;

use std::future::pending;
use std::process::{Command, Output};
use std::rc::Rc;
use std::time::Duration;

use runtime::time;
use support::{echo, ticks, watch};

/// Tells a child which program it is.
const CHILD: &str = "GOSCHED_TEST_PROGRAM";

/// Leaves one that computes for ever, one that blocks for ever and one that is suspended for ever.
async fn beside_those_that_never_end(stuck: usize) {
    for _ in 0..stuck {
        runtime::spawn(async {
            loop {
                std::hint::spin_loop();
            }
        });
        runtime::spawn(async {
            loop {
                std::thread::park();
            }
        });
    }
    runtime::spawn(pending::<()>());
    ticks(3).await;
    echo(3).await;
    time::sleep(Duration::from_millis(10)).await;
}

#[runtime::main(worker_threads = 1)]
async fn one_permit() {
    beside_those_that_never_end(1).await;
}

#[runtime::main(worker_threads = 2)]
async fn two_permits() {
    beside_those_that_never_end(2).await;
}

#[runtime::main(worker_threads = 4)]
async fn four_permits() {
    beside_those_that_never_end(4).await;
}

#[runtime::main(worker_threads = 1)]
async fn one_permit_and_a_main_that_stays_on_its_thread() {
    let here = Rc::new(());
    beside_those_that_never_end(1).await;
    drop(here);
}

#[runtime::main(worker_threads = 2)]
async fn two_permits_and_a_main_that_stays_on_its_thread() {
    let here = Rc::new(());
    beside_those_that_never_end(2).await;
    drop(here);
}

const PROGRAMS: [(&str, fn()); 5] = [
    ("one permit", one_permit),
    ("two permits", two_permits),
    ("four permits", four_permits),
    ("one permit, not Send", one_permit_and_a_main_that_stays_on_its_thread),
    ("two permits, not Send", two_permits_and_a_main_that_stays_on_its_thread),
];

/// The children run this test too.
#[test]
fn main_ends_beside_tasks_that_never_do() {
    let _watch = watch();
    if let Ok(name) = std::env::var(CHILD) {
        let (_, program) = PROGRAMS.iter().find(|program| program.0 == name).expect("its name");
        return program();
    }
    for (name, _) in PROGRAMS {
        let Output { status, stdout, stderr } =
            Command::new(std::env::current_exe().expect("this program has a file"))
                .args(["--exact", "main_ends_beside_tasks_that_never_do", "--nocapture"])
                .env(CHILD, name)
                .output()
                .expect("a child can be started");
        let text = [stdout, stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        assert!(status.success(), "{name}: {status}\n{}\n{}", text[0], text[1]);
        assert!(text[0].contains("1 passed"), "the child ran no test:\n{}", text[0]);
    }
}
