//! Unix datagrams: whole, in order, to whom they are for.
#![cfg(all(feature = "net", unix))]

mod support;

use std::fs;
use std::future::poll_fn;
use std::io::ErrorKind;
use std::net::Shutdown;
use std::path::PathBuf;

use runtime::io::ReadBuf;
use runtime::net::UnixDatagram;
use support::{in_each_runtime, rounds, watch, with_sockets};
use tokio_test::{assert_pending, assert_ready, task};

/// A directory for the sockets of one test.
fn directory(test: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("datagram-{test}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("there is room for files");
    path
}

#[test]
fn datagrams_arrive_whole_and_in_order_and_name_their_sender() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        let place = directory("order");
        let (server, client) = (place.join("server"), place.join("client"));
        runtime.block_on(async {
            let receiver = UnixDatagram::bind(&server).unwrap();
            let sender = UnixDatagram::bind(&client).unwrap();
            let count = rounds(2_000) as u32;
            let sending = runtime::spawn(async move {
                for number in 0..count {
                    let datagram = number.to_le_bytes();
                    assert_eq!(sender.send_to(&datagram, &server).await.unwrap(), 4);
                }
            });
            for number in 0..count {
                let mut datagram = [0; 16];
                let (length, peer) = receiver.recv_from(&mut datagram).await.unwrap();
                assert_eq!(datagram[..length], number.to_le_bytes());
                assert_eq!(peer.as_pathname(), Some(&*client));
            }
            sending.await.unwrap();
        });
        fs::remove_dir_all(&place).unwrap();
    });
}

#[test]
fn a_connected_socket_speaks_to_its_peer() {
    let place = directory("connected");
    with_sockets(1).block_on(async {
        let server = UnixDatagram::bind(place.join("server")).unwrap();
        let client = UnixDatagram::unbound().unwrap();
        assert!(client.local_addr().unwrap().is_unnamed());
        assert_eq!(client.send(b"x").await.unwrap_err().kind(), ErrorKind::NotConnected);
        client.connect(place.join("server")).unwrap();
        assert_eq!(client.peer_addr().unwrap().as_pathname(), Some(&*place.join("server")));
        client.send(b"whole").await.unwrap();
        let mut short = [0; 3];
        assert_eq!(server.recv(&mut short).await.unwrap(), 3);
        assert_eq!(&short, b"who");
        assert_eq!(server.try_recv(&mut short).unwrap_err().kind(), ErrorKind::WouldBlock);
    });
    fs::remove_dir_all(&place).unwrap();
}

/// A full queue makes the sender wait, and a datagram that was received lets it go on.
#[test]
fn a_sender_waits_for_room_and_a_dropped_one_has_not_sent() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (one, other) = UnixDatagram::pair().unwrap();
        let mut sent = 0;
        one.writable().await.unwrap();
        while one.try_send(&[1; 1000]).is_ok() {
            sent += 1;
        }
        let mut waiting = task::spawn(one.send(b"never"));
        assert_pending!(waiting.poll());
        drop(waiting);
        let mut buffer = [0; 2000];
        for _ in 0..sent {
            assert_eq!(other.recv(&mut buffer).await.unwrap(), 1000);
        }
        assert_eq!(other.try_recv(&mut buffer).unwrap_err().kind(), ErrorKind::WouldBlock);
        assert_eq!(one.send(b"now").await.unwrap(), 3);
        assert_eq!(other.recv(&mut buffer).await.unwrap(), 3);
    });
}

#[test]
fn a_cancelled_receive_loses_no_datagram() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (one, other) = UnixDatagram::pair().unwrap();
        let mut buffer = [0; 16];
        let mut waiting = task::spawn(other.recv(&mut buffer));
        assert_pending!(waiting.poll());
        one.send(b"kept").await.unwrap();
        while !waiting.is_woken() {
            runtime::task::yield_now().await;
        }
        drop(waiting);
        assert_eq!(assert_ready!(task::spawn(other.recv(&mut buffer)).poll()).unwrap(), 4);
    });
}

#[test]
fn polled_operations_fill_what_is_left_of_a_buffer() {
    with_sockets(1).block_on(async {
        let (one, other) = UnixDatagram::pair().unwrap();
        poll_fn(|cx| one.poll_send_ready(cx)).await.unwrap();
        poll_fn(|cx| one.poll_send(cx, b"abc")).await.unwrap();
        poll_fn(|cx| one.poll_send(cx, b"def")).await.unwrap();
        let mut bytes = [0; 16];
        let mut buffer = ReadBuf::new(&mut bytes);
        poll_fn(|cx| other.poll_recv(cx, &mut buffer)).await.unwrap();
        let sender = poll_fn(|cx| other.poll_recv_from(cx, &mut buffer)).await.unwrap();
        assert!(sender.is_unnamed());
        assert_eq!(buffer.filled(), b"abcdef");
    });
}

#[test]
fn what_was_shut_down_does_not_send() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (one, other) = UnixDatagram::pair().unwrap();
        one.shutdown(Shutdown::Both).unwrap();
        assert_eq!(one.send(b"x").await.unwrap_err().kind(), ErrorKind::BrokenPipe);
        let other = UnixDatagram::try_from(other.into_std().unwrap()).unwrap();
        assert!(other.take_error().unwrap().is_none());
    });
}
