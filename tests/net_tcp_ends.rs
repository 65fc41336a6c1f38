//! How connections end: closed, half closed, reset, refused, given up; and that whoever waits is told.
#![cfg(feature = "net")]

mod support;

use std::future::poll_fn;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpListener as ForeignListener};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::thread;

use runtime::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt, Interest};
use runtime::net::{TcpListener, TcpStream};
use rustix::net::{SendFlags, send};
use support::{
    ANY, Counts, LONG, both_ends, connection, fill, in_each_runtime, listen, multi_thread,
    poll_once, reset, until, watch, with_sockets,
};

/// More than the buffers of any loopback connection hold.
const MUCH: usize = 64 << 20;

#[test]
fn a_peer_that_closes_is_the_end_after_its_data() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (mut ours, mut theirs) = connection().await;
            theirs.write_all(b"last words").unwrap();
            drop(theirs);
            let mut words = String::new();
            ours.read_to_string(&mut words).await.unwrap();
            assert_eq!(words, "last words");
            assert_eq!(ours.read(&mut [0; 8]).await.unwrap(), 0, "the end stays");
        });
    });
}

#[test]
fn a_reader_that_waits_is_told_of_the_end() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (mut ours, theirs) = connection().await;
            let counts = Counts::new();
            let reader = runtime::spawn(counts.count(async move { ours.read(&mut [0; 8]).await }));
            until(|| counts.polls() > 0).await;
            drop(theirs);
            assert_eq!(reader.await.unwrap().unwrap(), 0);
        });
    });
}

#[test]
fn when_they_close_their_half_ours_still_sends() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (mut ours, mut theirs) = connection().await;
            theirs.write_all(b"question").unwrap();
            theirs.shutdown(Shutdown::Write).unwrap();
            let mut question = String::new();
            ours.read_to_string(&mut question).await.unwrap();
            assert_eq!(question, "question");
            let peer = thread::spawn(move || {
                let mut answer = Vec::new();
                theirs.read_to_end(&mut answer).map(|_| answer.len())
            });
            ours.write_all(&vec![1; 3_000_000]).await.unwrap();
            drop(ours);
            assert_eq!(peer.join().unwrap().unwrap(), 3_000_000);
        });
    });
}

#[test]
fn when_we_close_our_half_theirs_still_sends() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (mut ours, mut theirs) = connection().await;
            let peer = thread::spawn(move || {
                let mut question = String::new();
                theirs.read_to_string(&mut question).unwrap();
                theirs.write_all(question.to_uppercase().as_bytes()).unwrap();
            });
            ours.write_all(b"question").await.unwrap();
            ours.shutdown().await.unwrap();
            let error = ours.write(b"more").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BrokenPipe);
            let mut answer = String::new();
            ours.read_to_string(&mut answer).await.unwrap();
            assert_eq!(answer, "QUESTION");
            peer.join().unwrap();
        });
    });
}

#[test]
fn a_reset_is_an_error_to_a_reader_that_waits() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (mut ours, theirs) = connection().await;
            let counts = Counts::new();
            let reader = runtime::spawn(counts.count(async move {
                let first = ours.read(&mut [0; 8]).await;
                (first, ours.shutdown().await, ours.write(b"x").await)
            }));
            until(|| counts.polls() > 0).await;
            reset(theirs);
            let (read, shutdown, write) = reader.await.unwrap();
            assert_eq!(read.unwrap_err().kind(), ErrorKind::ConnectionReset);
            shutdown.expect("there is nobody left to tell");
            assert_eq!(write.unwrap_err().kind(), ErrorKind::BrokenPipe);
        });
    });
}

/// Tokio's issues 2174 and 8000: of some ends the system says only "error" or "hang-up", and who waits to write slept on.
#[test]
fn an_end_that_is_reported_as_an_error_alone_wakes_a_writer_that_waits() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (mut ours, theirs) = connection().await;
            fill(&ours).await;
            let counts = Counts::new();
            let writer =
                runtime::spawn(counts.count(async move { ours.write_all(&vec![0; MUCH]).await }));
            until(|| counts.polls() > 0).await;
            reset(theirs);
            assert_eq!(writer.await.unwrap().unwrap_err().kind(), ErrorKind::ConnectionReset);
        });
    });
}

