//! A child that is forked off a program with the real Tokio inside has one of its own.
//!
//! Alone in its file, as `runtime_fork`.
#![cfg(all(target_os = "linux", feature = "tokio-compat", feature = "rt-multi-thread"))]

mod support;

use std::time::Duration;

use runtime::Runtime;
use support::{in_a_child, threads_named, watch};
use tokio::runtime::{Handle, Id};

/// Has Tokio's threads do something, and tells which Tokio it was.
fn use_tokio() -> Id {
    Runtime::new().unwrap().block_on(async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        assert_eq!(tokio::spawn(async { 42 }).await.unwrap(), 42);
        Handle::current().id()
    })
}

#[test]
fn a_child_has_a_tokio_of_its_own() {
    let _watch = watch();
    let parents = use_tokio();
    in_a_child(|| {
        assert_eq!(threads_named("gosched-tokio"), 0);
        assert_ne!(use_tokio(), parents);
        assert!(threads_named("gosched-tokio") > 0);
    });
    assert_eq!(use_tokio(), parents);
}
