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
use std::{env, fs, io};

use args::Args;
use columns::{Column, OURS};
use cores::Cores;
use rounds::Row;
use shim::Setup;
use workloads::Workload;

mod against;
mod args;
mod chart;
mod columns;
mod compare;
mod cores;
mod go;
mod json;
mod ours;
mod rounds;
mod shim;
mod smol_peer;
#[path = "../support/mod.rs"]
mod support;
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
        None => tables(&args).map_err(|error| error.to_string()),
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
    match columns::measure_here(peer, workload, &args.setups()[0])? {
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

fn tables(args: &Args) -> io::Result<()> {
    if selected(args).is_empty() {
        return Err(io::Error::other("no workload fits the filter; `--list` names them"));
    }
    if args.svg.is_some() && args.pins.len().max(args.workers.len()) > 1 {
        return Err(io::Error::other("`--svg` draws one table"));
    }
    if args.pins.is_empty() {
        return measure(args);
    }
    let cores = Cores::available()?;
    for &pin in &args.pins {
        cores.pin(pin)?;
        heading(args, &format!("on {pin} of {} cores", cores.count()));
        measure(args)?;
    }
    Ok(())
}

/// Beside the others, or beside itself, as the command line has it.
fn measure(args: &Args) -> io::Result<()> {
    match &args.setups()[..] {
        [setup] => match &args.against {
            None => table(args, setup, &columns::all(&args.peers, *setup)?, table::render),
            Some(revision) => table(args, setup, &now_and_then(revision, *setup)?, compare::render),
        },
        _ if args.against.is_some() => {
            Err(io::Error::other("`--against` compares under one number of workers"))
        }
        setups => workers(args, setups),
    }
}

/// A table for each peer.
fn workers(args: &Args, setups: &[Setup]) -> io::Result<()> {
    let ours = [OURS.to_owned()];
    for peer in if args.peers.is_empty() { &ours } else { &args.peers[..] } {
        let mut columns = Vec::new();
        for setup in setups {
            let peer = columns::all(std::slice::from_ref(peer), *setup)?;
            let named = |column: Column| column.named(format!("{} workers", setup.workers));
            columns.extend(peer.into_iter().map(named));
        }
        if columns.is_empty() {
            continue; // there is no Go here
        }
        heading(args, peer);
        table(args, &setups[0], &columns, compare::render)?;
    }
    Ok(())
}

/// Above a table, for who reads it.
fn heading(args: &Args, text: &str) {
    if !args.json {
        println!("\n{text}\n");
    }
}

fn now_and_then(revision: &str, setup: Setup) -> io::Result<Vec<Column>> {
    let mut columns = vec![Column::at_revision(revision, against::build(revision)?, setup)];
    columns.extend(columns::all(&[OURS.to_owned()], setup)?);
    Ok(columns)
}

fn table(
    args: &Args,
    setup: &Setup,
    columns: &[Column],
    render: fn(&[Column], &[Row], bool) -> String,
) -> io::Result<()> {
    let rows = rounds::measure(&selected(args), columns, args.rounds)?;
    if let Some(file) = &args.svg {
        fs::write(file, chart::draw(columns, &rows))?;
    }
    if args.json {
        print!("{}", json::render(columns, &rows, setup));
    } else {
        print!("{}", render(columns, &rows, args.spread));
    }
    Ok(())
}

fn selected(args: &Args) -> Vec<Workload> {
    let wanted = |row: &Workload| {
        let contains = |filter: &String| row.name.contains(filter) || row.title.contains(filter);
        args.filters.is_empty() || args.filters.iter().any(contains)
    };
    columns::rows().into_iter().filter(wanted).collect()
}
