//! HTTP, side by side: the service of the example `http` on this crate and on Tokio, under the same load.
//!
//! Each server is a process of its own, with as many workers as there are cores. A round starts one after the other,
//! and loads each from connections that send a request as soon as they have an answer, or 16 as soon as they have 16 answers: from a
//! client here on one thread, and from `wrk` where there is one. The figures are medians of the rounds. Read the ratio: the
//! client shares the cores with the server, so requests per second are those of both together. The CPU time of the server
//! is its own, as the kernel counts it, in ticks of 10 ms; at 5 seconds a round that is exact enough.
//!
//! Last, both get requests at the same pace: half of what the slower one answered to the first load in the same round. The
//! percentile says what the kernel does to three threads on two cores more than what a server does: read it together with the
//! median, over many rounds.
//!
//! What this does not measure: a network, connections that come and go, large bodies, servers that do real
//! work. The bench takes the whole machine.

mod load;
mod paced;
mod servers;

#[path = "../../examples/http/service.rs"]
mod service;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::Duration;
use std::{env, io};

use load::Load;
use support::PEERS;
use support::args::Args;
use support::server::{self, Server};
use support::table::{self, Row};

const USAGE: &str = "\
cargo bench --features hyper --bench http -- [OPTIONS]
  --rounds N     samples of each figure (5)
  --seconds N    how long a sample takes (5)";

const FIGURES: [&str; 2] = ["requests a second", "CPU time a request, us"];

const AT_A_PACE: [&str; 3] =
    ["median latency, us", "99.9th percentile, us", "CPU time a request, us"];

fn main() -> ExitCode {
    support::ended(match server::wanted() {
        Some(peer) => servers::serve(&peer),
        None => side_by_side(),
    })
}

fn side_by_side() -> io::Result<()> {
    let args = Args::parse(USAGE, env::args().skip(1))?;
    let rounds = args.number("--rounds", 5)?;
    let length = Duration::try_from_secs_f64(args.number("--seconds", 5.0)?);
    let length = length.map_err(io::Error::other)?;
    let loads = load::available();
    let mut rows: Vec<_> =
        loads.iter().map(|&load| (load, Row::of(&load.name(), FIGURES))).collect();
    let mut at_half = Row::of("half as much", AT_A_PACE);
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        for (column, peer) in PEERS.into_iter().enumerate() {
            for (load, rows) in &mut rows {
                table::enter(rows, column, sample(peer, *load, length)?);
            }
        }
        let pace = slowest(&rows[0].1[0]) / 2.0;
        for (column, peer) in PEERS.into_iter().enumerate() {
            table::enter(&mut at_half, column, paced(peer, loads[0], pace, length)?);
        }
    }
    let rows = rows.iter().flat_map(|(_, rows)| rows).chain(&at_half);
    print!("{}", table::render(PEERS, rows));
    Ok(())
}

/// The last sample of the peer that did less in it.
fn slowest(row: &Row<{ PEERS.len() }>) -> f64 {
    row.samples.iter().filter_map(|samples| samples.last().copied()).fold(f64::INFINITY, f64::min)
}

/// Loads a fresh server: for a moment, to warm it up, and then for `length`. Returns the [`FIGURES`].
fn sample(peer: &str, load: Load, length: Duration) -> io::Result<[f64; FIGURES.len()]> {
    let server = warm(peer, load, length)?;
    let before = server.cpu_time()?;
    let done = load.run(server.address(), length)?;
    let used = server.cpu_time()? - before;
    let requests = done.requests.max(1) as f64;
    Ok([requests / done.took.as_secs_f64(), used.as_secs_f64() * 1e6 / requests])
}

/// Asks a fresh server, warmed up by a load, `pace` times a second. Returns the figures of [`AT_A_PACE`].
fn paced(
    peer: &str,
    load: Load,
    pace: f64,
    length: Duration,
) -> io::Result<[f64; AT_A_PACE.len()]> {
    let server = warm(peer, load, length)?;
    let before = server.cpu_time()?;
    let latency = paced::latency(server.address(), load.connections, pace, length)?;
    let used = (server.cpu_time()? - before).as_secs_f64();
    let requests = pace * length.as_secs_f64();
    let [median, most] = [latency.median, latency.most].map(|time| time.as_secs_f64() * 1e6);
    Ok([median, most, used * 1e6 / requests])
}

fn warm(peer: &str, load: Load, length: Duration) -> io::Result<Server> {
    let server = Server::start(&mut Server::command(peer)?)?;
    load.run(server.address(), length / 5)?;
    Ok(server)
}
