//! Sockets that outlive their runtime: every operation fails and none waits for ever.
#![cfg(feature = "net")]

mod support;

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Instant;

use futures::executor::block_on;
use futures::future::BoxFuture;
use runtime::io::{AsyncReadExt, AsyncWriteExt, Interest};
use runtime::net::{TcpListener, TcpStream, UdpSocket};
use runtime::{Builder, Runtime};
use support::{
    ANY, Counts, both_ends, connection, eventually, fill, hush, listen, poll_once, text_of, watch,
    with_sockets,
};

/// What an operation says whose runtime has ended.
fn is_ended<T: std::fmt::Debug>(result: io::Result<T>) {
    let error = result.expect_err("the runtime has ended");
    assert_eq!(error.to_string(), "the runtime of this I/O object has ended");
}

#[test]
fn operations_on_sockets_of_an_ended_runtime_fail() {
    let _watch = watch();
    for workers in [0, 1, 2, 4] {
        let runtime = with_sockets(workers);
        let (mut stream, _peer) = runtime.block_on(connection());
        let (listener, _) = runtime.block_on(listen());
        let udp = runtime.block_on(UdpSocket::bind(ANY)).unwrap();
        drop(runtime);
        block_on(async {
            is_ended(stream.read(&mut [0; 8]).await);
            is_ended(stream.write(b"x").await);
            is_ended(stream.peek(&mut [0; 8]).await);
            is_ended(stream.readable().await);
            is_ended(stream.writable().await);
            is_ended(stream.try_read(&mut [0; 8]));
            is_ended(listener.accept().await);
            is_ended(udp.recv(&mut [0; 8]).await);
            is_ended(udp.send_to(b"x", ANY).await);
            is_ended(udp.ready(Interest::READABLE | Interest::WRITABLE).await);
        });
    }
}

#[test]
fn those_who_wait_elsewhere_are_told_when_the_runtime_ends() {
    let _watch = watch();
    for workers in [0, 1, 2, 4] {
        let runtime = with_sockets(workers);
        let (stream, _peer) = runtime.block_on(connection());
        runtime.block_on(fill(&stream));
        let (listener, _) = runtime.block_on(listen());
        let (stream, counts) = (Arc::new(stream), Counts::new());
        let (reads, writes) = (stream.clone(), stream);
        let waiting = [
            thread::spawn({
                let wait = counts.count(async move { reads.readable().await });
                move || block_on(wait)
            }),
            thread::spawn({
                let wait = counts.count(async move { writes.writable().await });
                move || block_on(wait)
            }),
            thread::spawn({
                let wait = counts.count(async move { listener.accept().await.map(drop) });
                move || block_on(wait)
            }),
        ];
        eventually("all three wait", || counts.polls() >= 3);
        drop(runtime);
        waiting.into_iter().for_each(|thread| is_ended(thread.join().unwrap()));
    }
}

#[test]
fn tasks_that_wait_for_sockets_are_dropped_with_them() {
    let _watch = watch();
    for workers in [0, 1, 2, 4] {
        let runtime = with_sockets(workers);
        let counts = Counts::new();
        let mut peers = Vec::new();
        for _ in 0..20 {
            let (mut stream, peer) = runtime.block_on(both_ends());
            peers.push(peer);
            runtime.spawn(counts.count(async move { stream.read(&mut [0; 8]).await }));
        }
        runtime.block_on(async {
            while counts.polls() < 20 {
                runtime::task::yield_now().await;
            }
        });
        drop(runtime);
        assert_eq!(counts.drops(), 20);
    }
}