#[test]
fn a_writer_that_waits_is_told_when_the_peer_closes_with_data_unread() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (mut ours, theirs) = connection().await;
            let counts = Counts::new();
            let writer =
                runtime::spawn(counts.count(async move { ours.write_all(&vec![0; MUCH]).await }));
            until(|| counts.polls() > 0).await;
            drop(theirs);
            let kind = writer.await.unwrap().unwrap_err().kind();
            assert!(matches!(kind, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{kind}");
        });
    });
}

/// Tokio's issue 8000 once more, for who waits for readiness itself and not in an operation.
#[test]
fn an_error_ends_every_wait_for_readiness() {
    let _watch = watch();
    with_sockets(2).block_on(async {
        let (ours, theirs) = connection().await;
        fill(&ours).await;
        let ours = Arc::new(ours);
        let counts = Counts::new();
        let waits = [Interest::READABLE, Interest::WRITABLE, Interest::ERROR].map(|interest| {
            let ours = ours.clone();
            runtime::spawn(counts.count(async move { ours.ready(interest).await }))
        });
        until(|| counts.polls() >= 3).await;
        reset(theirs);
        for wait in waits {
            assert!(!wait.await.unwrap().unwrap().is_empty());
        }
        assert_eq!(ours.take_error().unwrap().unwrap().kind(), ErrorKind::ConnectionReset);
        assert!(ours.take_error().unwrap().is_none(), "it is fetched once");
    });
}

#[test]
fn a_client_that_never_reads_makes_writes_wait_until_they_are_given_up() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (ours, theirs) = connection().await;
            fill(&ours).await;
            let counts = Counts::new();
            let writer = runtime::spawn(counts.count(async move {
                let mut ours = ours;
                ours.write_all(&vec![0; MUCH]).await
            }));
            until(|| counts.polls() > 0).await;
            writer.abort();
            assert!(writer.await.unwrap_err().is_cancelled());
            assert_eq!(counts.drops(), 1);
            // The stream went with its task, and so the peer gets what was taken, and then the end.
            let got = std::io::copy(&mut &theirs, &mut std::io::sink()).unwrap();
            assert!(got > 0 && got < MUCH as u64, "{got} bytes");
        });
    });
}

#[test]
fn a_write_that_was_given_up_leaves_the_connection_as_it_is() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (mut ours, mut theirs) = connection().await;
            let mut taken = fill(&ours).await;
            let wakes = Counts::new();
            while let Poll::Ready(more) = poll_once(&mut Box::pin(ours.write(b"more")), &wakes) {
                taken += more.unwrap();
            }
            let peer = thread::spawn(move || {
                let mut all = Vec::new();
                theirs.read_to_end(&mut all).map(|_| all)
            });
            ours.write_all(b"the end").await.unwrap();
            drop(ours);
            let all = peer.join().unwrap().unwrap();
            assert_eq!(all.len(), taken + "the end".len());
            assert!(all.ends_with(b"the end"));
        });
    });
}

#[test]
fn a_port_where_nobody_listens_refuses() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let free = ForeignListener::bind(ANY).unwrap().local_addr().unwrap();
            for _ in 0..50 {
                let error = TcpStream::connect(free).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
            }
        });
    });
}

#[test]
fn each_address_is_tried_and_the_last_error_is_told() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let free = ForeignListener::bind(ANY).unwrap().local_addr().unwrap();
        let (_listener, address) = listen().await;
        let stream = TcpStream::connect(&[free, free, address][..]).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap(), address);
        let error = TcpStream::connect(&[free, free][..]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        let error = TcpStream::connect(&[][..]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        let named = TcpStream::connect(("localhost", address.port())).await.unwrap();
        assert_eq!(named.peer_addr().unwrap(), address);
        let error = TcpListener::bind(address).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
    });
}

