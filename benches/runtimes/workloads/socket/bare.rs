//! What no runtime can beat at `echo`: the same messages on bare threads, each of which waits in a poll of its own for
//! both ends of its share of the connections, and makes no system call in vain.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream as Blocking};
use std::thread;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use super::{CONNECTIONS, MESSAGE, ROOM};
use crate::shim::LOCAL;

/// How long `rounds` took on so many threads. Connecting does not count.
///
/// # Errors
///
/// If the system has no ports or descriptors left.
pub fn echo(workers: usize, rounds: usize) -> io::Result<Duration> {
    let mut shares = (0..workers)
        .map(|_| Share::connect(CONNECTIONS / workers))
        .collect::<io::Result<Vec<_>>>()?;
    let start = Instant::now();
    thread::scope(|threads| {
        let running: Vec<_> = shares
            .iter_mut()
            .map(|share| threads.spawn(move || share.run(rounds / workers)))
            .collect();
        running.into_iter().try_for_each(|thread| thread.join().expect("no thread panics"))
    })?;
    Ok(start.elapsed())
}

/// The connections of one thread: at even places the clients, behind each its server.
struct Share {
    poll: Poll,
    ends: Vec<TcpStream>,
}

impl Share {
    fn connect(connections: usize) -> io::Result<Self> {
        let listener = TcpListener::bind(LOCAL)?;
        let address = listener.local_addr()?;
        let mut share = Self { poll: Poll::new()?, ends: Vec::new() };
        for _ in 0..connections.max(1) {
            share.add(Blocking::connect(address)?)?;
            share.add(listener.accept()?.0)?;
        }
        Ok(share)
    }

    fn add(&mut self, end: Blocking) -> io::Result<()> {
        end.set_nodelay(true)?;
        end.set_nonblocking(true)?;
        let mut end = TcpStream::from_std(end);
        self.poll.registry().register(&mut end, Token(self.ends.len()), Interest::READABLE)?;
        self.ends.push(end);
        Ok(())
    }

    /// Makes so many rounds, and then leaves the last messages where they are. No message is on the way twice, and one
    /// of this size comes in one piece: so each event is one whole message.
    fn run(&mut self, rounds: usize) -> io::Result<()> {
        let mut events = Events::with_capacity(2 * CONNECTIONS);
        let mut buffer = [0; ROOM];
        for client in self.ends.iter_mut().step_by(2) {
            client.write_all(&MESSAGE)?;
        }
        let mut made = 0;
        while made < rounds {
            self.poll.poll(&mut events, None)?;
            for event in &events {
                let Token(place) = event.token();
                let read = self.ends[place].read(&mut buffer)?;
                self.ends[place].write_all(&buffer[..read])?;
                made += usize::from(place % 2 == 0);
            }
        }
        Ok(())
    }
}
