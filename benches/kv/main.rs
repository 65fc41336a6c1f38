//! Keys and values, side by side: the example `kv` on this crate and on Tokio, under `redis-benchmark`.
//!
//! The two servers are the same files, as an application has them. Here they are compiled with Tokio under the name
//! `runtime`, by the one line below; ours is the example's own program, which this builds first. Each server is a
//! process of its own, with as many workers as there are cores. A round starts one after the other, and has 50 clients
//! send it so many requests of each kind, one at a time and 16 at a time. The figures are medians of the rounds. Read the
//! ratio: `redis-benchmark` shares the cores with the server, and takes one for itself. The CPU time of the server is its own,
//! as the kernel counts it, in ticks of 10 ms: with 16 at a time that is two digits, no more.
//!
//! What this does not measure: latency, a network, large values, many channels. The bench takes the whole machine.

extern crate tokio as runtime;

#[path = "../../examples/kv/main.rs"]
mod kv;
#[path = "../support/mod.rs"]
mod support;

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::{env, io};

use support::args::Args;
use support::server::{self, Server};
use support::table::{self, Row};
use support::{PEERS, ended};

const USAGE: &str = "\
cargo bench --bench kv -- [OPTIONS]
  --rounds N     samples of each figure (5)
  --requests N   requests of a sample (200000)";

const TESTS: [&str; 2] = ["set", "get"];
const AT_A_TIME: [&str; 2] = ["1", "16"];
const FIGURES: [&str; 2] = ["requests a second", "CPU time a request, us"];

fn main() -> ExitCode {
    match server::wanted() {
        Some(_) => kv::main(),
        None => ended(side_by_side()),
    }
}

fn side_by_side() -> io::Result<()> {
    let args = Args::parse(USAGE, env::args().skip(1))?;
    let (rounds, requests) = (args.number("--rounds", 5)?, args.number("--requests", 200_000)?);
    if Command::new("redis-benchmark").arg("--version").output().is_err() {
        println!(
            "there is no redis-benchmark here (in Debian it is in redis-tools): nothing is measured"
        );
        return Ok(());
    }
    let ours = build()?;
    let loads = AT_A_TIME.into_iter().flat_map(|many| TESTS.map(|test| (test, many)));
    let mut rows: Vec<_> = loads
        .map(|load @ (test, many)| (load, Row::of(&format!("{test}, {many} a time"), FIGURES)))
        .collect();
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        for (column, peer) in PEERS.into_iter().enumerate() {
            let server = match peer {
                "ours" => Server::start(Command::new(&ours).arg("0"))?,
                _ => Server::start(&mut tokio_server()?)?,
            };
            load(&server, ("set", "16"), requests / 10)?; // to warm it up
            for (kind, rows) in &mut rows {
                table::enter(rows, column, load(&server, *kind, requests)?);
            }
        }
    }
    print!("{}", table::render(PEERS, rows.iter().flat_map(|(_, rows)| rows)));
    Ok(())
}

/// This program, as a server at any free port.
fn tokio_server() -> io::Result<Command> {
    let mut command = Server::command("tokio")?;
    command.arg("0");
    Ok(command)
}

/// Builds the example, and returns its program.
fn build() -> io::Result<PathBuf> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    if !cargo.args(["build", "--release", "--quiet", "--example", "kv"]).status()?.success() {
        return Err(io::Error::other("the example does not build"));
    }
    // Benches stand in `<target>/release/deps`, examples in `<target>/release/examples`.
    let bench = env::current_exe()?;
    let profile = bench.ancestors().nth(2).expect("Cargo puts benches into deps");
    Ok(profile.join("examples").join("kv").with_extension(env::consts::EXE_EXTENSION))
}

/// Returns the [`FIGURES`] of so many requests.
fn load(server: &Server, (test, many): (&str, &str), requests: u64) -> io::Result<[f64; 2]> {
    let mut benchmark = Command::new("redis-benchmark");
    benchmark.args(["-p", &server.address().port().to_string(), "-t", test, "-P", many]);
    benchmark.args(["-c", "50", "-n", &requests.to_string(), "--csv"]);
    let before = server.cpu_time()?;
    let output = benchmark.output()?;
    let used = server.cpu_time()? - before;
    let report = String::from_utf8_lossy(&output.stdout);
    let rate = read_report(&report);
    let rate = rate.ok_or_else(|| io::Error::other(format!("redis-benchmark says:\n{report}")))?;
    Ok([rate, used.as_secs_f64() * 1e6 / requests.max(1) as f64])
}

/// Finds the second column of the second line: `"SET","123456.78",..`.
fn read_report(report: &str) -> Option<f64> {
    report.lines().nth(1)?.split(',').nth(1)?.trim_matches('"').parse().ok()
}
