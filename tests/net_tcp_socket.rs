//! Sockets that are made first, and bound, connected and told how to behave later.
#![cfg(all(feature = "net", unix))]

mod support;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener as Foreign};
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd};
use std::time::Duration;

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpSocket, TcpStream, UdpSocket, UnixSocket};
use support::{ANY, connection, in_each_runtime, watch, with_sockets};
use tokio_test::task;

fn any() -> SocketAddr {
    ANY.into()
}

#[test]
fn a_socket_becomes_a_listener_and_another_a_stream() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        let (server, client) = (TcpSocket::new_v4().unwrap(), TcpSocket::new_v4().unwrap());
        runtime.block_on(async {
            server.bind(any()).unwrap();
            let address = server.local_addr().unwrap();
            let listener = server.listen(8).unwrap();
            client.bind(any()).unwrap();
            let from = client.local_addr().unwrap();
            let mut stream = client.connect(address).await.unwrap();
            let (mut accepted, peer) = listener.accept().await.unwrap();
            assert_eq!(peer, from);
            accepted.write_all(b"x").await.unwrap();
            assert_eq!(stream.read_u8().await.unwrap(), b'x');
        });
    });
}

#[test]
fn a_refused_connect_fails() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let nobody = Foreign::bind(ANY).unwrap().local_addr().unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        let error = socket.connect(nobody).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    });
}

/// The queue of a listener that accepts nobody is full at some time, and the next attempt has to wait.
#[test]
#[cfg(target_os = "linux")]
fn a_cancelled_connect_ends_the_attempt() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let full = TcpSocket::new_v4().unwrap();
        full.bind(any()).unwrap();
        let full = full.listen(0).unwrap();
        let address = full.local_addr().unwrap();
        let _first = TcpStream::connect(address).await.unwrap();
        let mut waiting = task::spawn(async {
            let mut streams = Vec::new();
            for _ in 0..100 {
                let socket = TcpSocket::new_v4()?;
                socket.bind(any())?;
                streams.push(socket.connect(address).await?);
            }
            std::io::Result::Ok(streams)
        });
        for _ in 0..100 {
            assert!(waiting.poll().is_pending(), "a hundred connections were not in the queue");
            runtime::task::yield_now().await;
        }
        drop(waiting);
    });
}

#[test]
fn options_are_as_they_were_set() {
    for socket in [TcpSocket::new_v4().unwrap(), TcpSocket::new_v6().unwrap()] {
        socket.set_keepalive(true).unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.set_reuseport(true).unwrap();
        socket.set_nodelay(true).unwrap();
        socket.set_send_buffer_size(40_000).unwrap();
        socket.set_recv_buffer_size(50_000).unwrap();
        assert!(socket.keepalive().unwrap() && socket.reuseaddr().unwrap());
        assert!(socket.reuseport().unwrap() && socket.nodelay().unwrap());
        assert!(socket.send_buffer_size().unwrap() >= 40_000);
        assert!(socket.recv_buffer_size().unwrap() >= 50_000);
        assert_eq!(socket.linger().unwrap(), None);
        socket.set_zero_linger().unwrap();
        assert_eq!(socket.linger().unwrap(), Some(Duration::ZERO));
        assert!(socket.take_error().unwrap().is_none());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn options_of_packets_and_devices_are_as_they_were_set() {
    let (v4, v6) = (TcpSocket::new_v4().unwrap(), TcpSocket::new_v6().unwrap());
    v4.set_tos_v4(16).unwrap();
    assert_eq!(v4.tos_v4().unwrap(), 16);
    v6.set_tclass_v6(96).unwrap();
    assert_eq!(v6.tclass_v6().unwrap(), 96);
    assert_eq!(v4.device().unwrap(), None);
    match v4.bind_device(Some(b"lo")) {
        Ok(()) => assert_eq!(v4.device().unwrap().as_deref(), Some(&b"lo"[..])),
        Err(error) => assert_eq!(error.kind(), ErrorKind::PermissionDenied),
    }
    with_sockets(1).block_on(async {
        let udp = UdpSocket::bind(ANY).await.unwrap();
        udp.set_tos_v4(8).unwrap();
        assert_eq!(udp.tos_v4().unwrap(), 8);
        assert_eq!(udp.device().unwrap(), None);
    });
}

#[test]
fn a_stream_that_lingers_for_no_time_resets_its_peer() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (ours, theirs) = connection().await;
        let mut theirs = TcpStream::from_std(theirs).unwrap();
        assert_eq!(ours.linger().unwrap(), None);
        ours.set_zero_linger().unwrap();
        drop(ours);
        let error = theirs.read(&mut [0]).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    });
}

#[test]
#[cfg(target_os = "linux")]
fn confirmations_can_be_asked_for_at_once() {
    with_sockets(1).block_on(async {
        let (ours, _theirs) = connection().await;
        ours.set_quickack(false).unwrap();
        assert!(!ours.quickack().unwrap());
        ours.set_quickack(true).unwrap();
        assert!(ours.quickack().unwrap());
    });
}

#[test]
fn descriptors_go_in_and_out() {
    let socket = TcpSocket::new_v4().unwrap();
    let number = socket.as_raw_fd();
    // SAFETY: `into_raw_fd` has just given it away.
    let fd = unsafe { OwnedFd::from_raw_fd(socket.into_raw_fd()) };
    let socket = TcpSocket::from(fd);
    assert_eq!(socket.as_raw_fd(), number);
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
}

#[test]
fn a_unix_socket_is_for_what_it_was_made_for() {
    let _watch = watch();
    let place = std::env::temp_dir().join(format!("unix-socket-{}", std::process::id()));
    let _ = std::fs::remove_file(&place);
    with_sockets(1).block_on(async {
        let wrong = [
            UnixSocket::new_datagram().unwrap().listen(1).unwrap_err(),
            UnixSocket::new_datagram().unwrap().connect(&place).await.unwrap_err(),
            UnixSocket::new_stream().unwrap().datagram().unwrap_err(),
        ];
        for error in wrong {
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        }
        let socket = UnixSocket::new_datagram().unwrap();
        socket.bind(&place).unwrap();
        let (server, client) = (socket.datagram().unwrap(), UnixSocket::new_datagram().unwrap());
        client.datagram().unwrap().send_to(b"x", &place).await.unwrap();
        assert_eq!(server.recv(&mut [0; 4]).await.unwrap(), 1);
    });
    std::fs::remove_file(&place).unwrap();
}

#[test]
fn a_raw_descriptor_becomes_a_socket_again() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_keepalive(true).unwrap();
    let fd = socket.into_raw_fd();
    // SAFETY: `into_raw_fd` has just given it away.
    let socket = unsafe { TcpSocket::from_raw_fd(fd) };
    assert_eq!((socket.as_raw_fd(), socket.keepalive().unwrap()), (fd, true));

    let fd = UnixSocket::new_datagram().unwrap().into_raw_fd();
    // SAFETY: `into_raw_fd` has just given it away.
    let socket = unsafe { UnixSocket::from_raw_fd(fd) };
    assert_eq!(socket.as_raw_fd(), fd);
    with_sockets(1).block_on(async { socket.datagram() }).unwrap();
}
