//! Ctrl-C, in a process of its own, which it would end.
#![cfg(all(target_os = "linux", feature = "signal", feature = "time"))]

mod support;

use std::env;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;

use runtime::signal::ctrl_c;
use runtime::signal::unix::{SignalKind, signal};
use runtime::time;
use support::{multi_thread, once_more, send, send_to, watch};
use tokio_test::assert_pending;
use tokio_test::task as manual;

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
        while_nobody_waits().await;
        let mut second = Box::pin(ctrl_c());
        assert_pending!(manual::spawn(&mut second).poll(), "it was for one from before");
        // It was not received either, by one that is to lose none.
        signal(SignalKind::interrupt()).unwrap().recv().await;
        println!("listens again");
        second.await.unwrap();
        println!("second");
        std::future::pending::<()>().await;
    });
}

/// Ctrl-C, which is delivered when this is over.
///
/// Whoever delivers goes through all numbers, again and again. When he was at a lower one, he is at this one before he is
/// at a higher one.
async fn while_nobody_waits() {
    let ends = [SignalKind::hangup(), SignalKind::user_defined1()];
    let mut listeners = ends.map(|kind| signal(kind).unwrap());
    send(libc::SIGINT);
    for (kind, listener) in ends.into_iter().zip(&mut listeners) {
        send(kind.into());
        listener.recv().await;
    }
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
    until("listens again");
    send_to(child.id(), libc::SIGINT);
    until("second");
    send_to(child.id(), libc::SIGINT);
    std::thread::sleep(Duration::from_millis(20));
    assert!(child.try_wait().unwrap().is_none(), "it was ended by a signal that it listened to");
    send_to(child.id(), libc::SIGTERM); // which it did not take over
    assert_eq!(child.wait().unwrap().signal(), Some(libc::SIGTERM));
}
