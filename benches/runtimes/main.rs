//! Side by side: the same workloads on this crate, Tokio, smol and Go, in one run on one machine.
//!
//! Absolute figures move with the machine and its mood; read the ratio, which compares medians of the
//! same run, and with `--spread` see how far the samples lie apart. Each sample comes from a process
//! of its own, which warms up on a tenth of the workload and then times the whole.
//!
//! What this does not measure: fairness, and latency other than that of timers (most rows are means over
//! many operations, and a mean hides the task that waited longest), a network, more cores than the
//! machine has, code that does real work between its awaits, and compile times. `limit` is what bare threads need for
//! the same work, where that can be said. The bench takes the whole machine: whatever else runs
//! beside it shows up in its figures.

use std::process::ExitCode;
use std::{env, io};

use args::Args;
use columns::{Column, OURS};
use workloads::Workload;

mod against;
mod args;
mod columns;
mod go;
mod json;
mod ours;
mod process;
mod rounds;
mod shim;
mod smol_peer;
mod table;
mod tokio_peer;
mod workloads;

fn main() -> ExitCode {
    let args = match Args::parse(env::args().skip(1)) {
        Ok(args) => args,
        Err(error) => return fail(&format!("{error}\n{}", args::USAGE)),
    };
    let done = match &args.one {
        Some((peer, workload)) => one(peer, workload, &args),
        None if args.list => {
            list(&args);
            Ok(())
        }
        None => side_by_side(&args).map_err(|error| error.to_string()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&error),
    }
}

fn fail(error: &str) -> ExitCode {
    eprintln!("{error}");
    ExitCode::FAILURE
}

/// Takes the one sample that a parent process asked for.
fn one(peer: &str, workload: &str, args: &Args) -> Result<(), String> {
    match columns::measure_here(peer, workload, &args.setup)? {
        Some(figure) => println!("{figure}"),
        None => println!("-"),
    }
    Ok(())
}

fn list(args: &Args) {
    for row in selected(args) {
        println!("{:16} {}", row.name, row.title);
    }
}

fn side_by_side(args: &Args) -> io::Result<()> {
    let columns = columns(args)?;
    let workloads = selected(args);
    if workloads.is_empty() {
        return Err(io::Error::other("no workload fits the filter; `--list` names them"));
    }
    let rows = rounds::measure(&workloads, &columns, args.rounds, &args.setup)?;
    if args.json {
        print!("{}", json::render(&columns, &rows, &args.setup));
    } else {
        print!("{}", table::render(&columns, &rows, args.spread));
    }
    Ok(())
}

fn columns(args: &Args) -> io::Result<Vec<Column>> {
    let Some(revision) = &args.against else { return columns::all(&args.peers) };
    let mut columns = columns::all(&[OURS.to_owned()])?;
    columns.push(Column::at_revision(revision, against::build(revision)?));
    Ok(columns)
}

fn selected(args: &Args) -> Vec<Workload> {
    let wanted = |row: &Workload| {
        let contains = |filter: &String| row.name.contains(filter) || row.title.contains(filter);
        args.filters.is_empty() || args.filters.iter().any(contains)
    };
    columns::rows().into_iter().filter(wanted).collect()
}
