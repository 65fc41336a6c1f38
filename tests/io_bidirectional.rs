//! `copy_bidirectional`: half closes, errors, and that neither direction starves.
#![cfg(feature = "io-util")]

mod support;

#[path = "support/streams.rs"]
mod streams;

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::pin::pin;
use std::task::{Context, Poll};

use runtime::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional, copy_bidirectional_with_sizes};
use runtime::io::{duplex, repeat};

use streams::Step::{Bytes, Fails, Takes, Waits};
use streams::{Flood, Scripted};
use support::{Counts, current_thread, multi_thread, watch};

/// Polls again until it is ready.
fn spin(a: &mut Scripted, b: &mut Scripted) -> io::Result<(u64, u64)> {
    let mut copy = pin!(copy_bidirectional(a, b));
    let waker = Counts::new().waker();
    loop {
        if let Poll::Ready(copied) = copy.as_mut().poll(&mut Context::from_waker(&waker)) {
            return copied;
        }
    }
}

#[test]
fn when_one_stream_ends_the_other_is_flushed_and_shut_down_once() {
    let mut a = Scripted::new().reads(&[Bytes(b"question")]);
    let mut b = Scripted::new().reads(&[Waits, Waits, Bytes(b"answer")]);
    assert_eq!(spin(&mut a, &mut b).expect("nothing fails"), (8, 6));
    let to_b = ["read waits", "write question", "flush", "shutdown"];
    let trace = b.trace();
    for expected in to_b {
        assert!(trace.iter().any(|done| done == expected), "no `{expected}` in {trace:?}");
    }
    assert_eq!(trace.iter().filter(|done| *done == "shutdown").count(), 1);
    let last = a.trace();
    assert_eq!(last[last.len() - 3..], ["write answer", "flush", "shutdown"]);
}

#[test]
fn a_shutdown_that_waits_is_waited_for_and_holds_nothing_up() {
    let mut a = Scripted::new();
    let mut b = Scripted::new().reads(&[Waits, Bytes(b"answer")]).shutdowns(&[Waits, Waits, Waits]);
    assert_eq!(spin(&mut a, &mut b).expect("nothing fails"), (0, 6));
    assert_eq!(b.trace().last().map(String::as_str), Some("shutdown"));
    assert_eq!(a.trace(), ["end", "write answer", "flush", "shutdown"]);
}

#[test]
fn an_error_of_either_direction_ends_both() {
    let idle = || Scripted::new().reads(&[Waits; 100]);
    let reset = ErrorKind::ConnectionReset;
    let cases = [
        ("a is read", idle().reads(&[]), Scripted::new().reads(&[Fails(reset)])),
        ("b is read", Scripted::new().reads(&[Fails(reset)]), idle()),
        ("b is written", Scripted::new().reads(&[Bytes(b"x")]), idle().writes(&[Fails(reset)])),
        ("b is flushed", Scripted::new(), idle().flushes(&[Fails(reset)])),
        ("b is shut down", Scripted::new(), idle().shutdowns(&[Fails(reset)])),
    ];
    for (case, mut a, mut b) in cases {
        assert_eq!(spin(&mut a, &mut b).expect_err(case).kind(), reset, "{case}");
    }
}

#[test]
fn a_writer_that_takes_nothing_is_an_error() {
    let mut a = Scripted::new().reads(&[Bytes(b"x")]);
    let mut b = Scripted::new().reads(&[Waits; 9]).writes(&[Takes(0)]);
    assert_eq!(spin(&mut a, &mut b).unwrap_err().kind(), ErrorKind::WriteZero);
}

#[test]
fn a_half_close_passes_through() {
    let _watch = watch();
    multi_thread(2).block_on(async {
        let (mut client, mut near) = duplex(16);
        let (mut far, mut server) = duplex(16);
        let proxy = runtime::spawn(async move { copy_bidirectional(&mut near, &mut far).await });

        client.write_all(b"a question that is longer than a pipe").await.unwrap();
        client.shutdown().await.unwrap();
        let serve = runtime::spawn(async move {
            let mut question = Vec::new();
            server.read_to_end(&mut question).await.unwrap();
            server.write_all(&question.repeat(2)).await.unwrap();
            question.len()
        });
        let mut answer = Vec::new();
        client.read_to_end(&mut answer).await.unwrap();
        assert_eq!(answer, b"a question that is longer than a pipe".repeat(2));
        let asked = serve.await.unwrap();
        assert_eq!(proxy.await.unwrap().unwrap(), (asked as u64, 2 * asked as u64));
    });
}

