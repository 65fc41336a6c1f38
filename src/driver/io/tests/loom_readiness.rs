//! The word, the waiters and the table, against a system that is one number: how many bytes there are.
//!
//! The number is written and read `Relaxed`, so that what the models need of order they get from the word. A
//! readiness that is lost is a deadlock.
//!
//! Seen to fail: with `Relaxed` for the Release of an event, and for the Acquire of a look; with a clear that does not
//! compare the tick; with a short read that clears in spite of `READ_CLOSED`; with a waiting side that does not look
//! again under the lock; with an end that wakes nobody, or lets an entry in afterwards; with a table that does not
//! compare generations; with one slot for both directions; with a list from which the first waiter alone is taken; and with an
//! assumption that overwrites the word.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::sync::atomic::Ordering::Relaxed;
use std::task::{Context, Poll, Waker, ready};

use loom::sync::atomic::AtomicUsize;
use loom::thread;

use super::super::entry::{Direction, Entry};
use super::super::readiness::ReadyEvent;
use super::super::table::{Key, Table};
use crate::io::{Interest, Ready};
use crate::util::block_thread::block_on;
use crate::util::sync::Arc;
use crate::util::wait_list::Waiter;

/// One socket: what is registered of it, and what the system has for it.
struct Socket {
    table: Table,
    key: Key,
    entry: std::sync::Arc<Entry>,
    bytes: AtomicUsize,
}

impl Socket {
    fn new() -> Arc<Self> {
        let table = Table::new();
        let (key, entry) = table.insert().unwrap();
        Arc::new(Self { table, key, entry, bytes: AtomicUsize::new(0) })
    }

    /// The reactor reports.
    fn report(&self, ready: Ready) {
        self.table.dispatch([(self.key, ready)]);
    }

    /// The system gets a byte, and the reactor reports it.
    fn receive(&self) {
        self.bytes.store(1, Relaxed);
        self.report(Ready::READABLE);
    }

    /// Reads once if there is readiness, or waits for it; clears what proved wrong.
    fn poll_read(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let event = ready!(self.entry.poll(Direction::Read, cx.waker()))?;
            if self.bytes.load(Relaxed) > 0 {
                return Poll::Ready(Ok(()));
            }
            self.entry.readiness.clear(event);
        }
    }

    fn wait(&self, direction: Direction) -> io::Result<ReadyEvent> {
        block_on(poll_fn(|cx| self.entry.poll(direction, cx.waker())))
    }
}

/// Explores `one` against `other` on a new socket, prepared by `before`.
///
/// Each is the spawned thread once: loom begins with the other one, and does not find every execution in which
/// the spawned thread is done before that has begun.
fn race(before: fn(&Socket), one: fn(&Socket), other: fn(&Socket)) {
    for (spawned, here) in [(one, other), (other, one)] {
        loom::model(move || {
            let socket = Socket::new();
            before(&socket);
            let shared = Arc::clone(&socket);
            let thread = thread::spawn(move || spawned(&shared));
            here(&socket);
            thread.join().unwrap();
        });
    }
}

fn read(socket: &Socket) {
    block_on(poll_fn(|cx| socket.poll_read(cx))).unwrap();
}

#[test]
fn loom_an_event_against_the_clear_of_the_one_before() {
    let stale = |socket: &Socket| socket.report(Ready::READABLE); // there is no byte
    race(stale, read, Socket::receive);
}

#[test]
fn loom_an_event_against_a_first_poll() {
    race(|_| {}, read, Socket::receive);
}

#[test]
fn loom_an_event_against_an_assumption() {
    let assume_and_read = |socket: &Socket| {
        socket.entry.readiness.assume(Ready::READABLE | Ready::WRITABLE);
        read(socket);
    };
    race(|_| {}, assume_and_read, Socket::receive);
}

#[test]
fn loom_the_end_of_a_stream_against_a_short_read_on_an_assumption() {
    let read_short = |socket: &Socket| {
        socket.entry.readiness.assume(Ready::READABLE | Ready::WRITABLE);
        let short = socket.wait(Direction::Read).unwrap();
        socket.entry.readiness.clear_after_short(short);
        socket.wait(Direction::Read).unwrap();
    };
    let end = |socket: &Socket| socket.report(Ready::READABLE | Ready::READ_CLOSED);
    race(|_| {}, read_short, end);
}

#[test]
fn loom_an_event_against_a_change_of_wakers() {
    let read = |socket: &Socket| {
        let _ = socket.entry.poll(Direction::Read, Waker::noop());
        read(socket);
    };
    race(|_| {}, read, Socket::receive);
}

#[test]
fn loom_each_direction_waits_for_itself() {
    let report = |socket: &Socket| {
        socket.report(Ready::READABLE);
        socket.report(Ready::WRITABLE);
    };
    let wait_for_both = |socket: &Socket| {
        let mut left = vec![Direction::Read, Direction::Write];
        block_on(poll_fn(|cx| {
            left.retain(|&direction| match socket.entry.poll(direction, cx.waker()) {
                Poll::Ready(event) => {
                    socket.entry.readiness.clear(event.unwrap());
                    false
                }
                Poll::Pending => true,
            });
            if left.is_empty() { Poll::Ready(()) } else { Poll::Pending }
        }));
    };
    race(|_| {}, wait_for_both, report);
}

#[test]
fn loom_the_end_of_a_stream_against_a_short_read() {
    let read_short = |socket: &Socket| {
        let short = socket.wait(Direction::Read).unwrap();
        socket.entry.readiness.clear_after_short(short);
        socket.wait(Direction::Read).unwrap();
    };
    let end = |socket: &Socket| socket.report(Ready::READABLE | Ready::READ_CLOSED);
    race(|socket| socket.report(Ready::READABLE), read_short, end);
}

#[test]
fn loom_the_end_of_the_runtime_against_a_poll() {
    let read = |socket: &Socket| {
        assert!(block_on(poll_fn(|cx| socket.poll_read(cx))).is_err());
    };
    race(|_| {}, read, |socket| socket.table.end());
}

#[test]
fn loom_the_end_of_the_runtime_against_a_new_socket() {
    let register = |socket: &Socket| {
        if let Ok((_, entry)) = socket.table.insert() {
            let ended = block_on(poll_fn(|cx| entry.poll(Direction::Read, cx.waker())));
            assert!(ended.is_err());
        }
    };
    race(|_| {}, register, |socket| socket.table.end());
}

#[test]
fn loom_a_late_event_against_a_reused_place() {
    let reuse = |socket: &Socket| {
        socket.table.remove(socket.key);
        let (_, entry) = socket.table.insert().unwrap();
        for _ in 0..2 {
            assert!(entry.poll(Direction::Read, Waker::noop()).is_pending());
        }
    };
    race(|_| {}, reuse, |socket| socket.report(Ready::READABLE));
}

#[test]
fn loom_an_event_is_for_all_in_the_list_whoever_leaves() {
    let wait_and_leave = |socket: &Socket| {
        let mut leaves: Pin<&mut Waiter<Interest>> = pin!(Waiter::new());
        let interest = Interest::READABLE | Interest::ERROR;
        let _ = socket.entry.poll_listed(interest, leaves.as_mut(), Waker::noop());
        let mut waits = pin!(Waiter::new());
        let event = block_on(poll_fn(|cx| {
            socket.entry.poll_listed(Interest::READABLE, waits.as_mut(), cx.waker())
        }));
        assert!(event.is_ok());
        socket.entry.leave(leaves);
    };
    race(|_| {}, wait_and_leave, |socket| socket.report(Ready::READABLE));
}
