//! UDP: datagrams stay whole, from several senders, to several receivers.
#![cfg(feature = "net")]

mod support;

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, UdpSocket as Foreign};
use std::sync::Arc;
use std::thread;

use runtime::io::{Interest, ReadBuf};
use runtime::net::UdpSocket;
use support::{ANY, Counts, in_each_runtime, poll_once, watch, with_sockets};

async fn bind() -> UdpSocket {
    UdpSocket::bind(ANY).await.expect("a port is free")
}

/// Two sockets, each the peer of the other.
async fn connected() -> (UdpSocket, UdpSocket) {
    let (one, other) = (bind().await, bind().await);
    one.connect(other.local_addr().unwrap()).await.unwrap();
    other.connect(one.local_addr().unwrap()).await.unwrap();
    (one, other)
}

#[test]
fn datagrams_of_several_foreign_senders_all_come_whole() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let server = Arc::new(bind().await);
            let address = server.local_addr().unwrap();
            let senders = (0..4u8).map(|sender| {
                thread::spawn(move || {
                    let socket = Foreign::bind(ANY).unwrap();
                    for number in 0..50u8 {
                        // One at a time, so that none has to be dropped for want of room.
                        socket.send_to(&[sender, number], address).unwrap();
                        let mut answer = [0; 8];
                        let (length, _) = socket.recv_from(&mut answer).unwrap();
                        assert_eq!(answer[..length], [number, sender, 0]);
                    }
                })
            });
            let senders: Vec<_> = senders.collect();
            let receivers = [(); 2].map(|()| {
                let server = server.clone();
                runtime::spawn(async move {
                    let mut seen = Vec::new();
                    for _ in 0..100 {
                        let mut bytes = [0; 8];
                        let (length, peer) = server.recv_from(&mut bytes).await.unwrap();
                        assert_eq!(length, 2);
                        server.send_to(&[bytes[1], bytes[0], 0], peer).await.unwrap();
                        seen.push((bytes[0], bytes[1]));
                    }
                    seen
                })
            });
            let mut all = BTreeSet::new();
            for receiver in receivers {
                all.extend(receiver.await.unwrap());
            }
            assert_eq!(all.len(), 200);
            senders.into_iter().for_each(|sender| sender.join().unwrap());
        });
    });
}

#[test]
fn peers_speak_without_addresses() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (one, other) = connected().await;
            assert_eq!(one.peer_addr().unwrap(), other.local_addr().unwrap());
            let echo = runtime::spawn(async move {
                let mut bytes = [0; 64];
                for _ in 0..100 {
                    let length = other.recv(&mut bytes).await.unwrap();
                    other.send(&bytes[..length]).await.unwrap();
                }
            });
            for length in 0..100 {
                let bytes = vec![length as u8; length % 50];
                assert_eq!(one.send(&bytes).await.unwrap(), bytes.len());
                let mut back = [0; 64];
                let n = one.recv(&mut back).await.unwrap();
                assert_eq!(back[..n], bytes[..], "also if it is empty");
            }
            echo.await.unwrap();
        });
    });
}

#[test]
fn short_datagrams_do_not_hide_those_behind_them() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (one, other) = connected().await;
        for byte in 0..10 {
            one.send(&[byte]).await.unwrap();
        }
        for byte in 0..10 {
            let mut bytes = [0; 64];
            assert_eq!(other.recv(&mut bytes).await.unwrap(), 1);
            assert_eq!(bytes[0], byte);
        }
        assert_eq!(other.try_recv(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
    });
}

#[test]
fn peeking_leaves_the_datagram() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (one, other) = connected().await;
        let from = one.local_addr().unwrap();
        one.send(b"look").await.unwrap();
        let mut bytes = [0; 8];
        assert_eq!(other.peek(&mut bytes).await.unwrap(), 4);
        assert_eq!(other.peek_from(&mut bytes).await.unwrap(), (4, from));
        assert_eq!(other.try_peek(&mut bytes).unwrap(), 4);
        assert_eq!(other.try_peek_from(&mut bytes).unwrap(), (4, from));
        let mut buffer = ReadBuf::new(&mut bytes);
        poll_fn(|cx| other.poll_peek(cx, &mut buffer)).await.unwrap();
        assert_eq!(buffer.filled(), b"look");
        buffer.clear();
        assert_eq!(poll_fn(|cx| other.poll_peek_from(cx, &mut buffer)).await.unwrap(), from);
        assert_eq!(other.try_recv_from(&mut bytes).unwrap(), (4, from));
        assert!(poll_once(&mut Box::pin(other.readable()), &Counts::new()).is_ready());
        assert_eq!(other.try_peek(&mut bytes).unwrap_err().kind(), ErrorKind::WouldBlock);
        assert!(poll_once(&mut Box::pin(other.readable()), &Counts::new()).is_pending());
    });
}

