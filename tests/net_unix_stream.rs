//! Unix streams and listeners: bytes, ends, names, credentials, and what happens to a short read.
#![cfg(all(feature = "net", unix))]

mod support;

use std::fs;
use std::future::poll_fn;
use std::io::{ErrorKind, IoSlice, IoSliceMut, Write};
use std::os::unix::net::UnixStream as Foreign;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::Poll;
use std::thread;

use runtime::io::{AsyncReadExt, AsyncWriteExt, Interest};
use runtime::net::unix::ReuniteError;
use runtime::net::{UnixListener, UnixStream};
use support::{in_each_runtime, rounds, watch, with_sockets};
use tokio_test::{assert_pending, assert_ready, task};

/// A directory that goes when it is dropped.
struct Directory(PathBuf);

impl Directory {
    fn new() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("unix-{}-{}", std::process::id(), NUMBER.fetch_add(1, Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).expect("there is room for files");
        Self(path)
    }

    fn socket(&self) -> PathBuf {
        self.0.join("socket")
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Our end, and the end of a peer that knows nothing of runtimes.
fn with_foreign() -> (UnixStream, Foreign) {
    let (ours, theirs) = Foreign::pair().expect("a pair of sockets");
    (UnixStream::from_std(ours).expect("a stream of the standard library"), theirs)
}

#[test]
fn a_listener_takes_connections_and_names_its_path() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        let directory = Directory::new();
        runtime.block_on(async {
            let listener = UnixListener::bind(directory.socket()).unwrap();
            assert_eq!(listener.local_addr().unwrap().as_pathname(), Some(&*directory.socket()));
            let path = directory.socket();
            let client = runtime::spawn(async move {
                let mut stream = UnixStream::connect(&path).await.unwrap();
                assert_eq!(stream.peer_addr().unwrap().as_pathname(), Some(&*path));
                assert!(stream.local_addr().unwrap().is_unnamed());
                stream.write_all(b"one").await.unwrap();
                stream.shutdown().await.unwrap();
                let mut answer = String::new();
                stream.read_to_string(&mut answer).await.unwrap();
                answer
            });
            let (mut stream, peer) = listener.accept().await.unwrap();
            assert!(peer.is_unnamed());
            let mut question = String::new();
            stream.read_to_string(&mut question).await.unwrap();
            assert_eq!(question, "one");
            stream.write_all(b"two").await.unwrap();
            drop(stream);
            assert_eq!(client.await.unwrap(), "two");
        });
    });
}

#[test]
fn a_cancelled_accept_loses_no_connection() {
    let _watch = watch();
    let directory = Directory::new();
    with_sockets(1).block_on(async {
        let listener = UnixListener::bind(directory.socket()).unwrap();
        let mut first = task::spawn(listener.accept());
        assert_pending!(first.poll());
        let _client = UnixStream::connect(directory.socket()).await.unwrap();
        poll_fn(|cx| if first.is_woken() { Poll::Ready(()) } else { again(cx) }).await;
        drop(first);
        assert_ready!(task::spawn(listener.accept()).poll()).unwrap();
        assert_pending!(task::spawn(listener.accept()).poll());
    });
}

/// Lets others run, the driver among them, and looks again.
fn again(cx: &mut std::task::Context<'_>) -> Poll<()> {
    cx.waker().wake_by_ref();
    Poll::Pending
}

