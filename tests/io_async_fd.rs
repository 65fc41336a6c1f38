//! `AsyncFd`: any descriptor, its readiness, and what a guard clears.
#![cfg(all(feature = "net", unix))]

mod support;

use std::fs::File;
use std::io::{self, ErrorKind, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream as Foreign;
use std::rc::Rc;
use std::sync::Arc;
use std::thread;

use runtime::io::unix::{AsyncFd, AsyncFdReadyGuard};
use runtime::io::{Interest, Ready};
use support::{in_each_runtime, rounds, watch, with_sockets};
use tokio_test::{assert_pending, assert_ready_ok, task};

/// A non-blocking end that is registered, and the other one.
fn registered() -> (AsyncFd<Foreign>, Foreign) {
    let (ours, theirs) = Foreign::pair().expect("a pair of sockets");
    ours.set_nonblocking(true).expect("an open socket");
    (AsyncFd::new(ours).expect("a socket can be registered"), theirs)
}

/// Reads until there is nothing left.
fn drain(mut stream: &Foreign) {
    while stream.read(&mut [0; 64]).is_ok_and(|n| n > 0) {}
}

#[test]
fn all_bytes_arrive_through_guards_and_through_operations() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (ours, mut theirs) = registered();
            let count = rounds(20_000);
            let peer = thread::spawn(move || {
                for number in 0..count {
                    theirs.write_all(&(number as u32).to_le_bytes()).unwrap();
                }
            });
            let (mut all, mut bytes) = (Vec::new(), [0; 100]);
            while all.len() < 4 * count {
                let mut guard = ours.readable().await.unwrap();
                if let Ok(read) = guard.try_io(|fd| fd.get_ref().read(&mut bytes)) {
                    let length = read.unwrap();
                    all.extend_from_slice(&bytes[..length]);
                }
                let read = ours.async_io(Interest::READABLE, |mut fd| fd.read(&mut bytes));
                if all.len() < 4 * count {
                    let length = read.await.unwrap();
                    all.extend_from_slice(&bytes[..length]);
                }
            }
            peer.join().unwrap();
            let sent = (0..count as u32).flat_map(u32::to_le_bytes);
            assert!(all.into_iter().eq(sent));
        });
    });
}

#[test]
fn nothing_is_cleared_but_by_who_asks_for_it() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (ours, mut theirs) = registered();
        assert_pending!(task::spawn(ours.readable()).poll());
        theirs.write_all(b"x").unwrap();
        drop(ours.readable().await.unwrap());
        let mut guard = assert_ready_ok!(task::spawn(ours.readable()).poll());
        guard.retain_ready();
        drain(ours.get_ref());
        let mut guard = assert_ready_ok!(task::spawn(ours.readable()).poll());
        let waits = guard.try_io(|fd| fd.get_ref().read(&mut [0; 4]));
        assert_eq!(waits.unwrap_err().to_string(), "the operation would have to wait");
        assert!(guard.ready().is_empty());
        assert_pending!(task::spawn(ours.readable()).poll());
        drop(assert_ready_ok!(task::spawn(ours.writable()).poll()));
    });
}

/// A guard may be old: data that were reported after it was made are not for it to clear.
#[test]
fn an_old_guard_does_not_clear_what_came_later() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (ours, mut theirs) = registered();
        theirs.write_all(b"x").unwrap();
        let mut old = ours.readable().await.unwrap();
        drain(ours.get_ref());
        ours.readable().await.unwrap().clear_ready();
        theirs.write_all(b"y").unwrap();
        drop(ours.readable().await.unwrap());
        old.clear_ready();
        drop(assert_ready_ok!(task::spawn(ours.readable()).poll()));
    });
}

#[test]
fn a_guard_clears_only_the_states_that_are_named() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (ours, mut theirs) = registered();
        theirs.write_all(b"x").unwrap();
        ours.readable().await.unwrap().retain_ready();
        let both = Interest::READABLE | Interest::WRITABLE;
        let mut guard = ours.ready(both).await.unwrap();
        assert_eq!(guard.ready(), Ready::READABLE | Ready::WRITABLE);
        guard.clear_ready_matching(Ready::READABLE);
        assert_eq!(guard.ready(), Ready::WRITABLE);
        assert_pending!(task::spawn(ours.readable()).poll());
        drop(assert_ready_ok!(task::spawn(ours.writable()).poll()));
    });
}

