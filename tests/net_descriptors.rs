//! Descriptors: none is left behind, and none is taken for another. What happens where there are no more of them is in
//! `net_descriptor_limit.rs`.
//!
//! Descriptors belong to the whole process, so these tests take turns.
#![cfg(all(feature = "net", target_os = "linux"))]

mod support;

use std::future::poll_fn;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener as ForeignListener, TcpStream as Foreign};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::TcpStream;
use runtime::{task, time};
use rustix::net::{AddressFamily, SocketType, bind, listen as listen_with, socket};
use support::{
    ANY, Counts, both_ends, connection, descriptors, in_each_runtime, listen, poll_once, rounds,
    until, watch, with_sockets,
};

/// To be held by a test that counts descriptors.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A listener whose queue is full: who connects gets no answer.
fn silent() -> (ForeignListener, SocketAddr, Foreign) {
    let listener = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&listener, &SocketAddr::from(ANY)).unwrap();
    listen_with(&listener, 0).unwrap();
    let listener = ForeignListener::from(listener);
    let address = listener.local_addr().unwrap();
    (listener, address, Foreign::connect(address).unwrap())
}

/// Tokio's issue 7979: what was begun and given up left its descriptor open.
#[test]
fn an_attempt_to_connect_that_is_given_up_leaves_no_descriptor() {
    let (_watch, _turn) = (watch(), alone());
    with_sockets(1).block_on(async {
        let (_listener, address, _fills_the_queue) = silent();
        drop(connection().await); // so that the reactor's own are counted
        let before = descriptors();
        let mut given_up = 0;
        for _ in 0..200 {
            let mut attempt = Box::pin(TcpStream::connect(address));
            given_up += usize::from(poll_once(&mut attempt, &Counts::new()).is_pending());
        }
        assert!(given_up >= 150, "only {given_up} attempts were pending");
        assert_eq!(descriptors(), before);
    });
}

/// As above, for attempts that are given up once the system has been asked to report on them.
#[test]
fn an_attempt_to_connect_that_times_out_or_is_aborted_leaves_no_descriptor() {
    let _watch = watch();
    let _turn = alone();
    for workers in [0, 1, 2, 4] {
        let (_listener, address, _fills_the_queue) = silent();
        let before = descriptors();
        let runtime = with_sockets(workers);
        runtime.block_on(async {
            drop(connection().await);
            let before = descriptors();
            for _ in 0..20 {
                let _ = time::timeout(Duration::from_millis(1), TcpStream::connect(address)).await;
            }
            let polls = Counts::new();
            let connect = || polls.count(TcpStream::connect(address));
            let attempts: Vec<_> = (0..20).map(|_| runtime::spawn(connect())).collect();
            until(|| polls.polls() >= attempts.len()).await;
            for attempt in attempts {
                attempt.abort();
                let _ = attempt.await;
            }
            assert_eq!(descriptors(), before, "with {workers} workers");
            let polls = Counts::new();
            (0..20).for_each(|_| drop(runtime::spawn(polls.count(TcpStream::connect(address)))));
            until(|| polls.polls() >= 20).await;
        });
        drop(runtime); // with attempts that nobody awaits
        assert_eq!(descriptors(), before, "after the end of a runtime with {workers} workers");
    }
}

#[test]
fn refused_attempts_and_closed_connections_leave_no_descriptor() {
    let (_watch, _turn) = (watch(), alone());
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let free = ForeignListener::bind(ANY).unwrap().local_addr().unwrap();
            drop(connection().await);
            let before = descriptors();
            for _ in 0..50 {
                TcpStream::connect(free).await.unwrap_err();
                drop(both_ends().await);
            }
            assert_eq!(descriptors(), before);
        });
    });
}

#[test]
fn a_runtime_that_ends_closes_its_reactor() {
    let (_watch, _turn) = (watch(), alone());
    drop(with_sockets(1)); // so that what a process has once, such as Tokio's reactor with `tokio-compat`, is counted
    let before = descriptors();
    for workers in [0, 1, 2, 4] {
        let runtime = with_sockets(workers);
        runtime.block_on(async { drop(both_ends().await) });
    }
    assert_eq!(descriptors(), before);
}

/// The waker kept the place where its thread slept, and that the reactor.
#[test]
fn a_waker_of_a_block_on_that_was_kept_kept_the_reactor() {
    let (_watch, _turn) = (watch(), alone());
    drop(with_sockets(1));
    let before = descriptors();
    let runtime = with_sockets(1);
    let kept = runtime.block_on(async {
        let (mut ours, mut theirs) = connection().await;
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            theirs.write_all(b"x").unwrap();
        });
        ours.read_exact(&mut [0]).await.unwrap(); // by now it has waited in the reactor
        poll_fn(|cx| Poll::Ready(cx.waker().clone())).await
    });
    drop(runtime);
    assert_eq!(descriptors(), before);
    kept.wake();
}

/// The system gives a descriptor that was closed to the next who asks, while an event of the one before may be on its way.
#[test]
fn no_event_of_a_closed_connection_reaches_the_one_that_got_its_descriptor() {
    let (_watch, _turn) = (watch(), alone());
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (listener, address) = listen().await;
            // Its answer says which connection it is, and it closes at times before that is read.
            let server = runtime::spawn(async move {
                loop {
                    let (mut stream, _) = listener.accept().await.unwrap();
                    runtime::spawn(async move {
                        let number = stream.read_u32().await?;
                        stream.write_u32(!number).await
                    });
                }
            });
            let clients = (0..8u32).map(|client| {
                runtime::spawn(async move {
                    for round in 0..rounds(500) as u32 {
                        let number = client << 16 | round;
                        let mut stream = TcpStream::connect(address).await.unwrap();
                        if round % 3 == 0 {
                            stream.write_u32(number).await.unwrap();
                            continue; // closed with an answer under way
                        }
                        // Nothing is sent before it is asked for, so nothing may be reported.
                        for _ in 0..3 {
                            let early = poll_once(&mut pin!(stream.readable()), &Counts::new());
                            assert!(early.is_pending(), "a stranger's event");
                            task::yield_now().await;
                        }
                        stream.write_u32(number).await.unwrap();
                        assert_eq!(stream.read_u32().await.unwrap(), !number);
                    }
                })
            });
            for client in clients.collect::<Vec<_>>() {
                client.await.unwrap();
            }
            server.abort();
        });
    });
}

#[test]
fn a_duplicate_of_a_closed_socket_reports_to_nobody() {
    let (_watch, _turn) = (watch(), alone());
    with_sockets(1).block_on(async {
        for _ in 0..20 {
            let (ours, mut theirs) = connection().await;
            let mut duplicate = Foreign::from(rustix::io::dup(&ours).unwrap());
            ours.writable().await.unwrap();
            drop(ours);
            // The connection is alive through the duplicate, and what comes must not reach a new stream.
            let (fresh, _peer) = connection().await;
            theirs.write_all(b"for the duplicate").unwrap();
            task::yield_now().await;
            fresh.writable().await.unwrap();
            let mut bytes = [0; 17];
            duplicate.set_nonblocking(false).unwrap();
            duplicate.read_exact(&mut bytes).unwrap();
            let wait = poll_once(&mut Box::pin(fresh.readable()), &Counts::new());
            assert!(wait.is_pending(), "the event reached a stranger");
        }
    });
}
