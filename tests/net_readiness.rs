//! Readiness that says only "error" or "hang-up", or says it too early: whom it concerns is told, and nobody is kept busy.
#![cfg(all(feature = "net", target_os = "linux"))]

mod support;

use std::future::poll_fn;
use std::io::{self, ErrorKind, Write};
use std::net::{Shutdown, TcpStream as Foreign, UdpSocket as ForeignUdp};
use std::pin::pin;
use std::sync::Arc;
use std::thread;

use runtime::io::{AsyncReadExt, AsyncWriteExt, Interest, ReadBuf};
use runtime::net::{TcpStream, UdpSocket, UnixStream};
use runtime::task;
use rustix::net::{AddressFamily, SocketType, shutdown, socket};
use support::{
    ANY, Counts, connection, converse, fill, in_each_runtime, listen, poll_once, reset, until,
    watch, with_sockets,
};

/// More polls than any of these waits takes, and far fewer than one that is kept busy.
const FEW: usize = 12;

/// More than the buffers of any loopback connection hold.
const MUCH: usize = 16 << 20;

#[test]
fn a_listener_that_is_shut_down_tells_whoever_waits_for_a_connection() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (listener, _) = listen().await;
            let duplicate = rustix::io::dup(&listener).unwrap();
            let counts = Counts::new();
            let waits = runtime::spawn(counts.count(async move { listener.accept().await }));
            until(|| counts.polls() > 0).await;
            shutdown(&duplicate, rustix::net::Shutdown::Both).unwrap();
            assert_eq!(waits.await.unwrap().unwrap_err().kind(), ErrorKind::InvalidInput);
        });
    });
}

#[test]
fn a_stream_that_was_never_connected_is_reported_and_says_so() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let stream = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
            let mut stream = TcpStream::from_std(Foreign::from(stream)).unwrap();
            stream.readable().await.unwrap();
            stream.writable().await.unwrap();
            let read = stream.read(&mut [0; 8]).await;
            assert_eq!(read.unwrap_err().kind(), ErrorKind::NotConnected);
            let written = stream.write(b"to nobody").await;
            assert_eq!(written.unwrap_err().kind(), ErrorKind::BrokenPipe);
        });
    });
}

/// What came before a reset is read, also by a read that was short.
#[test]
fn a_reset_behind_data_is_told_after_them() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            for round in 0..100 {
                let (mut ours, mut theirs) = connection().await;
                let peer = thread::spawn(move || {
                    theirs.write_all(b"last words").unwrap();
                    if round % 2 == 0 {
                        thread::yield_now();
                    }
                    reset(theirs);
                });
                let mut words = Vec::new();
                let error = ours.read_to_end(&mut words).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::ConnectionReset);
                assert!(b"last words".starts_with(&words[..]));
                peer.join().unwrap();
            }
        });
    });
}

/// Tokio's issue 449: the end of what the peer sends was taken for a reason to write, again and again.
#[test]
fn a_peer_that_sends_no_more_and_does_not_read_keeps_no_writer_busy() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (mut ours, theirs) = connection().await;
            theirs.shutdown(Shutdown::Write).unwrap();
            let taken = fill(&ours).await;
            let counts = Counts::new();
            let writes = async move { ours.write_all(&vec![0; MUCH]).await };
            let writer = runtime::spawn(counts.count(writes));
            until(|| counts.polls() > 0).await;
            converse().await;
            assert!(counts.polls() <= FEW, "polled {} times", counts.polls());

            let peer = thread::spawn(move || io::copy(&mut &theirs, &mut io::sink()));
            writer.await.unwrap().unwrap();
            assert_eq!(peer.join().unwrap().unwrap(), (taken + MUCH) as u64);
        });
    });
}

#[test]
fn who_sends_no_more_is_not_kept_busy_while_he_reads() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (mut ours, mut theirs) = connection().await;
            ours.shutdown().await.unwrap();
            let counts = Counts::new();
            let reader = runtime::spawn(counts.count(async move { ours.read_u8().await }));
            until(|| counts.polls() > 0).await;
            converse().await;
            assert!(counts.polls() <= FEW, "polled {} times", counts.polls());
            theirs.write_all(b"!").unwrap();
            assert_eq!(reader.await.unwrap().unwrap(), b'!');
        });
    });
}

