//! How long an answer takes while the server is not at its limit: requests come at a fixed pace, whether or not those before are
//! answered, so an answer that holds others up is counted for all of them.

use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};

use crate::load;

/// How long answers took, from when they were asked for.
pub struct Latency {
    pub median: Duration,
    /// The longest of 999 in 1,000.
    pub most: Duration,
}

/// Asks over `connections`, in turn, `pace` times a second for `length`.
///
/// It is one thread, which sleeps for up to a millisecond when no answer comes; what became due in the meantime is then asked at
/// once. A client that never slept would be late more often, since the kernel makes such a thread wait for others.
pub fn latency(
    server: SocketAddr,
    connections: usize,
    pace: f64,
    length: Duration,
) -> io::Result<Latency> {
    let mut client = Client::connect(server, connections)?;
    let interval = Duration::from_secs_f64(1.0 / pace);
    let begin = Instant::now();
    let mut due = begin;
    while due < begin + length || client.is_waiting() {
        let now = Instant::now();
        if due <= now && due < begin + length {
            client.ask(now)?;
            due += interval;
        } else {
            client.read()?;
        }
    }
    Ok(client.latency())
}

struct Client {
    poll: Poll,
    events: Events,
    connections: Vec<Connection>,
    /// Whose turn it is.
    next: usize,
    answer: usize,
    latencies: Vec<Duration>,
}

struct Connection {
    stream: TcpStream,
    /// When the requests were sent that are not answered.
    asked: VecDeque<Instant>,
    /// Bytes of the next answer that have come.
    read: usize,
}

impl Client {
    fn connect(server: SocketAddr, connections: usize) -> io::Result<Self> {
        let poll = Poll::new()?;
        let answer = length_of_an_answer(server)?;
        let mut all = Vec::with_capacity(connections);
        for place in 0..connections {
            let stream = std::net::TcpStream::connect(server)?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            let mut stream = TcpStream::from_std(stream);
            poll.registry().register(&mut stream, Token(place), Interest::READABLE)?;
            all.push(Connection { stream, asked: VecDeque::new(), read: 0 });
        }
        let events = Events::with_capacity(connections);
        Ok(Self { poll, events, connections: all, next: 0, answer, latencies: Vec::new() })
    }

    fn ask(&mut self, now: Instant) -> io::Result<()> {
        let turn = self.next;
        self.next = (turn + 1) % self.connections.len();
        let connection = &mut self.connections[turn];
        // A request is shorter than the buffer of any socket, and at this pace few wait in it.
        connection.stream.write_all(load::REQUEST)?;
        connection.asked.push_back(now);
        Ok(())
    }

    fn is_waiting(&self) -> bool {
        self.connections.iter().any(|connection| !connection.asked.is_empty())
    }

    /// Takes the answers that are there.
    fn read(&mut self) -> io::Result<()> {
        self.poll.poll(&mut self.events, Some(Duration::from_millis(1)))?;
        for event in &self.events {
            let connection = &mut self.connections[event.token().0];
            connection.read += read_all(&mut connection.stream)?;
            while connection.read >= self.answer {
                connection.read -= self.answer;
                let asked = connection.asked.pop_front();
                let asked = asked.ok_or_else(|| io::Error::other("nobody asked for an answer"))?;
                self.latencies.push(asked.elapsed());
            }
        }
        Ok(())
    }

    /// See [`Latency`].
    fn latency(&mut self) -> Latency {
        self.latencies.sort_unstable();
        let of_thousand = |part| {
            let place = self.latencies.len() * part / 1_000;
            self.latencies.get(place).copied().unwrap_or_default()
        };
        Latency { median: of_thousand(500), most: of_thousand(999) }
    }
}

/// How many bytes there were to read.
fn read_all(stream: &mut TcpStream) -> io::Result<usize> {
    let mut buffer = [0; 4096];
    let mut all = 0;
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(read) => all += read,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(all),
            Err(error) => return Err(error),
        }
    }
}

fn length_of_an_answer(server: SocketAddr) -> io::Result<usize> {
    let mut stream = std::net::TcpStream::connect(server)?;
    stream.write_all(load::REQUEST)?;
    let mut answer = Vec::new();
    let mut buffer = [0; 4096];
    while load::count(&answer) == 0 {
        match stream.read(&mut buffer)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            read => answer.extend(&buffer[..read]),
        }
    }
    Ok(answer.len())
}