#[test]
fn where_nobody_listens_is_an_error() {
    let directory = Directory::new();
    with_sockets(1).block_on(async {
        let error = UnixStream::connect(directory.socket()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound);
        drop(UnixListener::bind(directory.socket()).unwrap());
        let error = UnixStream::connect(directory.socket()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
        let error = UnixListener::bind(directory.socket()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
    });
}

#[test]
#[cfg(target_os = "linux")]
fn an_abstract_name_is_bound_and_connected_to() {
    use std::os::linux::net::SocketAddrExt;
    let _watch = watch();
    let name = format!("unix-{}-\0-name", std::process::id());
    with_sockets(1).block_on(async {
        let address = std::os::unix::net::SocketAddr::from_abstract_name(&name).unwrap().into();
        let listener = UnixListener::bind_addr(&address).unwrap();
        let client = UnixStream::connect_addr(&address).await.unwrap();
        listener.accept().await.unwrap();
        assert_eq!(client.peer_addr().unwrap().as_abstract_name(), Some(name.as_bytes()));
        assert_eq!(client.peer_addr().unwrap().as_pathname(), None);
        let client = UnixStream::connect(format!("\0{name}")).await.unwrap();
        assert_eq!(client.peer_addr().unwrap().as_abstract_name(), Some(name.as_bytes()));
    });
}

#[test]
#[cfg(target_os = "linux")]
fn the_peer_of_a_pair_is_this_process() {
    with_sockets(1).block_on(async {
        let (one, _other) = UnixStream::pair().unwrap();
        let peer = one.peer_cred().unwrap();
        assert_eq!(peer.pid(), Some(std::process::id() as i32));
        assert_eq!(peer.uid(), rustix::process::getuid().as_raw());
        assert_eq!(peer.gid(), rustix::process::getgid().as_raw());
    });
}

/// The system gives the number zero, which is no process's.
#[test]
#[cfg(target_os = "linux")]
fn the_peer_of_an_unconnected_stream_has_no_number() {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};
    with_sockets(1).block_on(async {
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let alone = socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None).unwrap();
        let peer = UnixStream::from_std(alone.into()).unwrap().peer_cred().unwrap();
        assert_eq!((peer.pid(), peer.uid(), peer.gid()), (None, u32::MAX, u32::MAX));
    });
}

/// Both directions at once, with more than the system holds.
#[test]
fn halves_carry_both_directions_at_once() {
    let _watch = watch();
    let bytes: Vec<u8> = (0..rounds(1_000_000)).map(|at| (at ^ (at >> 8)) as u8).collect();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (one, mut other) = UnixStream::pair().unwrap();
            let sent = bytes.clone();
            let (mut reader, mut writer) = one.into_split();
            let sender = runtime::spawn(async move { writer.write_all(&sent).await });
            let echo = runtime::spawn(async move {
                let (mut reader, mut writer) = other.split();
                runtime::io::copy(&mut reader, &mut writer).await?;
                writer.shutdown().await
            });
            let mut all = Vec::new();
            reader.read_to_end(&mut all).await.unwrap();
            assert!(all == bytes, "{} bytes of {} came", all.len(), bytes.len());
            sender.await.unwrap().unwrap();
            echo.await.unwrap().unwrap();
        });
    });
}

#[test]
fn halves_of_one_stream_are_joined_and_others_are_given_back() {
    with_sockets(1).block_on(async {
        let (one, mut other) = UnixStream::pair().unwrap();
        let (third, _fourth) = UnixStream::pair().unwrap();
        let (reader, writer) = one.into_split();
        let (stranger, _its_writer) = third.into_split();
        let ReuniteError(_stranger, writer) = stranger.reunite(writer).unwrap_err();
        let mut one = reader.reunite(writer).unwrap();
        one.write_all(b"x").await.unwrap();
        assert_eq!(other.read_u8().await.unwrap(), b'x');
    });
}

#[test]
fn a_dropped_writing_half_ends_the_stream_and_a_forgotten_one_does_not() {
    with_sockets(1).block_on(async {
        let (one, mut other) = UnixStream::pair().unwrap();
        let (_reader, writer) = one.into_split();
        writer.forget();
        let mut byte = [0];
        assert_pending!(task::spawn(other.read(&mut byte)).poll());

        let (one, mut other) = UnixStream::pair().unwrap();
        let (_reader, writer) = one.into_split();
        drop(writer);
        assert_eq!(other.read(&mut byte).await.unwrap(), 0);
    });
}

