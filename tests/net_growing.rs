//! Receiving into buffers that grow: what came is appended, and nothing else changes.
#![cfg(all(feature = "net", unix))]

mod support;

use std::io::{ErrorKind, Write};

use runtime::net::{UdpSocket, UnixDatagram, UnixStream};
use support::{ANY, connection, watch, with_sockets};
use tokio_test::{assert_pending, task};

#[test]
fn streams_append_to_what_is_there() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (ours, mut theirs) = connection().await;
        let mut bytes = Vec::with_capacity(100);
        bytes.push(b'<');
        assert_eq!(ours.try_read_buf(&mut bytes).unwrap_err().kind(), ErrorKind::WouldBlock);
        theirs.write_all(b"abc").unwrap();
        ours.readable().await.unwrap();
        assert_eq!(ours.try_read_buf(&mut bytes).unwrap(), 3);
        assert_eq!(bytes, b"<abc");

        let (one, other) = UnixStream::pair().unwrap();
        other.writable().await.unwrap();
        other.try_write(b"de").unwrap();
        let (reader, _writer) = one.into_split();
        reader.readable().await.unwrap();
        assert_eq!(reader.try_read_buf(&mut bytes).unwrap(), 2);
        assert_eq!(bytes, b"<abcde");
        drop(other);
        reader.readable().await.unwrap();
        assert_eq!(reader.try_read_buf(&mut bytes).unwrap(), 0);
    });
}

#[test]
fn datagrams_are_appended_whole() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (one, other) =
            (UdpSocket::bind(ANY).await.unwrap(), UdpSocket::bind(ANY).await.unwrap());
        let mut bytes = Vec::with_capacity(60_000);
        assert_pending!(task::spawn(one.recv_buf(&mut bytes)).poll());
        other.send_to(&[7; 40_000], one.local_addr().unwrap()).await.unwrap();
        other.send_to(b"abc", one.local_addr().unwrap()).await.unwrap();
        let sender = other.local_addr().unwrap();
        assert_eq!(one.peek_sender().await.unwrap(), sender);
        assert_eq!(one.recv_buf_from(&mut bytes).await.unwrap(), (40_000, sender));
        assert_eq!(one.try_peek_sender().unwrap(), sender);
        assert_eq!(one.recv_buf(&mut bytes).await.unwrap(), 3);
        assert_eq!(bytes.len(), 40_003);
        assert!(bytes.ends_with(b"\x07abc"));
        assert_eq!(one.try_recv_buf(&mut bytes).unwrap_err().kind(), ErrorKind::WouldBlock);
    });
}

/// A buffer without room takes the datagram, of which all is lost, as a slice without room does.
#[test]
fn a_full_buffer_takes_nothing_of_a_datagram() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (one, other) = UnixDatagram::pair().unwrap();
        other.send(b"lost").await.unwrap();
        other.send(b"kept").await.unwrap();
        let mut no_room: &mut [u8] = &mut [];
        let (length, sender) = one.recv_buf_from(&mut no_room).await.unwrap();
        assert_eq!(length, 0);
        assert!(sender.is_unnamed());
        let mut bytes = [0; 8];
        let mut room = &mut bytes[..];
        assert_eq!(one.try_recv_buf(&mut room).unwrap(), 4);
        assert_eq!(room.len(), 4);
        assert_eq!(&bytes[..4], b"kept");
    });
}
