//! Ctrl-C, in a process of its own, which it would end.
#![cfg(all(target_os = "linux", feature = "signal", feature = "time"))]

mod support;

use std::env;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use runtime::signal::ctrl_c;
use runtime::time;
use support::{multi_thread, once_more, send_to, watch};

const CHILD: &str = "GOSCHED_TEST_CTRL_C";

/// Tells how far it is, line by line, and waits for Ctrl-C twice.
fn child() {
    multi_thread(2).block_on(async {
        let first = ctrl_c();
        println!("made");
        let mut first = Box::pin(first);
        // The first poll begins to listen.
        assert!(time::timeout(Duration::from_millis(1), &mut first).await.is_err());
        println!("listens");
        first.await.unwrap();
        println!("first");
        // Between the two nobody listens.
        std::io::stdin().read_line(&mut String::new()).unwrap();
        ctrl_c().await.unwrap();
        println!("second");
        std::future::pending::<()>().await;
    });
}

#[test]
fn ctrl_c_is_received_and_ends_nothing() {
    let _watch = watch();
    if env::var_os(CHILD).is_some() {
        return child();
    }
    let mut child = once_more("ctrl_c_is_received_and_ends_nothing", CHILD).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut until = |wanted: &str| {
        let found = lines.any(|line| line.unwrap().ends_with(wanted));
        assert!(found, "the child ended before it said {wanted:?}");
    };
    until("listens");
    send_to(child.id(), libc::SIGINT);
    until("first");
    send_to(child.id(), libc::SIGINT);
    std::thread::sleep(Duration::from_millis(20)); // so that it arrives while nobody listens
    drop(child.stdin.take());
    until("second");
    send_to(child.id(), libc::SIGINT);
    std::thread::sleep(Duration::from_millis(20));
    assert!(child.try_wait().unwrap().is_none(), "it was ended by a signal that it listened to");
    send_to(child.id(), libc::SIGTERM); // which it did not take over
    assert_eq!(child.wait().unwrap().signal(), Some(libc::SIGTERM));
}
