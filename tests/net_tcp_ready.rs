//! What is offered besides reading and writing: peeking, slices, halves, readiness, and operations of one's own.
#![cfg(feature = "net")]

mod support;

use std::future::poll_fn;
use std::io::{ErrorKind, IoSlice, IoSliceMut, Read, Write};
use std::net::Shutdown;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::thread;

use runtime::io::{AsyncReadExt, AsyncWriteExt, Interest, ReadBuf};
use runtime::net::{TcpListener, TcpStream};
use runtime::task;
use support::{
    ANY, Counts, both_ends, connection, fill, in_each_runtime, listen, poll_once, watch,
    with_sockets,
};

#[test]
fn what_was_peeked_at_is_read_again() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (mut ours, mut theirs) = connection().await;
            theirs.write_all(b"look").unwrap();
            let mut bytes = [0; 2];
            for _ in 0..3 {
                assert_eq!(ours.peek(&mut bytes).await.unwrap(), 2);
                assert_eq!(&bytes, b"lo");
            }
            let mut buffer = [0; 8];
            let mut buffer = ReadBuf::new(&mut buffer);
            let n = poll_fn(|cx| ours.poll_peek(cx, &mut buffer)).await.unwrap();
            assert_eq!((n, buffer.filled()), (4, &b"look"[..]));
            drop(theirs);
            let mut all = String::new();
            ours.read_to_string(&mut all).await.unwrap();
            assert_eq!(all, "look");
            assert_eq!(ours.peek(&mut bytes).await.unwrap(), 0, "the end");
        });
    });
}

#[test]
fn slices_are_written_and_read_in_their_order() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (mut ours, theirs) = both_ends().await;
        let slices = [IoSlice::new(b"one "), IoSlice::new(b""), IoSlice::new(b"two")];
        assert_eq!(ours.write_vectored(&slices).await.unwrap(), 7);
        assert_eq!(ours.try_write_vectored(&slices).unwrap(), 7);
        let (mut first, mut second) = ([0; 3], [0; 11]);
        // Both writes have come once so much can be peeked at.
        while theirs.peek(&mut [0; 14]).await.unwrap() < 14 {
            task::yield_now().await;
        }
        let mut slices = [IoSliceMut::new(&mut first), IoSliceMut::new(&mut second)];
        assert_eq!(theirs.try_read_vectored(&mut slices).unwrap(), 14);
        assert_eq!((&first, &second), (b"one", b" twoone two"));
    });
}

/// The system takes some 1,000 slices at once. Did the rest count as a full buffer, the next write would wait for ever.
#[test]
fn more_slices_than_the_system_takes_at_once_are_written_all_the_same() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (mut ours, mut theirs) = connection().await;
        let slices = vec![IoSlice::new(b"x"); 5_000];
        let mut written = 0;
        while written < slices.len() {
            written += ours.write_vectored(&slices[written..]).await.unwrap();
        }
        drop(ours);
        let mut all = Vec::new();
        theirs.read_to_end(&mut all).unwrap();
        assert_eq!(all.len(), 5_000);
    });
}

#[test]
fn halves_are_used_at_the_same_time() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (mut client, server) = both_ends().await;
            let server = runtime::spawn(async move {
                let (mut reader, mut writer) = server.into_split();
                let mut buffer = vec![0; 10_000];
                loop {
                    match reader.read(&mut buffer).await.unwrap() {
                        0 => return reader.reunite(writer).unwrap(),
                        n => writer.write_all(&buffer[..n]).await.unwrap(),
                    }
                }
            });
            let (mut reader, mut writer) = client.split();
            let bytes: Vec<u8> = (0..5_000_000u32).map(|at| (at >> 8) as u8).collect();
            let writing = async {
                writer.write_all(&bytes).await.unwrap();
                writer.shutdown().await.unwrap();
            };
            let mut back = vec![0; bytes.len()];
            let reading = async { reader.read_exact(&mut back).await.unwrap() };
            futures::join!(writing, reading);
            assert!(back == bytes, "other bytes came back");
            drop(server.await.unwrap());
            assert_eq!(client.read(&mut [0; 1]).await.unwrap(), 0);
        });
    });
}