#[test]
fn it_follows_a_script_of_another_project() {
    let _watch = watch();
    current_thread().block_on(async {
        let mut script = tokio_test::io::Builder::new();
        let mut a = script.read(b"ping").write(b"pong").build();
        let (mut b, mut peer) = duplex(64);
        let peer = runtime::spawn(async move {
            let mut asked = [0; 4];
            peer.read_exact(&mut asked).await.unwrap();
            peer.write_all(b"pong").await.unwrap();
            asked
        });
        assert_eq!(copy_bidirectional(&mut a, &mut b).await.unwrap(), (4, 4));
        assert_eq!(&peer.await.unwrap(), b"ping");
    });
}

#[test]
fn two_directions_that_are_always_ready_take_turns() {
    let _watch = watch();
    let (mut a, mut b) = (Flood::new(), Flood::new());
    let (seen_by_a, seen_by_b) = (a.clone(), b.clone());
    let mut copy = pin!(copy_bidirectional_with_sizes(&mut a, &mut b, 1024, 1024));
    let runtime = current_thread();
    for round in 1..=10_u64 {
        runtime.block_on(poll_fn(|cx| {
            assert!(copy.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        }));
        let written = seen_by_a.written() + seen_by_b.written();
        assert_eq!(written, round * 64 * 1024, "half of the 128 units are writes");
        let ahead = seen_by_b.written().abs_diff(seen_by_a.written());
        assert!(ahead <= 64 * 1024, "one direction is {ahead} bytes ahead after {round} polls");
    }
}

#[test]
fn a_flood_one_way_lets_the_other_way_and_other_tasks_through() {
    let _watch = watch();
    current_thread().block_on(async {
        let (mut client, mut near) = duplex(1024);
        let mut far = Flood::new(); // sends without end, and takes everything
        let far_sees = far.clone();
        let proxy = runtime::spawn(async move { copy_bidirectional(&mut near, &mut far).await });
        client.write_all(&[1; 10_000]).await.unwrap();
        let mut some = vec![0; 100_000];
        client.read_exact(&mut some).await.unwrap();
        while far_sees.written() < 10_000 {
            runtime::task::yield_now().await;
        }
        drop(client);
        assert_eq!(proxy.await.unwrap().unwrap_err().kind(), ErrorKind::BrokenPipe);
    });
}

#[test]
fn the_sizes_of_the_buffers_are_as_asked_for() {
    let runtime = current_thread();
    runtime.block_on(async {
        let mut a = Scripted::new().reads(&[Bytes(b"abcdef")]);
        let mut b = Scripted::new().reads(&[Bytes(b"uvwxyz")]);
        copy_bidirectional_with_sizes(&mut a, &mut b, 2, 4).await.unwrap();
        let writes = |stream: &Scripted| {
            let trace = stream.trace();
            trace.into_iter().filter(|done| done.starts_with("write")).collect::<Vec<_>>()
        };
        assert_eq!(writes(&b), ["write ab", "write cd", "write ef"]);
        assert_eq!(writes(&a), ["write uvwx", "write yz"]);
    });
}

#[test]
#[should_panic(expected = "`b_to_a_buf_size` must be greater than 0")]
fn a_buffer_without_room_panics() {
    let (mut a, mut b) = duplex(1);
    let _ = runtime::block_on(copy_bidirectional_with_sizes(&mut a, &mut b, 1, 0));
}

#[test]
fn streams_that_only_join_two_halves_are_streams_too() {
    let runtime = current_thread();
    runtime.block_on(async {
        let mut a = runtime::io::join(repeat(7).take(100_000), runtime::io::sink());
        let mut b = runtime::io::empty();
        assert_eq!(copy_bidirectional(&mut a, &mut b).await.unwrap(), (100_000, 0));
    });
}
