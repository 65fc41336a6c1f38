//! A server and a thousand clients, in one process.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpListener, TcpStream};

use crate::machine::{self, UNKNOWN};
use crate::table::{Table, each, grouped};
use crate::{Failure, Scale};

/// Descriptors that are left to all else: standard streams, the listener, the reactor.
const OTHERS: u64 = 32;

/// What is sent to and fro has this length.
const MESSAGE: usize = 64;

pub async fn tell(scale: Scale, table: &mut Table) -> Result<(), Failure> {
    let wanted = scale.connections;
    println!(
        "
== A server with {} connections ==

A task that reads from a socket that has nothing for it is parked too, and the system tells
the runtime which sockets have news. So a server is a loop: accept a connection, spawn a task
for it, and that task reads, answers and waits as if it were alone. Here the clients are
tasks of the same process. They connect one by one, and when all have a connection, each
sends {} messages of {MESSAGE} bytes and waits for each to come back.
",
        grouped(wanted as u64),
        scale.echoes
    );
    let count = connections(wanted);
    if count < wanted {
        println!(
            "The system allows this process too few open files for that, since a connection has\n\
             two ends: here are {count} connections. `ulimit -n` tells and changes how many it allows.\n"
        );
    }
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    // The server has no end of its own: it is dropped when the clients have what they came for.
    let times = runtime::select! {
        visited = visit(address, count, scale.echoes) => visited?,
        error = serve(listener) => return Err(error.into()),
    };
    show(count, scale.echoes, times, table);
    Ok(())
}

fn show(count: usize, echoes: usize, [connected, talked]: [Duration; 2], table: &mut Table) {
    let clients = grouped(count as u64);
    let messages = count * echoes;
    let rate = (messages as f64 / talked.as_secs_f64()) as u64;
    let threads = machine::threads().map_or(UNKNOWN.into(), grouped);
    println!("All {clients} clients were connected within {} ms.", connected.as_millis());
    println!("All {} messages came back, {} a second.", grouped(messages as u64), grouped(rate));
    table.add("serving", "connect a client, and a first message", each(connected, count));
    table.add("", format!("a message and its echo, of {clients} clients"), each(talked, messages));
    table.add("", "threads of clients and server together", threads);
}

/// How many of the connections there can be. Each takes two descriptors, one for each end.
fn connections(wanted: usize) -> usize {
    let descriptors = machine::allow_descriptors(2 * wanted as u64 + OTHERS);
    let possible = descriptors.saturating_sub(OTHERS) / 2;
    possible.try_into().map_or(wanted, |possible| wanted.min(possible))
}

/// Starts a task for each connection, until one cannot be accepted.
async fn serve(listener: TcpListener) -> io::Error {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(runtime::spawn(echo(stream))),
            Err(error) => return error,
        }
    }
}

/// Sends back what comes, until the client closes the connection.
async fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; MESSAGE];
    loop {
        match stream.read(&mut buffer).await? {
            0 => return Ok(()),
            length => stream.write_all(&buffer[..length]).await?,
        }
    }
}

/// Connects all clients and then lets all talk. Returns how long the one took, and the other.
async fn visit(address: SocketAddr, count: usize, echoes: usize) -> Result<[Duration; 2], Failure> {
    let started = Instant::now();
    let mut streams = Vec::new();
    for _ in 0..count {
        streams.push(connect(address).await?);
    }
    let connected = started.elapsed();

    let started = Instant::now();
    let talk = |stream| runtime::spawn(talk(stream, echoes));
    let clients: Vec<_> = streams.into_iter().map(talk).collect();
    for client in clients {
        client.await??;
    }
    Ok([connected, started.elapsed()])
}

/// Connects a client. A first message that comes back tells that the server has accepted it.
async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    exchange(&mut stream, 0).await?;
    Ok(stream)
}

/// The rest of what a client says: a message, when that is back the next one, and so on.
async fn talk(mut stream: TcpStream, echoes: usize) -> io::Result<()> {
    for number in 0..echoes {
        exchange(&mut stream, number as u8).await?;
    }
    Ok(())
}

async fn exchange(stream: &mut TcpStream, byte: u8) -> io::Result<()> {
    let (sent, mut back) = ([byte; MESSAGE], [0; MESSAGE]);
    stream.write_all(&sent).await?;
    stream.read_exact(&mut back).await?;
    assert_eq!(back, sent, "what comes back is what was sent");
    Ok(())
}