#[test]
fn nothing_is_tried_before_the_system_has_spoken() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (ours, mut theirs) = connection().await;
        assert_eq!(ours.try_read(&mut [0; 8]).unwrap_err().kind(), ErrorKind::WouldBlock);
        let untouched = ours.try_io(Interest::READABLE, || -> std::io::Result<()> {
            unreachable!("the socket is not readable")
        });
        assert_eq!(untouched.unwrap_err().kind(), ErrorKind::WouldBlock);
        theirs.write_all(b"now").unwrap();
        ours.readable().await.unwrap();
        let mut bytes = [0; 8];
        assert_eq!(ours.try_read(&mut bytes).unwrap(), 3);
        assert_eq!(ours.try_read(&mut bytes).unwrap_err().kind(), ErrorKind::WouldBlock);
        assert!(poll_once(&mut Box::pin(ours.readable()), &Counts::new()).is_pending());
    });
}

#[test]
fn writable_is_awaited_and_comes_when_the_peer_reads() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (ours, theirs) = connection().await;
            let taken = fill(&ours).await;
            assert!(poll_once(&mut Box::pin(ours.writable()), &Counts::new()).is_pending());
            let peer = thread::spawn(move || {
                let mut all = Vec::new();
                (&theirs).read_to_end(&mut all).map(|_| all.len())
            });
            ours.writable().await.unwrap();
            let more = loop {
                match ours.try_write(b"more") {
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {
                        ours.writable().await.unwrap();
                    }
                    more => break more.unwrap(),
                }
            };
            drop(ours);
            assert_eq!(peer.join().unwrap().unwrap(), taken + more);
        });
    });
}

#[test]
fn several_tasks_wait_and_each_byte_goes_to_one() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (ours, theirs) = connection().await;
            let ours = Arc::new(ours);
            let readers = [(); 5].map(|()| {
                let ours = ours.clone();
                runtime::spawn(async move {
                    let mut got = 0;
                    loop {
                        ours.readable().await.unwrap();
                        let mut byte = [0];
                        let read = ours.try_io(Interest::READABLE, || {
                            rustix::io::read(&*ours, &mut byte).map_err(Into::into)
                        });
                        match read {
                            Ok(0) => return got,
                            Ok(n) => got += n,
                            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
                        }
                    }
                })
            });
            let peer = thread::spawn(move || {
                for _ in 0..200 {
                    (&theirs).write_all(b"12345").unwrap();
                    thread::yield_now();
                }
                theirs.shutdown(Shutdown::Write).unwrap();
                theirs
            });
            let mut total = 0;
            for reader in readers {
                total += reader.await.unwrap();
            }
            assert_eq!(total, 1_000);
            peer.join().unwrap();
        });
    });
}

#[test]
fn an_operation_of_ones_own_is_done_when_it_need_not_wait() {
    let _watch = watch();
    with_sockets(2).block_on(async {
        let (ours, mut theirs) = connection().await;
        let reader = runtime::spawn(async move {
            let mut bytes = [0; 8];
            let n = ours.async_io(Interest::READABLE, || {
                rustix::io::read(&ours, &mut bytes).map_err(Into::into)
            });
            let n = n.await.unwrap();
            bytes[..n].to_vec()
        });
        theirs.write_all(b"by hand").unwrap();
        assert_eq!(reader.await.unwrap(), b"by hand");
    });
}

#[test]
fn of_those_that_poll_the_last_is_woken() {
    let _watch = watch();
    let runtime = with_sockets(1);
    let (ours, mut theirs) = runtime.block_on(connection());
    let (old, new) = (Counts::new(), Counts::new());
    let poll = |counts: &Arc<Counts>| {
        ours.poll_read_ready(&mut Context::from_waker(&counts.waker())).map(Result::unwrap)
    };
    assert_eq!((poll(&old), poll(&new)), (Poll::Pending, Poll::Pending));
    theirs.write_all(b"x").unwrap();
    runtime.block_on(ours.readable()).unwrap();
    assert_eq!((old.wakes(), new.wakes()), (0, 1));
}