#[test]
fn an_empty_read_waits_for_nobody_and_takes_nothing() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (mut ours, mut theirs) = connection().await;
        assert_eq!(ours.read(&mut []).await.unwrap(), 0);
        assert_eq!(ours.write(&[]).await.unwrap(), 0);
        theirs.write_all(b"x").unwrap();
        ours.readable().await.unwrap();
        assert_eq!(ours.read(&mut []).await.unwrap(), 0);
        assert_eq!(ours.read_u8().await.unwrap(), b'x');
    });
}

/// A read stops short at the mark of urgent data. Did that count as an empty buffer, the rest would never be read.
#[test]
#[cfg(target_os = "linux")]
fn what_comes_behind_urgent_data_is_read() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            for _ in 0..20 {
                let (mut ours, mut theirs) = connection().await;
                theirs.set_nodelay(true).unwrap();
                theirs.write_all(b"before").unwrap();
                assert_eq!(send(&theirs, b"!", SendFlags::OOB).unwrap(), 1);
                theirs.write_all(b"behind").unwrap();
                let mut all = Vec::new();
                while all.len() < 12 {
                    assert_ne!(ours.read_buf(&mut all).await.unwrap(), 0);
                }
                assert_eq!(all, b"beforebehind");
            }
        });
    });
}

#[test]
fn a_dropped_writing_half_tells_the_peer_and_a_forgotten_one_does_not() {
    let _watch = watch();
    with_sockets(2).block_on(async {
        let (ours, mut theirs) = connection().await;
        let (mut reader, writer) = ours.into_split();
        drop(writer);
        let told = thread::spawn(move || {
            assert_eq!(theirs.read(&mut [0; 8]).unwrap(), 0);
            theirs.write_all(b"and you?").unwrap();
        });
        let mut rest = String::new();
        reader.read_to_string(&mut rest).await.unwrap();
        assert_eq!(rest, "and you?");
        told.join().unwrap();

        let (ours, theirs) = connection().await;
        let (reader, writer) = ours.into_split();
        writer.forget();
        theirs.set_nonblocking(true).unwrap();
        assert_eq!((&theirs).read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
        drop(reader);
        theirs.set_nonblocking(false).unwrap();
        assert_eq!((&theirs).read(&mut [0; 8]).unwrap(), 0);
    });
}

#[test]
fn a_half_that_was_shut_down_does_so_once() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (ours, theirs) = connection().await;
        let (reader, mut writer) = ours.into_split();
        poll_fn(|cx| Pin::new(&mut writer).poll_shutdown(cx)).await.unwrap();
        assert_eq!((&theirs).read(&mut [0; 8]).unwrap(), 0);
        reset(theirs);
        drop((reader, writer));
    });
}

#[test]
fn halves_of_different_streams_are_given_back() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (one, other) = both_ends().await;
        let address = one.local_addr().unwrap();
        let (one_reader, one_writer) = one.into_split();
        let (other_reader, other_writer) = other.into_split();
        let error = one_reader.reunite(other_writer).unwrap_err();
        assert_eq!(error.to_string(), "the halves are not of the same stream");
        let (one_reader, other_writer) = (error.0, error.1);
        let one = one_writer.reunite(one_reader).unwrap();
        assert_eq!(one.local_addr().unwrap(), address);
        let mut other = other_reader.reunite(other_writer).unwrap();
        // Whole again, they are as before: nothing was shut down.
        one.try_write(b"still here").unwrap();
        let mut bytes = [0; 10];
        other.read_exact(&mut bytes).await.unwrap();
        assert_eq!(&bytes, b"still here");
    });
}

#[test]
fn a_burst_of_clients_does_not_overflow_the_listeners_queue() {
    let _watch = watch();
    multi_thread(1).block_on(async {
        let (listener, address) = listen().await;
        // Nobody accepts yet. A client that the queue has no room for would wait a second and try again.
        let clients: Vec<_> = (0..500).map(|_| TcpStream::connect(address)).collect();
        let connected = runtime::time::timeout(LONG, async {
            let mut streams = Vec::new();
            for client in clients {
                streams.push(client.await.unwrap());
            }
            streams
        });
        assert_eq!(connected.await.expect("the queue is long enough").len(), 500);
        drop(listener);
    });
}
