//! System calls.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;
use std::{fs, thread};

use mio::{Events, Poll, Token, Waker};
use rustix::process::getppid;
use rustix::time::{ClockId, clock_gettime};

use super::{Primitive, each, primitive};

const TIMES: u32 = 200_000;
const MESSAGE: [u8; 64] = [7; 64];

pub const LIST: &[Primitive] = &[
    primitive("the cheapest system call", || each(TIMES, || _ = getppid())),
    primitive("a read of this thread's CPU clock", || {
        each(TIMES, || _ = clock_gettime(ClockId::ThreadCPUTime))
    }),
    primitive("a thread's line in /proc read", || {
        each(TIMES / 20, || _ = fs::read("/proc/thread-self/stat"))
    }),
    primitive("epoll and eventfd created and closed", || {
        each(TIMES / 20, || drop(poll_with_waker()))
    }),
    primitive("a poll of epoll that finds nothing", || {
        let (mut poll, _waker) = poll_with_waker();
        each(TIMES, || {
            let found = poll.poll(&mut Events::with_capacity(64), Some(Duration::ZERO));
            found.expect("a poll without waiting is not interrupted");
        })
    }),
    primitive("an eventfd written that epoll watches", || {
        let (_poll, waker) = poll_with_waker();
        each(TIMES, || waker.wake().expect("the poll is there"))
    }),
    primitive("64 bytes written to a socket and read from the other", || {
        let (mut from, mut to) = connection();
        let mut buffer = [0; 64];
        each(TIMES, || {
            from.write_all(&MESSAGE).expect("the other end is open");
            to.read_exact(&mut buffer).expect("the other end is open");
        })
    }),
    primitive("a sleep of 20 us, beyond its time", || {
        let short = Duration::from_micros(20);
        each(1_000, || thread::sleep(short)) - short.as_nanos() as f64
    }),
];

fn poll_with_waker() -> (Poll, Waker) {
    let poll = Poll::new().expect("there are descriptors left");
    let waker = Waker::new(poll.registry(), Token(0)).expect("there are descriptors left");
    (poll, waker)
}

/// Both ends of a connection, which send without delay.
fn connection() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let from = TcpStream::connect(address).expect("it listens");
    let (to, _) = listener.accept().expect("there are descriptors left");
    from.set_nodelay(true).expect("it is open");
    (from, to)
}
