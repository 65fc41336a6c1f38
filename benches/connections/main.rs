//! Many open connections, side by side: an echo server on this crate and on Tokio, and a client with thousands of
//! connections that says something on each once a second.
//!
//! Each server is a process of its own, with as many workers as there are cores; the clients are tasks of one thread here. They
//! speak once evenly spread over the second, which is how people do, and once all at the same moment, as after a
//! broadcast. The figures are medians of the rounds: the CPU time of the server, as the kernel counts it, by the time that
//! passed; that all echoes came; and what the server keeps in memory for a connection.
//!
//! What this does not measure: latency, a network, connections that come and go.

#[path = "../support/mod.rs"]
mod support;

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;
use std::{env, io};

use rustix::process::{Resource, getrlimit, setrlimit};
use support::args::Args;
use support::server::{self, Server};
use support::table::{self, Row};
use support::{PEERS, ended};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};

const USAGE: &str = "\
cargo bench --bench connections -- [OPTIONS]
  --rounds N       samples of each figure (3)
  --seconds N      how long a sample takes (10)
  --connections N  how many are open, if the limit of descriptors permits (10000)";

const FIGURES: [&str; 3] = ["server, % of a core", "echoes a second", "bytes a connection"];

/// Descriptors that are not for connections.
const OTHERS: u64 = 64;

const SECOND: Duration = Duration::from_secs(1);

fn main() -> ExitCode {
    ended(match server::wanted().as_deref() {
        Some("ours") => serve_ours(),
        Some(_) => serve_tokio(),
        None => side_by_side(),
    })
}

fn side_by_side() -> io::Result<()> {
    let args = Args::parse(USAGE, env::args().skip(1))?;
    let (rounds, seconds) = (args.number("--rounds", 3)?, args.number("--seconds", 10)?);
    let connections = raise_limit(args.number("--connections", 10_000)?);
    eprintln!("{connections} connections");
    let loads = [("spread", true), ("all at once", false)];
    let mut rows = loads.map(|(name, spread)| (spread, Row::of(name, FIGURES)));
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        for (column, peer) in PEERS.into_iter().enumerate() {
            for (spread, rows) in &mut rows {
                let figures = sample(peer, connections, *spread, seconds)?;
                rows.iter_mut()
                    .zip(figures)
                    .for_each(|(row, figure)| row.samples[column].push(figure));
            }
        }
    }
    print!("{}", table::render(rows.iter().flat_map(|(_, rows)| rows)));
    Ok(())
}

/// Asks for descriptors for so many connections. Returns for how many there are.
fn raise_limit(connections: u64) -> u64 {
    let mut limit = getrlimit(Resource::Nofile);
    let wanted = connections + OTHERS;
    let raised = limit.maximum.map_or(wanted, |maximum| wanted.min(maximum));
    let allowed = limit.current.unwrap_or(u64::MAX);
    limit.current = Some(raised.max(allowed));
    let has =
        if setrlimit(Resource::Nofile, limit).is_ok() { raised.max(allowed) } else { allowed };
    connections.min(has.saturating_sub(OTHERS))
}

/// Returns the [`FIGURES`].
fn sample(peer: &str, connections: u64, spread: bool, seconds: u32) -> io::Result<[f64; 3]> {
    let server = Server::start(&mut Server::command(peer)?)?;
    let empty = server.resident()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut streams = Vec::new();
        for _ in 0..connections {
            streams.push(open(server.address()).await?);
        }
        // One second to warm up, and then those that count.
        let begin = Instant::now() + SECOND;
        let end = begin + SECOND * (seconds + 1);
        let mut clients = JoinSet::new();
        for (number, stream) in (0..).zip(streams) {
            let offset = if spread { SECOND * number / connections as u32 } else { Duration::ZERO };
            clients.spawn(ask(stream, begin + offset, begin + SECOND, end));
        }
        sleep_until(begin + SECOND).await;
        let before = server.cpu_time()?;
        sleep_until(end).await;
        let used = server.cpu_time()? - before;
        let memory = server.resident()?.saturating_sub(empty);
        let mut echoes = 0;
        while let Some(client) = clients.join_next().await {
            echoes += client.map_err(io::Error::other)??;
        }
        let length = f64::from(seconds);
        let core = used.as_secs_f64() / length * 100.0;
        Ok([core, echoes as f64 / length, memory as f64 / connections.max(1) as f64])
    })
}

/// Opens a connection, and has the server answer on it before there is another.
///
/// A client connects faster than a server accepts, whichever runtime that has. What does not fit into the listener's queue is
/// dropped by the kernel without a word, and tried again after a second: ten thousand connections could take a minute.
async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    echo(&mut stream).await?;
    Ok(stream)
}

/// Says something, and waits until it comes back.
async fn echo(stream: &mut TcpStream) -> io::Result<()> {
    let mut echo = [7; 64];
    stream.write_all(&echo).await?;
    stream.read_exact(&mut echo).await?;
    Ok(())
}

/// Speaks each second from `begin` to `end`. Returns how many echoes came after `counted`.
async fn ask(
    mut stream: TcpStream,
    begin: Instant,
    counted: Instant,
    end: Instant,
) -> io::Result<u64> {
    let mut seconds = interval_at(begin, SECOND);
    seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut echoes = 0;
    loop {
        let tick = seconds.tick().await;
        if tick >= end {
            return Ok(echoes);
        }
        echo(&mut stream).await?;
        echoes += u64::from(tick >= counted);
    }
}

macro_rules! server {
    ($name:ident, $runtime:ident) => {
        fn $name() -> io::Result<()> {
            raise_limit(1 << 20);
            let runtime = $runtime::runtime::Builder::new_multi_thread().enable_all().build()?;
            let accepting = runtime.spawn(async {
                let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                let listener = $runtime::net::TcpListener::bind(address).await?;
                println!("{}", listener.local_addr()?);
                loop {
                    let (mut stream, _) = listener.accept().await?;
                    $runtime::spawn(async move {
                        let mut buffer = [0; 64];
                        while let Ok(n @ 1..) = stream.read(&mut buffer).await {
                            if stream.write_all(&buffer[..n]).await.is_err() {
                                break;
                            }
                        }
                    });
                }
            });
            runtime.block_on(accepting).map_err(io::Error::other)?
        }
    };
}

server!(serve_ours, runtime);
server!(serve_tokio, tokio);
