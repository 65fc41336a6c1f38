//! What is told of a socket's readiness when the budget is spent, and what is refused for it.
#![cfg(feature = "net")]

mod support;

use std::io::{ErrorKind, Write};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use runtime::io::{AsyncReadExt, Interest};
use runtime::net::{TcpStream, UdpSocket};
use runtime::task::{self, coop};
use support::{ANY, Counts, both_ends, connection, in_each_runtime, poll_once, watch};

/// Leaves nothing of the budget of the poll that this returns in.
async fn spend() {
    task::yield_now().await;
    while coop::has_budget_remaining() {
        coop::consume_budget().await;
    }
}

/// Whether a wait that begins now is over at once.
fn is_told<F: Future>(wait: F) -> bool {
    poll_once(&mut pin!(wait), &Counts::new()).is_ready()
}

/// Whether a byte is sent at once.
fn sends(stream: &TcpStream) -> bool {
    match stream.try_write(b"x") {
        Ok(sent) => sent == 1,
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
            false
        }
    }
}

/// Without a budget `readable` said of sockets that were ready that they are not.
#[test]
fn what_is_ready_is_told_also_without_budget_and_what_is_tried_then_refused() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (client, _server) = both_ends().await;
            client.writable().await.unwrap();
            spend().await;
            assert!(is_told(client.writable()), "it is writable, and nobody is told");
            assert!(!sends(&client), "nothing ends a loop of these two");
            assert!(
                !is_told(client.writable()),
                "nothing ends a loop that goes on where it is refused"
            );
            task::yield_now().await;
            assert!(sends(&client), "the refusal cost the readiness");
        });
    });
}

#[test]
fn what_is_not_ready_is_not_told() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (mut ours, mut theirs) = connection().await;
            assert_eq!(ours.try_read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
            spend().await;
            assert!(!is_told(ours.readable()));
            theirs.write_all(b"x").unwrap();
            assert_eq!(ours.read(&mut [0; 8]).await.unwrap(), 1);
        });
    });
}

#[test]
fn credit_is_given_once_in_a_poll_also_to_who_does_not_try() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (client, server) = both_ends().await;
            client.writable().await.unwrap();
            server.writable().await.unwrap();
            spend().await;
            assert!(is_told(client.ready(Interest::WRITABLE)));
            assert!(!is_told(client.writable()) && !is_told(server.writable()));
            spend().await;
            assert!(is_told(server.writable()), "this is another poll");
        });
    });
}

/// Who sends to many without waiting, as a server of datagrams does, is not to lose one for what another socket was told.
#[test]
fn nothing_else_is_refused() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (client, server) = both_ends().await;
            client.writable().await.unwrap();
            server.writable().await.unwrap();
            spend().await;
            assert!((0..1_000).all(|_| sends(&client)), "nothing was told on credit");
            assert!(is_told(client.writable()));
            assert!(sends(&server), "another socket");
            assert_eq!(
                client.try_io(Interest::READABLE, || Ok(7)).ok(),
                None,
                "it is not readable"
            );
            assert_eq!(server.try_io(Interest::READABLE, || Ok(7)).unwrap(), 7);
            assert!(!sends(&client) && sends(&client), "refused once");
        });
    });
}

#[test]
fn what_was_told_in_a_poll_refuses_nothing_in_the_next() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (client, _server) = both_ends().await;
            client.writable().await.unwrap();
            spend().await;
            assert!(is_told(client.writable()));
            spend().await;
            assert!(sends(&client));
        });
    });
}

/// Moves bytes from a socket to itself, without ever waiting, until `ends`.
async fn flood_itself(ends: impl Fn() -> bool) -> usize {
    let socket = UdpSocket::bind(ANY).await.unwrap();
    socket.connect(socket.local_addr().unwrap()).await.unwrap();
    let mut moved = 0;
    while !ends() {
        socket.writable().await.unwrap();
        if socket.try_send(b"x").is_ok() {
            moved += 1;
            while socket.readable().await.is_ok() && socket.try_recv(&mut [0; 8]).is_err() {}
        }
    }
    moved
}

#[test]
fn a_flood_that_is_read_without_waiting_leaves_others_their_turn() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let passed = Arc::new(AtomicUsize::new(0));
            let counting = passed.clone();
            let counter = runtime::spawn(async move {
                loop {
                    counting.fetch_add(1, SeqCst);
                    task::yield_now().await;
                }
            });
            let moved = flood_itself(|| passed.load(SeqCst) > 50).await;
            assert!(moved > 0);
            counter.abort();
        });
    });
}
