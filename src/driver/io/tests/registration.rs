//! Registrations on real descriptors: what the system reports reaches whom it concerns, once.

use std::future::Future;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use mio::net::{TcpListener, TcpStream, UdpSocket, UnixStream};
use mio::unix::pipe;

use crate::coop;
use crate::driver::{Batches, Direction, Evented, IoHandle, Reactor};
use crate::io::{Interest, Ready};
use crate::util::tests::wakers::{Wakes, calling};

const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);

/// Hands out what there is, or comes within a moment.
fn pump(reactor: &mut Reactor) {
    reactor.turn(Some(Duration::from_millis(20))).unwrap();
    reactor.dispatch();
    reactor.turn(Some(Duration::ZERO)).unwrap();
    reactor.dispatch();
}

/// A registered end, and the other one.
fn pair(handle: &Arc<IoHandle>) -> (Evented<UnixStream>, StdUnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    (Evented::new(handle, ours, BOTH).unwrap(), StdUnixStream::from(theirs))
}

/// The same over TCP; the listener is gone.
fn tcp_pair(handle: &Arc<IoHandle>) -> (Evented<TcpStream>, std::net::TcpStream) {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let theirs = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (ours, _) = listener.accept().unwrap();
    ours.set_nonblocking(true).unwrap();
    (Evented::new(handle, TcpStream::from_std(ours), BOTH).unwrap(), theirs)
}

fn poll_ready<S: mio::event::Source>(
    io: &Evented<S>,
    direction: Direction,
    waker: &Waker,
) -> Poll<io::Result<Ready>> {
    let cx = &mut Context::from_waker(waker);
    let event = match direction {
        Direction::Read => io.registration().poll_read_ready(cx),
        Direction::Write => io.registration().poll_write_ready(cx),
    };
    event.map_ok(|event| event.ready)
}

fn readable<S: mio::event::Source>(io: &Evented<S>) -> Option<Ready> {
    match poll_ready(io, Direction::Read, Waker::noop()) {
        Poll::Ready(ready) => Some(ready.unwrap()),
        Poll::Pending => None,
    }
}

/// Reads once, if it is known to be possible.
fn read<S: mio::event::Source>(io: &Evented<S>) -> io::Result<Vec<u8>>
where
    for<'a> &'a S: Read,
{
    io.registration().try_io(Interest::READABLE, || {
        let mut buffer = [0; 64];
        let n = (&mut &**io).read(&mut buffer)?;
        Ok(buffer[..n].to_vec())
    })
}

#[test]
fn data_wake_the_reader_once_and_are_read_once() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let (ours, mut theirs) = pair(reactor.handle());
    let wakes = Wakes::new();
    pump(&mut reactor);
    assert!(poll_ready(&ours, Direction::Read, &wakes.waker()).is_pending());
    assert_eq!(read(&ours).unwrap_err().kind(), ErrorKind::WouldBlock);

    theirs.write_all(b"one").unwrap();
    pump(&mut reactor);
    assert_eq!((wakes.count(), wakes.wakers()), (1, 0));
    assert_eq!(readable(&ours), Some(Ready::READABLE));
    assert_eq!(read(&ours).unwrap(), b"one");
    assert_eq!(read(&ours).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(readable(&ours), None, "the failed read has cleared it");

    theirs.write_all(b"two").unwrap();
    pump(&mut reactor);
    assert_eq!(read(&ours).unwrap(), b"two");
}

#[test]
fn the_last_to_poll_is_woken_and_each_direction_for_itself() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let (ours, mut theirs) = pair(reactor.handle());
    let (old, new, writer) = (Wakes::new(), Wakes::new(), Wakes::new());
    assert!(poll_ready(&ours, Direction::Write, &writer.waker()).is_pending());
    assert!(poll_ready(&ours, Direction::Read, &old.waker()).is_pending());
    assert!(poll_ready(&ours, Direction::Read, &new.waker()).is_pending());
    assert_eq!(old.wakers(), 0);
    pump(&mut reactor);
    assert_eq!((old.count(), new.count(), writer.count()), (0, 0, 1));
    theirs.write_all(b"x").unwrap();
    pump(&mut reactor);
    assert_eq!((old.count(), new.count(), writer.count()), (0, 1, 1));
}

