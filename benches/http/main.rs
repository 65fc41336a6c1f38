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

mod args;
mod load;
mod server;
mod servers;
mod table;

#[path = "../../examples/http/service.rs"]
mod service;

use std::process::ExitCode;
use std::time::Duration;
use std::{env, io};

use args::Args;
use load::Load;
use server::Server;
use table::{Row, Sample};

fn main() -> ExitCode {
    let args = match Args::parse(env::args().skip(1)) {
        Ok(args) => args,
        Err(error) => return fail(&format!("{error}\n{}", args::USAGE)),
    };
    let done = match &args.serve {
        Some(peer) => servers::serve(peer),
        None => side_by_side(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error.to_string()),
    }
}

fn fail(error: &str) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}

fn side_by_side(args: &Args) -> io::Result<()> {
    let mut rows: Vec<Row> = load::available().into_iter().map(Row::new).collect();
    for round in 1..=args.rounds {
        eprintln!("round {round} of {}", args.rounds);
        for (column, peer) in servers::PEERS.into_iter().enumerate() {
            for row in &mut rows {
                let sample = sample(peer, row.load, args.length)?;
                row.samples[column].push(sample);
            }
        }
    }
    print!("{}", table::render(&rows));
    Ok(())
}

/// Loads a fresh server: for a moment, to warm it up, and then for `length`.
fn sample(peer: &str, load: Load, length: Duration) -> io::Result<Sample> {
    let server = Server::start(peer)?;
    load.run(server.address(), length / 5)?;
    let before = server.cpu_time()?;
    let done = load.run(server.address(), length)?;
    let used = server.cpu_time()? - before;
    Ok(Sample {
        per_second: done.requests as f64 / done.took.as_secs_f64(),
        cpu_micros: used.as_secs_f64() * 1e6 / done.requests.max(1) as f64,
    })
}
