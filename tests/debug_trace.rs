//! A trace that is taken by the debug page: it has what happened meanwhile, one is taken at a time, and nothing is recorded before or after.
#![cfg(all(feature = "debug-page", feature = "rt-multi-thread"))]

mod support;

use std::io::Write;
use std::net::{Shutdown, TcpStream};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use runtime::debug::{self, Server};
use runtime::{task, time, trace};
use serde_json::Value;
use support::page::{ask, get_json, until};
use support::{eventually, multi_thread, watch};

/// Whether anything is recorded is a thing of the whole process, so these tests run one after the other.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

fn page() -> Server {
    debug::serve("127.0.0.1:0").expect("a port is free")
}

#[test]
fn it_has_what_happened_meanwhile() {
    let _watch = watch();
    let _alone = alone();
    let page = page();
    let runtime = multi_thread(1);
    let blocks = runtime.spawn(async {
        loop {
            thread::sleep(Duration::from_millis(20));
            task::yield_now().await;
        }
    });
    let ticks = runtime.spawn(async {
        loop {
            time::sleep(Duration::from_millis(1)).await;
            trace::mark("a <mark>");
        }
    });
    let has = |trace: &Value, name: &str| {
        let events = trace["traceEvents"].as_array().expect("it is a list");
        events.iter().any(|event| event["name"] == name)
    };
    let address = page.local_addr();
    let complete = |trace: &Value| has(trace, "a <mark>") && has(trace, "retake");
    until("all is there", || get_json(address, "/debug/trace?seconds=0.2"), complete);
    assert!(!trace::is_recording());
    let reply = ask(address, "GET", "/debug/trace?seconds=0.01", "");
    assert!(reply.head.contains("content-disposition: attachment"), "{}", reply.head);
    blocks.abort();
    ticks.abort();
    page.shutdown();
}

#[test]
fn nonsense_is_refused() {
    let _watch = watch();
    let _alone = alone();
    let page = page();
    for seconds in ["0", "-1", "x", "31", "1e9", "inf", "NaN", "1%20"] {
        let path = format!("/debug/trace?seconds={seconds}");
        assert_eq!(ask(page.local_addr(), "GET", &path, "").status, 400, "{seconds}");
    }
    assert!(!trace::is_recording());
    page.shutdown();
}

#[test]
fn one_is_taken_at_a_time_and_who_leaves_ends_it() {
    let _watch = watch();
    let _alone = alone();
    let page = page();
    let address = page.local_addr();
    let mut first = TcpStream::connect(address).unwrap();
    first.write_all(b"GET /debug/trace?seconds=30 HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    eventually("it records", trace::is_recording);
    assert_eq!(ask(address, "GET", "/debug/trace?seconds=1", "").status, 409);
    first.shutdown(Shutdown::Both).unwrap();
    eventually("nobody records", || !trace::is_recording());
    assert_eq!(ask(address, "GET", "/debug/trace?seconds=0.01", "").status, 200);
    page.shutdown();
}

#[test]
fn the_end_of_the_page_ends_it() {
    let _watch = watch();
    let _alone = alone();
    let page = page();
    let mut client = TcpStream::connect(page.local_addr()).unwrap();
    client.write_all(b"GET /debug/trace?seconds=30 HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    eventually("it records", trace::is_recording);
    page.shutdown();
    eventually("nobody records", || !trace::is_recording());
}