#[test]
fn what_does_not_wait_tells_so_and_moves_what_there_is() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (ours, mut theirs) = with_foreign();
        let mut bytes = [0; 8];
        assert_eq!(ours.try_read(&mut bytes).unwrap_err().kind(), ErrorKind::WouldBlock);
        theirs.write_all(b"abcdef").unwrap();
        ours.readable().await.unwrap();
        assert_eq!(ours.try_read(&mut bytes[..2]).unwrap(), 2);
        let (first, second) = bytes[2..].split_at_mut(1);
        let slices = &mut [IoSliceMut::new(first), IoSliceMut::new(second)];
        assert_eq!(ours.try_read_vectored(slices).unwrap(), 4);
        assert_eq!(&bytes[..6], b"abcdef");
        assert_eq!(ours.try_read(&mut bytes).unwrap_err().kind(), ErrorKind::WouldBlock);
        ours.writable().await.unwrap();
        assert_eq!(ours.try_write_vectored(&[IoSlice::new(b"a"), IoSlice::new(b"b")]).unwrap(), 2);
        drop(theirs);
        assert!(ours.ready(Interest::READABLE).await.unwrap().is_read_closed());
    });
}

/// A read stops behind a message that carries descriptors, though more bytes lie behind it. If it were taken for the last, as a
/// short read of TCP is, the second read would sleep on bytes that have been there all along.
#[test]
#[cfg(target_os = "linux")]
fn a_read_that_stops_behind_passed_descriptors_is_not_the_last() {
    use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
    use std::mem::MaybeUninit;
    use std::os::fd::AsFd;
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (mut ours, mut theirs) = with_foreign();
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        let passed = [theirs.as_fd()];
        assert!(ancillary.push(SendAncillaryMessage::ScmRights(&passed)));
        sendmsg(&theirs, &[IoSlice::new(b"one")], &mut ancillary, SendFlags::empty()).unwrap();
        theirs.write_all(b"two").unwrap();

        let mut bytes = [0; 64];
        assert_eq!(ours.read(&mut bytes).await.unwrap(), 3);
        assert_eq!(ours.read(&mut bytes).await.unwrap(), 3);
        assert_eq!(&bytes[..3], b"two");
    });
}

/// Whoever waits to write is told when the peer has read enough, and learns of its end.
#[test]
fn a_writer_that_waits_goes_on_when_there_is_room() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (mut ours, mut theirs) = with_foreign();
            let count = 1 << 20;
            let peer = thread::spawn(move || {
                let mut kept = Vec::new();
                std::io::Read::read_to_end(&mut theirs, &mut kept).map(|_| kept.len())
            });
            ours.write_all(&vec![7; count]).await.unwrap();
            drop(ours);
            assert_eq!(peer.join().unwrap().unwrap(), count);

            let (mut ours, theirs) = with_foreign();
            drop(theirs);
            assert_eq!(ours.write(b"x").await.unwrap_err().kind(), ErrorKind::BrokenPipe);
        });
    });
}

#[test]
fn streams_and_listeners_go_to_the_standard_library_and_back() {
    let directory = Directory::new();
    with_sockets(1).block_on(async {
        let listener = UnixListener::bind(directory.socket()).unwrap().into_std().unwrap();
        let listener = UnixListener::try_from(listener).unwrap();
        let client = UnixStream::connect(directory.socket()).await.unwrap().into_std().unwrap();
        let mut client = UnixStream::try_from(client).unwrap();
        let (mut server, _) = poll_fn(|cx| listener.poll_accept(cx)).await.unwrap();
        client.write_all(b"x").await.unwrap();
        assert_eq!(server.read_u8().await.unwrap(), b'x');
        assert!(client.take_error().unwrap().is_none());
    });
}

/// The ends of a pair have room from the beginning, and nothing has to report it first.
#[test]
fn a_pair_is_written_before_anything_was_reported() {
    with_sockets(1).block_on(async {
        let (one, other) = UnixStream::pair().unwrap();
        assert_eq!(one.try_write(b"x").unwrap(), 1);
        assert_eq!(other.try_write(b"yz").unwrap(), 2);
    });
}
