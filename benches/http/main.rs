//! HTTP, side by side: the service of the example `http` on this crate and on Tokio, under the same load.
//!
//! Each server is a process of its own, with as many workers as there are cores. A round starts one after the other,
//! and loads each with 64 connections that send a request as soon as they have an answer: from a client here on
//! one thread, and from `wrk` where there is one. The figures are medians of the rounds. Read the ratio: the
//! client shares the cores with the server, so requests per second are those of both together. The CPU time of the server
//! is its own, as the kernel counts it, in ticks of 10 ms; at 5 seconds a round that is exact enough.
//!
//! What this does not measure: latency, a network, connections that come and go, large bodies, servers that do real
//! work. The bench takes the whole machine.

mod load;
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
    let mut rows: Vec<_> =
        load::available().into_iter().map(|load| (load, Row::of(load.name(), FIGURES))).collect();
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        for (column, peer) in PEERS.into_iter().enumerate() {
            for (load, rows) in &mut rows {
                let sample = sample(peer, *load, length)?;
                rows.iter_mut()
                    .zip(sample)
                    .for_each(|(row, figure)| row.samples[column].push(figure));
            }
        }
    }
    print!("{}", table::render(PEERS, rows.iter().flat_map(|(_, rows)| rows)));
    Ok(())
}

/// Loads a fresh server: for a moment, to warm it up, and then for `length`. Returns the [`FIGURES`].
fn sample(peer: &str, load: Load, length: Duration) -> io::Result<[f64; FIGURES.len()]> {
    let server = Server::start(&mut Server::command(peer)?)?;
    load.run(server.address(), length / 5)?;
    let before = server.cpu_time()?;
    let done = load.run(server.address(), length)?;
    let used = server.cpu_time()? - before;
    let requests = done.requests.max(1) as f64;
    Ok([requests / done.took.as_secs_f64(), used.as_secs_f64() * 1e6 / requests])
}