#[test]
fn a_half_close_is_the_end_after_the_data_and_leaves_the_other_half() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let (ours, mut theirs) = tcp_pair(reactor.handle());
    let wakes = Wakes::new();
    assert!(poll_ready(&ours, Direction::Read, &wakes.waker()).is_pending());
    theirs.write_all(b"last").unwrap();
    theirs.shutdown(Shutdown::Write).unwrap();
    pump(&mut reactor);
    assert_eq!(wakes.count(), 1);
    assert!(readable(&ours).unwrap().is_read_closed());
    assert_eq!(read(&ours).unwrap(), b"last");
    for _ in 0..3 {
        assert_eq!(read(&ours).unwrap(), b"", "the end stays");
    }
    let written = ours.registration().try_io(Interest::WRITABLE, || (&*ours).write(b"back"));
    assert_eq!(written.unwrap(), 4);
    let mut back = [0; 4];
    theirs.read_exact(&mut back).unwrap();
    assert_eq!(&back, b"back");
}

#[test]
fn a_reset_wakes_both_directions_with_the_error() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let (ours, theirs) = tcp_pair(reactor.handle());
    let (reader, writer) = (Wakes::new(), Wakes::new());
    pump(&mut reactor);
    fill(&ours);
    assert!(poll_ready(&ours, Direction::Read, &reader.waker()).is_pending());
    assert!(poll_ready(&ours, Direction::Write, &writer.waker()).is_pending());
    drop(theirs); // with unread data, which resets the connection
    pump(&mut reactor);
    assert_eq!((reader.count(), writer.count()), (1, 1));
    assert_eq!(read(&ours).unwrap_err().kind(), ErrorKind::ConnectionReset);
}

/// Writes until the system takes no more.
fn fill<S: mio::event::Source>(io: &Evented<S>)
where
    for<'a> &'a S: Write,
{
    let write = || (&mut &**io).write(&[0; 1 << 16]);
    while io.registration().try_io(Interest::WRITABLE, write).is_ok() {}
    assert!(poll_ready(io, Direction::Write, Waker::noop()).is_pending());
}

#[test]
fn a_pipe_without_a_writer_is_at_its_end() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let (writer, reader) = pipe::new().unwrap();
    let reader = Evented::new(reactor.handle(), reader, Interest::READABLE).unwrap();
    let wakes = Wakes::new();
    assert!(poll_ready(&reader, Direction::Read, &wakes.waker()).is_pending());
    drop(writer);
    pump(&mut reactor);
    assert_eq!(wakes.count(), 1, "a hang-up without data must wake the reader");
    assert_eq!(read(&reader).unwrap(), b"");
}

#[test]
fn a_pipe_without_a_reader_wakes_its_writer() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let (writer, reader) = pipe::new().unwrap();
    let writer = Evented::new(reactor.handle(), writer, Interest::WRITABLE).unwrap();
    pump(&mut reactor);
    fill(&writer);
    let wakes = Wakes::new();
    assert!(poll_ready(&writer, Direction::Write, &wakes.waker()).is_pending());
    drop(reader);
    pump(&mut reactor);
    assert_eq!(wakes.count(), 1);
    let written = writer.registration().try_io(Interest::WRITABLE, || (&*writer).write(b"x"));
    assert_eq!(written.unwrap_err().kind(), ErrorKind::BrokenPipe);
}

/// A UDP socket, connected to a port where nobody listens any more.
fn udp_to_nobody(handle: &Arc<IoHandle>) -> Evented<UdpSocket> {
    let nobody = std::net::UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    socket.connect(nobody.local_addr().unwrap()).unwrap();
    Evented::new(handle, socket, BOTH).unwrap()
}

fn receive(socket: &Evented<UdpSocket>) -> io::Result<usize> {
    socket.registration().try_io(Interest::READABLE, || socket.recv(&mut [0; 8]))
}

#[test]
fn an_error_without_data_wakes_a_reader_which_then_waits_again() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let socket = udp_to_nobody(reactor.handle());
    let wakes = Wakes::new();
    pump(&mut reactor);
    assert!(poll_ready(&socket, Direction::Read, &wakes.waker()).is_pending());
    socket.send(b"hello").unwrap();
    pump(&mut reactor);
    assert_eq!(wakes.count(), 1, "the refusal must wake who waits for an answer");
    assert_eq!(receive(&socket).unwrap_err().kind(), ErrorKind::ConnectionRefused);
    assert_eq!(receive(&socket).unwrap_err().kind(), ErrorKind::WouldBlock);
    assert_eq!(readable(&socket), None, "an error that was fetched keeps no reader busy");
}