/// It tried again at once, in one poll that did not return, and kept its thread computing for ever.
#[test]
fn a_task_that_tries_again_after_each_error_is_dropped_all_the_same() {
    let _watch = watch();
    let tasks: [fn() -> BoxFuture<'static, ()>; 4] = [
        || {
            Box::pin(async {
                let (listener, _) = listen().await;
                while listener.accept().await.is_err() {}
            })
        },
        || {
            Box::pin(async {
                let socket = UdpSocket::bind(ANY).await.unwrap();
                while socket.recv(&mut [0; 8]).await.is_err() {}
            })
        },
        || Box::pin(async { while TcpListener::bind("192.0.2.1:0").await.is_err() {} }),
        || Box::pin(async { while TcpStream::connect("127.0.0.1:1").await.is_err() {} }),
    ];
    for (task, workers) in tasks.into_iter().flat_map(|task| [1, 2, 4].map(|n| (task, n))) {
        let runtime = with_sockets(workers);
        let counts = Counts::new();
        runtime.spawn(counts.count(task()));
        eventually("it is in its loop", || counts.polls() > 0);
        let began = Instant::now();
        drop(runtime);
        assert!(began.elapsed() < Runtime::DROP_WAITS, "the poll did not return");
        assert_eq!(counts.drops(), 1);
    }
}

#[test]
fn a_stream_can_leave_its_ended_runtime_for_another() {
    let _watch = watch();
    let (old, new) = (with_sockets(1), with_sockets(1));
    let (stream, mut peer) = old.block_on(connection());
    drop(old);
    let stream = stream.into_std().unwrap();
    new.block_on(async {
        let mut stream = TcpStream::from_std(stream).unwrap();
        stream.write_all(b"moved").await.unwrap();
    });
    let mut bytes = [0; 5];
    io::Read::read_exact(&mut peer, &mut bytes).unwrap();
    assert_eq!(&bytes, b"moved");
}

#[test]
fn a_socket_that_is_made_in_an_ended_runtime_is_an_error() {
    let _watch = watch();
    let runtime = with_sockets(1);
    runtime.block_on(async { drop(listen().await) });
    let handle = runtime.handle().clone();
    drop(runtime);
    let _guard = handle.enter();
    is_ended(block_on(TcpListener::bind(ANY)));
    let std = std::net::UdpSocket::bind(ANY).unwrap();
    is_ended(UdpSocket::from_std(std));
}

#[test]
fn a_runtime_without_sockets_says_what_to_call() {
    let _watch = watch();
    hush();
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let runtime = builder.enable_time().build().unwrap();
        let joined = runtime.block_on(runtime.spawn(async { TcpListener::bind(ANY).await }));
        let payload = joined.expect_err("there are no sockets here").into_panic();
        let text = text_of(&*payload);
        assert!(text.contains("call `enable_io` or `enable_all` on its `Builder`"), "{text}");
    }
}

#[test]
fn a_runtime_may_end_while_its_sockets_are_busy() {
    let _watch = watch();
    for round in 0..20 {
        let runtime = with_sockets(round % 3);
        let (mut here, mut there) = runtime.block_on(both_ends());
        let (busy, counts) = (Counts::new(), Counts::new());
        runtime.spawn(busy.count(async move { while here.write_all(&[1; 999]).await.is_ok() {} }));
        runtime.spawn(counts.count(async move {
            let mut buffer = [0; 777];
            while there.read(&mut buffer).await.is_ok_and(|n| n > 0) {}
        }));
        runtime.block_on(async {
            while counts.polls() < 5 {
                runtime::task::yield_now().await;
            }
        });
        drop(runtime);
        assert_eq!((busy.drops(), counts.drops()), (1, 1));
    }
}

#[test]
fn a_wait_that_was_dropped_leaves_no_waker() {
    let _watch = watch();
    let runtime = with_sockets(1);
    let (stream, _peer) = runtime.block_on(connection());
    let counts = Counts::new();
    for _ in 0..3 {
        let mut wait = Box::pin(stream.readable());
        assert!(poll_once(&mut wait, &counts).is_pending());
    }
    assert_eq!(Arc::strong_count(&counts), 1);
    drop(runtime);
    assert_eq!(counts.wakes(), 0);
}