#[test]
fn all_who_wait_are_told_and_the_end_is_told_too() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (ours, theirs) = registered();
            let ours = Arc::new(ours);
            let waiting: Vec<_> = (0..10)
                .map(|_| {
                    let ours = ours.clone();
                    runtime::spawn(async move { ours.readable().await.map(|guard| guard.ready()) })
                })
                .collect();
            runtime::task::yield_now().await;
            drop(theirs);
            for task in waiting {
                assert!(task.await.unwrap().unwrap().is_read_closed());
            }
        });
    });
}

#[test]
fn the_object_can_be_changed_through_a_guard_of_its_own() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (mut ours, mut theirs) = registered();
        theirs.write_all(b"abc").unwrap();
        let mut bytes = [0; 1];
        let mut guard = ours.readable_mut().await.unwrap();
        guard.try_io(|fd| fd.get_mut().read(&mut bytes)).unwrap().unwrap();
        guard.get_inner_mut().read_exact(&mut bytes).unwrap();
        ours.async_io_mut(Interest::READABLE, |fd| fd.read(&mut bytes)).await.unwrap();
        assert_eq!(&bytes, b"c");
        let waits = ours.try_io_mut(Interest::READABLE, |fd| fd.read(&mut bytes));
        assert_eq!(waits.unwrap_err().kind(), ErrorKind::WouldBlock);
        assert_pending!(task::spawn(ours.readable_mut()).poll());
        drop(ours.writable_mut().await.unwrap());
    });
}

/// A descriptor is registered once; the second time fails, and gives the object back. When it was taken out it can be
/// registered again.
#[test]
#[cfg(target_os = "linux")]
fn what_cannot_be_registered_is_given_back() {
    struct Number(RawFd);
    impl AsRawFd for Number {
        fn as_raw_fd(&self) -> RawFd {
            self.0
        }
    }
    with_sockets(1).block_on(async {
        let (ours, _theirs) = registered();
        let error = AsyncFd::try_new(Number(ours.as_raw_fd())).err().expect("it is in use");
        let (number, cause) = error.into_parts();
        assert_eq!(cause.kind(), ErrorKind::AlreadyExists);
        let inner = ours.into_inner();
        assert_eq!(number.0, inner.as_raw_fd());
        AsyncFd::new(inner).unwrap();

        let file = File::open("/proc/self/exe").unwrap();
        assert_eq!(AsyncFd::new(file).unwrap_err().kind(), ErrorKind::PermissionDenied);
    });
}

#[test]
fn a_pipe_is_registered_for_its_own_direction() {
    let _watch = watch();
    with_sockets(1).block_on(async {
        let (reader, writer) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::NONBLOCK).unwrap();
        let reader = AsyncFd::with_interest(File::from(reader), Interest::READABLE).unwrap();
        let writer = AsyncFd::with_interest(File::from(writer), Interest::WRITABLE).unwrap();
        writer.async_io(Interest::WRITABLE, |mut file| file.write(b"x")).await.unwrap();
        reader.async_io(Interest::READABLE, |mut file| file.read(&mut [0; 4])).await.unwrap();
        let waits = reader.try_io(Interest::READABLE, |mut file| file.read(&mut [0; 4]));
        assert_eq!(waits.unwrap_err().kind(), ErrorKind::WouldBlock);
    });
}

/// An operation on an object that may not be sent is allowed: the future is not sent then.
#[test]
fn what_is_not_send_can_be_in_it() {
    struct Local(Foreign, #[allow(dead_code, reason = "its type is what matters")] Rc<()>);
    impl AsRawFd for Local {
        fn as_raw_fd(&self) -> RawFd {
            self.0.as_raw_fd()
        }
    }
    with_sockets(0).block_on(async {
        let (ours, _theirs) = Foreign::pair().unwrap();
        let ours = AsyncFd::new(Local(ours, Rc::new(()))).unwrap();
        let guard: AsyncFdReadyGuard<'_, Local> = ours.writable().await.unwrap();
        assert!(guard.get_inner().0.peer_addr().unwrap().is_unnamed());
    });
}

#[test]
fn after_the_end_of_the_runtime_every_wait_fails() {
    let runtime = with_sockets(1);
    let (ours, _theirs) = runtime.block_on(async { registered() });
    drop(runtime);
    let mut waiting = task::spawn(ours.readable());
    let error: io::Error = match waiting.poll() {
        std::task::Poll::Ready(Err(error)) => error,
        other => panic!("{other:?}"),
    };
    assert!(runtime::runtime::is_rt_shutdown_err(&error));
    assert!(!runtime::runtime::is_rt_shutdown_err(&io::Error::other("the runtime has ended")));
}
