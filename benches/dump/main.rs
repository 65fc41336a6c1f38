//! A dump of very many tasks, and what the workers notice of it.
//!
//! So many tasks wait for a semaphore. Beside them the workers are kept busy by short tasks, each of which suspends once, and so
//! enters its worker's set and leaves it, for which it needs the lock that a dump takes. Then there are phases in turn: in one nobody
//! looks, in the other a thread takes dump after dump, and sees that each has all the tasks that wait.
//!
//! A *pause* is for how long a worker slept between two polls, and not for want of work: so, for a lock. It is the time that has passed
//! without that for which the thread ran, and without that for which the kernel had it wait for a processor, since two workers and
//! who dumps want three. What the machine below takes away does not count either, but where the thread lost its
//! processor besides. Pauses of some milliseconds in both kinds of phases are those, and those in which who had the lock lost it.
//!
//! What this does not measure: what a dump costs the workers in throughput, and what they lose by turning for a while at a lock
//! before they sleep. It needs Linux, which tells of a thread's wait for a processor.

mod load;
mod pulse;
#[path = "../support/mod.rs"]
mod support;

use std::process::ExitCode;
use std::time::{Duration, Instant};
use std::{env, io};

use load::Load;
use pulse::{Pauses, pauses};
use support::args::Args;
use support::process::resident_bytes;
use support::{ended, table};

const USAGE: &str = "\
cargo bench --bench dump -- [OPTIONS]
  --tasks N      tasks that wait (1000000)
  --rounds N     phases of each kind (5)
  --seconds N    the length of a phase (2)";

fn main() -> ExitCode {
    ended(side_by_side())
}

fn side_by_side() -> io::Result<()> {
    let args = Args::parse(USAGE, env::args().skip(1))?;
    let tasks = args.number("--tasks", 1_000_000)?;
    let rounds = args.number("--rounds", 5)?;
    let phase = Duration::from_secs_f64(args.number("--seconds", 2.0)?);
    let load = Load::begin(tasks)?;
    let bytes = dump_bytes(&load).map(|bytes| bytes / tasks as f64);
    let mut times = Vec::new();
    pauses(); // of the threads' beginnings
    let [mut alone, mut beside] = [Pauses::default(); 2];
    for _ in 0..rounds {
        std::thread::sleep(phase);
        alone.add(pauses());
        let end = Instant::now() + phase;
        while Instant::now() < end {
            times.push(dump(&load).as_secs_f64() * 1e3);
        }
        beside.add(pauses());
    }
    println!("without dumps: {alone}\nbeside dumps:  {beside}");
    let longest = times.iter().copied().fold(0.0, f64::max);
    println!(
        "{} dumps of {tasks} tasks: median {:.0} ms, longest {longest:.0} ms, {:.1} bytes a task; a worker slept for a lock for {:.3} ms at most",
        times.len(),
        table::median(&times),
        bytes.unwrap_or(f64::NAN),
        beside.longest.as_secs_f64() * 1e3,
    );
    Ok(())
}

/// Takes a dump, and says how long that took.
fn dump(load: &Load) -> Duration {
    let begin = Instant::now();
    let dump = load.dump();
    let time = begin.elapsed();
    load.assert_complete(&dump);
    time
}

/// What a dump adds to the process, where the system tells it.
fn dump_bytes(load: &Load) -> Option<f64> {
    let before = resident_bytes()?;
    let dump = load.dump();
    let bytes = resident_bytes()? - before;
    drop(dump);
    Some(bytes)
}
