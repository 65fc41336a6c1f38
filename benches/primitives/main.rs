//! What this machine's primitives cost, of which everything else is made: nanoseconds for each, the medians of the rounds.
//!
//! `docs/performance.md` sets the figures of `runtimes` beside these. They are those of a loop that does nothing else, so the
//! branch predictor knows it, and what it needs is in the nearest cache; between other work each costs more.

mod kernel;
mod memory;
mod processor;
#[path = "../support/mod.rs"]
mod support;
mod threads;

use std::process::ExitCode;
use std::time::Instant;
use std::{env, io};

use support::args::Args;
use support::ended;
use support::table::median;

const USAGE: &str = "\
cargo bench --bench primitives -- [OPTIONS]
  --rounds N     samples of each figure (5)
  --only WORD    the primitives whose name contains it (all)";

/// A primitive, and what takes a sample of it, in nanoseconds.
struct Primitive {
    name: &'static str,
    sample: fn() -> f64,
}

const fn primitive(name: &'static str, sample: fn() -> f64) -> Primitive {
    Primitive { name, sample }
}

fn main() -> ExitCode {
    ended(measure())
}

fn measure() -> io::Result<()> {
    let args = Args::parse(USAGE, env::args().skip(1))?;
    let rounds = args.number("--rounds", 5)?;
    let only = args.number("--only", String::new())?;
    let all = [processor::LIST, memory::LIST, threads::LIST, kernel::LIST].into_iter().flatten();
    println!("| primitive                                              |       ns |");
    println!("| ------------------------------------------------------ | -------: |");
    for Primitive { name, sample } in all.filter(|primitive| primitive.name.contains(&only)) {
        sample(); // to warm up
        let samples: Vec<_> = (0..rounds).map(|_| sample()).collect();
        println!("| {name:54} | {:8.1} |", median(&samples));
    }
    Ok(())
}

/// What one of so many operations takes.
fn each(times: u32, mut operation: impl FnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..times {
        operation();
    }
    nanos_each(start, times)
}

fn nanos_each(start: Instant, times: u32) -> f64 {
    start.elapsed().as_nanos() as f64 / f64::from(times)
}