#[test]
fn poll_accept_takes_what_accept_would() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (listener, address) = listen().await;
            let client = runtime::spawn(TcpStream::connect(address));
            let (_, peer) = poll_fn(|cx| listener.poll_accept(cx)).await.unwrap();
            assert_eq!(client.await.unwrap().unwrap().local_addr().unwrap(), peer);
        });
    });
}

#[test]
fn several_tasks_accept_from_one_listener() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (listener, address) = listen().await;
            let listener = Arc::new(listener);
            let acceptors = [(); 4].map(|()| {
                let listener = listener.clone();
                runtime::spawn(async move {
                    for _ in 0..25 {
                        listener.accept().await.unwrap();
                    }
                })
            });
            for _ in 0..100 {
                TcpStream::connect(address).await.unwrap();
            }
            for acceptor in acceptors {
                acceptor.await.unwrap();
            }
        });
    });
}

#[test]
fn sockets_of_the_standard_library_come_in_and_go_out_again() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        // They come in blocking, as they are made there.
        let listener = TcpListener::from_std(std::net::TcpListener::bind(ANY).unwrap()).unwrap();
        let address = listener.local_addr().unwrap();
        let client = std::net::TcpStream::connect(address).unwrap();
        let client: TcpStream = client.try_into().unwrap();
        let (server, _) = listener.accept().await.unwrap();
        client.writable().await.unwrap();
        assert_eq!(client.try_write(b"first").unwrap(), 5);

        let (mut client, mut server) = (client.into_std().unwrap(), server.into_std().unwrap());
        client.set_nonblocking(false).unwrap();
        server.set_nonblocking(false).unwrap();
        client.write_all(b"second").unwrap();
        let mut bytes = [0; 11];
        server.read_exact(&mut bytes).unwrap();
        assert_eq!(&bytes, b"firstsecond");
        assert_eq!(listener.into_std().unwrap().local_addr().unwrap(), address);
    });
}

#[test]
fn options_are_kept() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (client, _server) = both_ends().await;
        for on in [true, false] {
            client.set_nodelay(on).unwrap();
            assert_eq!(client.nodelay().unwrap(), on);
        }
        client.set_ttl(42).unwrap();
        assert_eq!(client.ttl().unwrap(), 42);
        let (listener, _) = listen().await;
        listener.set_ttl(43).unwrap();
        assert_eq!(listener.ttl().unwrap(), 43);
    });
}

/// What a client has sent before it was accepted is read at once: nothing has to be reported first. If nothing is there, the
/// assumption is taken back, and what comes later is reported.
#[test]
fn an_accepted_stream_is_read_before_anything_was_reported() {
    let _watch = watch();
    with_sockets(0).block_on(async {
        let (listener, address) = listen().await;
        let mut early = std::net::TcpStream::connect(address).unwrap();
        early.write_all(b"early").unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let mut bytes = [0; 16];
        assert_eq!(stream.try_read(&mut bytes).unwrap(), 5);
        assert_eq!(stream.try_write(b"x").unwrap(), 1);

        let mut late = std::net::TcpStream::connect(address).unwrap();
        let (mut stream, _) = listener.accept().await.unwrap();
        assert_eq!(stream.try_read(&mut bytes).unwrap_err().kind(), ErrorKind::WouldBlock);
        assert!(poll_once(&mut Box::pin(stream.readable()), &Counts::new()).is_pending());
        late.write_all(b"late").unwrap();
        assert_eq!(stream.read(&mut bytes).await.unwrap(), 4);

        // The end came with the bytes, and no event has told of either.
        let mut ended = std::net::TcpStream::connect(address).unwrap();
        ended.write_all(b"end").unwrap();
        drop(ended);
        let (mut stream, _) = listener.accept().await.unwrap();
        assert_eq!(stream.read(&mut bytes).await.unwrap(), 3);
        assert_eq!(stream.read(&mut bytes).await.unwrap(), 0);
    });
}
