//! Memory, side by side: what a task holds that waits, for each thing that it can wait for, and what is left when many have ended.
//!
//! The figures are the resident memory of the whole process, so that what the allocator adds counts, and what a runtime keeps
//! beside its tasks; what there was before the tasks began is taken off. Each sample comes from a process of its own, and the figures
//! are medians of the rounds. A task captures an `Arc` by which it is counted, and what it waits with. What is one for each task is
//! counted with it: the channel that it alone receives from, the task that it joins. Where
//! many wait for one thing, as for a mutex, that is not.
//!
//! A burst is so many tasks that wait all at once, and then end. What stays is given in bytes for each task of it,
//! at once and after ten seconds; a runtime may keep some for the next burst, and so may the allocator. What glibc keeps
//! it gives back when it is asked to, by `malloc_trim`, after which the last figure is taken.
//!
//! What this does not measure: memory of the kernel, of which a socket has much, and memory that a long life has fragmented.
#![allow(clippy::duplicate_mod, reason = "the waits are compiled over both peers")]

mod ours;
#[path = "../support/mod.rs"]
mod support;
mod tokio_peer;
mod wait;

use std::process::ExitCode;
use std::{env, io};

use support::args::Args;
use support::process::raise_descriptors;
use support::table::{self, Row};
use support::{PEERS, ended, sample};
use wait::{BURST, Wait};

const USAGE: &str = "\
cargo bench --bench memory -- [OPTIONS]
  --rounds N     samples of each figure (3)
  --only NAME    the waits whose name contains it (all)";

fn main() -> ExitCode {
    ended(match sample::wanted() {
        Some(words) => answer(&words),
        None => side_by_side(),
    })
}

fn waits(peer: &str) -> Vec<Wait> {
    if peer == PEERS[0] { ours::waits() } else { tokio_peer::waits() }
}

/// Takes the one sample that a parent process asked for; none of what the peer does not have.
fn answer(words: &[String]) -> io::Result<()> {
    let [peer, place] = words else { return Err(io::Error::other("two words, please")) };
    let place: usize = place.parse().map_err(io::Error::other)?;
    raise_descriptors(1 << 20);
    let name = ours::waits()[place].name;
    let figures = waits(peer).iter().find(|wait| wait.name == name).and_then(|wait| (wait.run)());
    sample::answer(&figures.unwrap_or_default());
    Ok(())
}

fn side_by_side() -> io::Result<()> {
    let args = Args::parse(USAGE, env::args().skip(1))?;
    let rounds = args.number("--rounds", 3)?;
    let only = args.number("--only", String::new())?;
    let mut rows: Vec<_> = ours::waits()
        .iter()
        .enumerate()
        .filter(|(_, wait)| wait.name.contains(&only))
        .map(|(place, wait)| (place, rows(wait)))
        .collect();
    for round in 1..=rounds {
        for (place, rows) in &mut rows {
            eprintln!("round {round} of {rounds}: {}", rows[0].load);
            for (column, peer) in PEERS.into_iter().enumerate() {
                let figures = sample::take(&[peer, &place.to_string()])?;
                rows.iter_mut()
                    .zip(figures)
                    .for_each(|(row, figure)| row.samples[column].push(figure));
            }
        }
    }
    print!("{}", table::render(PEERS, rows.iter().flat_map(|(_, rows)| rows)));
    Ok(())
}

/// A row for each figure of a wait.
fn rows(wait: &Wait) -> Vec<Row<{ PEERS.len() }>> {
    if wait.is_burst {
        Vec::from(Row::of(wait.name, BURST))
    } else {
        Vec::from(Row::of(wait.name, ["bytes a task"]))
    }
}