/// The system reports a hang-up, and yet tells who receives to wait. Tokio's issue 4549 is of this kind.
#[test]
fn a_hang_up_that_is_none_keeps_no_receiver_busy() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            for side in [rustix::net::Shutdown::Read, rustix::net::Shutdown::Both] {
                let ours = UdpSocket::bind(ANY).await.unwrap();
                let theirs = ForeignUdp::bind(ANY).unwrap();
                ours.connect(theirs.local_addr().unwrap()).await.unwrap();
                let address = ours.local_addr().unwrap();
                shutdown(&ours, side).unwrap();
                let counts = Counts::new();
                let receives = async move { ours.recv(&mut [0; 8]).await };
                let receiver = runtime::spawn(counts.count(receives));
                until(|| counts.polls() > 0).await;
                converse().await;
                assert!(counts.polls() <= FEW, "polled {} times", counts.polls());
                theirs.send_to(b"there after all", address).unwrap();
                assert_eq!(receiver.await.unwrap().unwrap(), 8);
            }
        });
    });
}

/// A socket whose peer has just refused a datagram.
async fn refused() -> UdpSocket {
    let ours = UdpSocket::bind(ANY).await.unwrap();
    let nobody = ForeignUdp::bind(ANY).unwrap().local_addr().unwrap();
    ours.connect(nobody).await.unwrap();
    ours.send(b"anybody?").await.unwrap();
    ours
}

/// Every operation that gets to know of a refusal.
async fn learn_by(way: usize, ours: &UdpSocket) -> io::Error {
    let mut bytes = [0; 8];
    let mut buffer = ReadBuf::new(&mut bytes);
    match way {
        0 => ours.recv(&mut bytes).await.map(drop),
        1 => ours.recv_from(&mut bytes).await.map(drop),
        2 => ours.peek(&mut bytes).await.map(drop),
        3 => poll_fn(|cx| ours.poll_recv(cx, &mut buffer)).await,
        4 => ours
            .async_io(Interest::READABLE, || Ok(rustix::io::read(ours, &mut bytes)?))
            .await
            .map(drop),
        5 => {
            ours.readable().await.unwrap();
            ours.try_recv(&mut bytes).map(drop)
        }
        6 => {
            poll_fn(|cx| ours.poll_recv_ready(cx)).await.unwrap();
            ours.try_recv_from(&mut bytes).map(drop)
        }
        7 => {
            assert!(ours.ready(Interest::ERROR).await.unwrap().is_error());
            Err(ours.take_error().unwrap().expect("it was reported"))
        }
        // It is told to who sends next, unless the report is late.
        _ => loop {
            if let Err(error) = ours.send(b"and now?").await {
                break Err(error);
            }
        },
    }
    .expect_err("the peer has refused")
}

#[test]
fn a_refused_datagram_is_told_to_whatever_is_done_next_and_once() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            for way in 0..9 {
                let ours = refused().await;
                let error = learn_by(way, &ours).await;
                assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "way {way}");
                let _ = ours.take_error(); // that of the last datagram that was sent to find out
                let nothing = ours.try_recv(&mut [0; 8]).unwrap_err();
                assert_eq!(nothing.kind(), ErrorKind::WouldBlock, "way {way}");
                let readable = poll_once(&mut pin!(ours.readable()), &Counts::new());
                assert!(readable.is_pending(), "way {way}: an old error keeps a reader busy");
                ours.writable().await.unwrap();
            }
        });
    });
}

/// Who receives and who sends wait at once, and the refusal is for one of them.
#[test]
fn a_refused_datagram_leaves_a_receiver_waiting_for_the_next() {
    let _watch = watch();
    with_sockets(2).block_on(async {
        let ours = Arc::new(refused().await);
        let theirs = ForeignUdp::bind(ours.peer_addr().unwrap()).unwrap();
        let refusals = until_received(ours.clone());
        let receiver = runtime::spawn(refusals);
        converse().await;
        theirs.send_to(b"late", ours.local_addr().unwrap()).unwrap();
        assert!(receiver.await.unwrap() <= 1);
    });
}

/// Receives a datagram; returns how many errors came before.
async fn until_received(socket: Arc<UdpSocket>) -> usize {
    let mut errors = 0;
    while let Err(error) = socket.recv(&mut [0; 8]).await {
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        errors += 1;
    }
    errors
}

/// It saw that only when a tenth of a millisecond had passed.
#[test]
fn who_gives_the_only_turn_away_finds_what_has_become_ready() {
    async fn yields() {
        let (ours, theirs) = UnixStream::pair().unwrap();
        theirs.writable().await.unwrap();
        let mut byte = [0];
        for _ in 0..100 {
            assert_eq!(ours.try_read(&mut byte).unwrap_err().kind(), ErrorKind::WouldBlock);
            assert_eq!(theirs.try_write(b"x").unwrap(), 1);
            task::yield_now().await;
            assert_eq!(ours.try_read(&mut byte).unwrap(), 1);
        }
    }
    let _watch = watch();
    let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(yields());
    runtime.block_on(runtime.spawn(yields())).unwrap();
}
