//! What no runtime can beat: the same echo by one thread that waits in a poll for all connections, and makes no system call
//! in vain. It reads once for each event, since the client says nothing more before it has its echo.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr};

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

/// The listener's number; no connection has it.
const LISTENER: Token = Token(usize::MAX);

/// How many events are taken at once, as in the runtimes.
const BATCH: usize = 1024;

pub fn serve() -> io::Result<()> {
    let mut poll = Poll::new()?;
    let mut listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    println!("{}", listener.local_addr()?);
    let mut events = Events::with_capacity(BATCH);
    let mut streams = Vec::new();
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            match event.token() {
                LISTENER => accept(&poll, &listener, &mut streams)?,
                Token(place) => echo(&mut streams[place])?,
            }
        }
    }
}

fn accept(poll: &Poll, listener: &TcpListener, streams: &mut Vec<TcpStream>) -> io::Result<()> {
    loop {
        let mut stream = match listener.accept() {
            Ok((stream, _)) => stream,
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        };
        poll.registry().register(&mut stream, Token(streams.len()), Interest::READABLE)?;
        streams.push(stream);
    }
}

fn echo(stream: &mut TcpStream) -> io::Result<()> {
    let mut buffer = [0; super::MESSAGE];
    let read = stream.read(&mut buffer)?;
    stream.write_all(&buffer[..read])
}