#[test]
fn polled_operations_send_and_receive() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (one, other) = (bind().await, bind().await);
        let (to, from) = (other.local_addr().unwrap(), one.local_addr().unwrap());
        poll_fn(|cx| one.poll_send_ready(cx)).await.unwrap();
        assert_eq!(poll_fn(|cx| one.poll_send_to(cx, b"first", to)).await.unwrap(), 5);
        one.connect(to).await.unwrap();
        assert_eq!(poll_fn(|cx| one.poll_send(cx, b"second")).await.unwrap(), 6);
        assert_eq!(one.try_send(b"third").unwrap(), 5);
        other.writable().await.unwrap();
        assert_eq!(other.try_send_to(b"back", from).unwrap(), 4);

        let mut bytes = [0; 32];
        let mut buffer = ReadBuf::new(&mut bytes);
        poll_fn(|cx| other.poll_recv_ready(cx)).await.unwrap();
        assert_eq!(poll_fn(|cx| other.poll_recv_from(cx, &mut buffer)).await.unwrap(), from);
        poll_fn(|cx| other.poll_recv(cx, &mut buffer)).await.unwrap();
        assert_eq!(buffer.filled(), b"firstsecond", "behind what was there");
        assert!(other.ready(Interest::READABLE).await.unwrap().is_readable());
        other.async_io(Interest::WRITABLE, || Ok(())).await.unwrap();
    });
}

#[test]
fn a_refused_datagram_is_an_error_to_who_waits() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let ours = bind().await;
            let nobody = Foreign::bind(ANY).unwrap().local_addr().unwrap();
            ours.connect(nobody).await.unwrap();
            ours.send(b"anybody?").await.unwrap();
            let error = ours.recv(&mut [0; 8]).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
            ours.send(b"still there").await.expect("the error was told, and that is all");
        });
    });
}

#[test]
fn a_socket_comes_from_std_and_goes_back() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let ours = UdpSocket::from_std(Foreign::bind(ANY).unwrap()).unwrap();
        let address = ours.local_addr().unwrap();
        let peer = Foreign::bind(ANY).unwrap();
        let receiving = runtime::spawn(async move {
            let mut bytes = [0; 8];
            let (length, _) = ours.recv_from(&mut bytes).await.unwrap();
            assert_eq!(&bytes[..length], b"in");
            ours.into_std().unwrap()
        });
        peer.send_to(b"in", address).unwrap();
        let back = receiving.await.unwrap();
        back.set_nonblocking(false).unwrap();
        peer.send_to(b"out", address).unwrap();
        assert_eq!(back.recv_from(&mut [0; 8]).unwrap().0, 3);
    });
}

#[test]
fn options_are_kept() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let ours = bind().await;
        for on in [true, false] {
            ours.set_broadcast(on).unwrap();
            assert_eq!(ours.broadcast().unwrap(), on);
            ours.set_multicast_loop_v4(on).unwrap();
            assert_eq!(ours.multicast_loop_v4().unwrap(), on);
        }
        ours.set_ttl(42).unwrap();
        ours.set_multicast_ttl_v4(3).unwrap();
        assert_eq!((ours.ttl().unwrap(), ours.multicast_ttl_v4().unwrap()), (42, 3));
        assert!(ours.take_error().unwrap().is_none());
        let group = Ipv4Addr::new(224, 0, 0, 123);
        // A machine without a route for multicast refuses; if it accepts, it lets go again.
        if ours.join_multicast_v4(group, Ipv4Addr::LOCALHOST).is_ok() {
            ours.leave_multicast_v4(group, Ipv4Addr::LOCALHOST).unwrap();
        }
    });
}
