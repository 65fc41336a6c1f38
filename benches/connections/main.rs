//! Many open connections, side by side: an echo server on this crate, on Tokio and on bare epoll, and a client with
//! thousands of connections that says something on each once a second.
//!
//! Each server is a process of its own, the runtimes with as many workers as there are cores; the clients are tasks of one
//! thread here. They speak once evenly spread over the second, which is how people do, and once all at the same moment, as
//! after a broadcast. A timer of theirs knows whole milliseconds alone, so of ten thousand that are evenly spread ten speak
//! one right after the other.
//!
//! The figures are medians of the rounds: the CPU time of the server, as the kernel counts it, by the time that
//! passed; that all echoes came, and in what time; and what the server keeps in memory for a connection. Most of the
//! CPU time is the kernel's, for what it does to send. So there is a third server: what the bare one takes is the floor
//! under every runtime that does the same system calls on this machine. The ratio is that of ours to Tokio.
//!
//! What this does not measure: a network, connections that come and go. The time of an echo is one that the client sees, whose
//! one thread has other echoes to see to.

mod bare;
mod clients;
#[path = "../support/mod.rs"]
mod support;

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::{env, io};

use support::args::Args;
use support::ended;
use support::process::raise_descriptors;
use support::server::{self, Server};
use support::table::{self, Row};

const USAGE: &str = "\
cargo bench --bench connections -- [OPTIONS]
  --rounds N       samples of each figure (3)
  --seconds N      how long a sample takes (10)
  --connections N  how many are open, if the limit of descriptors permits (10000)";

/// The two that are compared, and the floor under both.
const PEERS: [&str; 3] = ["ours", "tokio", "bare"];

const FIGURES: [&str; 5] = [
    "server, % of a core",
    "echoes a second",
    "echo, median, us",
    "echo, 99th percent., us",
    "bytes a connection",
];

/// Bytes of a message. It fills the buffer of a server, so that a runtime asks once more, in vain, before it waits.
const MESSAGE: usize = 64;

fn main() -> ExitCode {
    ended(match server::wanted().as_deref() {
        Some("ours") => serve_ours(),
        Some("tokio") => serve_tokio(),
        Some(_) => serve_bare(),
        None => side_by_side(),
    })
}

fn side_by_side() -> io::Result<()> {
    let args = Args::parse(USAGE, env::args().skip(1))?;
    let (rounds, seconds) = (args.number("--rounds", 3)?, args.number("--seconds", 10)?);
    let connections = raise_descriptors(args.number("--connections", 10_000)?);
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
    print!("{}", table::render(PEERS, rows.iter().flat_map(|(_, rows)| rows)));
    Ok(())
}

/// Returns the [`FIGURES`].
fn sample(
    peer: &str,
    connections: u64,
    spread: bool,
    seconds: u32,
) -> io::Result<[f64; FIGURES.len()]> {
    let server = Server::start(&mut Server::command(peer)?)?;
    let heard = clients::speak(&server, connections, spread, seconds)?;
    let length = f64::from(seconds);
    Ok([
        heard.used.as_secs_f64() / length * 100.0,
        heard.took.len() as f64 / length,
        heard.percentile(50),
        heard.percentile(99),
        heard.memory as f64 / connections.max(1) as f64,
    ])
}

macro_rules! server {
    ($name:ident, $runtime:ident) => {
        fn $name() -> io::Result<()> {
            raise_descriptors(1 << 20);
            let runtime = $runtime::runtime::Builder::new_multi_thread().enable_all().build()?;
            let accepting = runtime.spawn(async {
                use $runtime::io::{AsyncReadExt as _, AsyncWriteExt as _};
                let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                let listener = $runtime::net::TcpListener::bind(address).await?;
                println!("{}", listener.local_addr()?);
                loop {
                    let (mut stream, _) = listener.accept().await?;
                    $runtime::spawn(async move {
                        let mut buffer = [0; MESSAGE];
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

fn serve_bare() -> io::Result<()> {
    raise_descriptors(1 << 20);
    bare::serve()
}