#[test]
fn who_waits_for_errors_alone_is_told_of_them_alone() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let socket = udp_to_nobody(reactor.handle());
    let mut errors = pin!(socket.registration().readiness(Interest::ERROR));
    let wakes = Wakes::new();
    let waker = wakes.waker();
    let cx = &mut Context::from_waker(&waker);
    assert!(errors.as_mut().poll(cx).is_pending());
    pump(&mut reactor);
    assert_eq!(wakes.count(), 0, "room to write is no error");
    socket.send(b"hello").unwrap();
    pump(&mut reactor);
    assert_eq!(wakes.count(), 1);
    let Poll::Ready(Ok(event)) = errors.as_mut().poll(cx) else { panic!("no error") };
    assert_eq!(event.ready, Ready::ERROR);
}

#[test]
fn a_refused_connection_is_told_to_the_writer() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let Ok(stream) = TcpStream::connect(address) else { return }; // refused on the spot
    let stream = Evented::new(reactor.handle(), stream, BOTH).unwrap();
    pump(&mut reactor);
    assert!(poll_ready(&stream, Direction::Write, Waker::noop()).is_ready());
    let error = stream.take_error().unwrap().expect("the reason");
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
}

type Boxed<'a> = Pin<Box<dyn Future<Output = io::Result<Ready>> + 'a>>;

/// Futures that wait, each with its counter.
fn wait_for(
    io: &Evented<UnixStream>,
    interest: Interest,
    n: usize,
) -> Vec<(Boxed<'_>, Arc<Wakes>)> {
    let wait = || async move { Ok(io.registration().readiness(interest).await?.ready) };
    let mut all: Vec<(Boxed<'_>, _)> =
        (0..n).map(|_| (Box::pin(wait()) as Boxed<'_>, Wakes::new())).collect();
    for (future, wakes) in &mut all {
        let waker = wakes.waker();
        assert!(future.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
    }
    all
}

#[test]
fn any_number_may_wait_and_those_whom_it_concerns_are_woken_once() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let (ours, mut theirs) = pair(reactor.handle());
    pump(&mut reactor);
    fill(&ours);
    let writers = wait_for(&ours, Interest::WRITABLE, 3);
    let mut readers = wait_for(&ours, Interest::READABLE, 100); // more than a batch of wakers holds
    let left = readers.split_off(90);
    drop(left);
    theirs.write_all(b"x").unwrap();
    pump(&mut reactor);
    for (future, wakes) in &mut readers {
        assert_eq!((wakes.count(), wakes.wakers()), (1, 0));
        let ready = future.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(ready, Poll::Ready(Ok(Ready::READABLE))));
    }
    for (_, wakes) in &writers {
        assert_eq!(wakes.count(), 0);
    }
}

#[test]
fn the_end_of_the_runtime_wakes_all_and_fails_every_operation() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let handle = reactor.handle().clone();
    let (ours, _theirs) = pair(&handle);
    let (idle, _other) = pair(&handle);
    let (reader, writer) = (Wakes::new(), Wakes::new());
    assert!(poll_ready(&ours, Direction::Read, &reader.waker()).is_pending());
    assert!(poll_ready(&ours, Direction::Write, &writer.waker()).is_pending());
    let mut waiting = wait_for(&ours, BOTH, 40);
    handle.close();
    assert_eq!((reader.count(), writer.count()), (1, 1));

    let is_end = |error: io::Error| {
        assert_eq!(error.kind(), ErrorKind::Other);
        assert_eq!(error.to_string(), "the runtime of this I/O object has ended");
    };
    for (future, wakes) in &mut waiting {
        assert_eq!(wakes.count(), 1);
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Err(error)) => is_end(error),
            other => panic!("{other:?}"),
        }
    }
    is_end(read(&ours).unwrap_err());
    is_end(read(&idle).unwrap_err());
    is_end(Evented::new(&handle, UnixStream::pair().unwrap().0, BOTH).map(drop).unwrap_err());
    pump(&mut reactor);
    drop(waiting);
}

/// Reads by `poll_io` into a buffer of 8, and counts the system calls.
fn poll_read(io: &Evented<UnixStream>, calls: &mut u32, waker: &Waker) -> Poll<io::Result<usize>> {
    let mut buffer = [0; 8];
    io.registration().poll_io(&mut Context::from_waker(waker), Direction::Read, |event| {
        *calls += 1;
        let n = (&**io).read(&mut buffer)?;
        if (1..buffer.len()).contains(&n) {
            io.registration().clear_after_short(event);
        }
        Ok(n)
    })
}

#[test]
fn a_short_read_saves_the_call_that_would_find_nothing() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let (ours, mut theirs) = pair(reactor.handle());
    let (mut calls, wakes) = (0, Wakes::new());
    for round in 1..=3 {
        assert!(poll_read(&ours, &mut calls, &wakes.waker()).is_pending());
        theirs.write_all(b"short").unwrap();
        pump(&mut reactor);
        assert_eq!(wakes.count(), round as usize);
        assert!(matches!(poll_read(&ours, &mut calls, &wakes.waker()), Poll::Ready(Ok(5))));
        assert_eq!(calls, round, "one read for each message");
    }
    theirs.write_all(b"exactly8 and more").unwrap();
    pump(&mut reactor);
    for n in [8, 8, 1] {
        assert!(
            matches!(poll_read(&ours, &mut calls, &wakes.waker()), Poll::Ready(Ok(m)) if m == n)
        );
    }
    theirs.write_all(b"end").unwrap();
    drop(theirs);
    pump(&mut reactor);
    for n in [3, 0, 0] {
        assert!(
            matches!(poll_read(&ours, &mut calls, &wakes.waker()), Poll::Ready(Ok(m)) if m == n)
        );
    }
}

#[test]
fn a_flood_does_not_outlast_the_budget() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let (ours, mut theirs) = pair(reactor.handle());
    theirs.write_all(&[0; 8 * 200]).unwrap();
    pump(&mut reactor);
    let (mut calls, wakes) = (0, Wakes::new());
    coop::with_budget(|| while poll_read(&ours, &mut calls, &wakes.waker()).is_ready() {});
    assert_eq!((calls, wakes.count()), (u32::from(coop::UNITS), 1));
    coop::with_budget(|| {
        for _ in 0..1_000 {
            assert!(
                poll_ready(&ours, Direction::Read, &wakes.waker()).is_ready() || wakes.count() > 1
            );
        }
    });
    assert!(wakes.count() > 1, "waiting for readiness alone counts too");
}

#[test]
fn many_readers_share_a_stream_by_async_io() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let (ours, mut theirs) = pair(reactor.handle());
    let take = || {
        ours.registration().async_io(Interest::READABLE, |_| {
            let mut byte = [0];
            (&*ours).read(&mut byte).map(|_| byte[0])
        })
    };
    let mut one = Box::pin(take());
    let mut two = Box::pin(take());
    let cx = &mut Context::from_waker(Waker::noop());
    assert!(one.as_mut().poll(cx).is_pending() && two.as_mut().poll(cx).is_pending());
    theirs.write_all(b"1").unwrap();
    pump(&mut reactor);
    assert!(matches!(one.as_mut().poll(cx), Poll::Ready(Ok(b'1'))));
    assert!(two.as_mut().poll(cx).is_pending(), "one byte is for one reader");
    theirs.write_all(b"2").unwrap();
    pump(&mut reactor);
    assert!(matches!(two.as_mut().poll(cx), Poll::Ready(Ok(b'2'))));
}

#[test]
fn a_waker_that_panics_or_comes_back_disturbs_nobody() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let handle = reactor.handle().clone();
    let (panics, _a) = pair(&handle);
    let (returns, _b) = pair(&handle);
    let (counts, _c) = pair(&handle);
    let wakes = Wakes::new();
    let back = calling(move || drop(pair(&handle)));
    assert!(poll_ready(&panics, Direction::Write, &calling(|| panic!("waker"))).is_pending());
    assert!(poll_ready(&returns, Direction::Write, &back).is_pending());
    assert!(poll_ready(&counts, Direction::Write, &wakes.waker()).is_pending());
    pump(&mut reactor);
    assert_eq!(wakes.count(), 1);
}
