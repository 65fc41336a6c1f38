//! What one thing costs when there are many: tasks up to ten million, timers to a million, connections to ten thousand.
//!
//! Each curve is drawn for this crate and for Tokio. A sample comes from a process of its own, and the figures are medians of the
//! rounds. Something grows well if it costs little more among millions than among thousands. What it may not be spared is the
//! processor's caches: a thousand tasks fit into the nearest, and of ten million each is fetched from memory. So beside each
//! curve stands by how much its dearest point is above its first, and whether that is within two.
//!
//! With `--svg FOLDER` each curve is drawn as a chart, `growth-NAME.svg`: those in `docs/img` were.
//!
//! What this does not measure: memory that a long life has fragmented, and more cores than the machine has. It takes the whole
//! machine, and with ten million tasks 3 GB of memory for Tokio.

#![allow(clippy::duplicate_mod, reason = "the curves are compiled over both peers")]

mod curve;
mod ours;
#[path = "../support/mod.rs"]
mod support;
mod tokio_peer;

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

use curve::Curve;
use support::args::Args;
use support::chart::lines::{Lines, Series};
use support::chart::short;
use support::process::raise_descriptors;
use support::table::median;
use support::{PEERS, ended, sample};

const USAGE: &str = "\
cargo bench --bench growth -- [OPTIONS]
  --rounds N     samples of each point (3)
  --only NAME    the curves whose name contains it (all)
  --svg FOLDER   draw a chart of each curve there";

/// What a thing may cost among the most, by what it costs among the fewest.
const ALLOWED: f64 = 2.0;

fn main() -> ExitCode {
    ended(match sample::wanted() {
        Some(words) => answer(&words),
        None => all(),
    })
}

/// Takes the one sample that a parent process asked for.
fn answer(words: &[String]) -> io::Result<()> {
    let [peer, name, size] = words else { return Err(io::Error::other("three words, please")) };
    let curves = if peer == PEERS[0] { ours::curves::list() } else { tokio_peer::curves::list() };
    let curve = curves.iter().find(|curve| curve.name == name);
    let curve = curve.ok_or_else(|| io::Error::other(format!("no curve `{name}`")))?;
    raise_descriptors(1 << 20);
    let figure = (curve.run)(size.parse().map_err(io::Error::other)?);
    sample::answer(&figure.into_iter().collect::<Vec<_>>());
    Ok(())
}

fn all() -> io::Result<()> {
    let args = Args::parse(USAGE, env::args().skip(1))?;
    let rounds = args.number("--rounds", 3)?;
    let only = args.number("--only", String::new())?;
    let folder = args.number("--svg", String::new())?;
    for curve in ours::curves::list().iter().filter(|curve| curve.name.contains(&only)) {
        let series = measure(curve, rounds)?;
        print!("{}", table(curve, &series));
        if !folder.is_empty() {
            let chart = Lines {
                title: curve.title,
                counted: curve.counted,
                unit: curve.unit,
                series: &series,
            };
            let file = Path::new(&folder).join(format!("growth-{}.svg", curve.name));
            fs::write(file, chart.draw())?;
        }
    }
    Ok(())
}

/// Returns a line for each peer. A round takes a sample of every point.
fn measure(curve: &Curve, rounds: usize) -> io::Result<Vec<Series>> {
    let sizes = curve.possible_sizes();
    let mut samples = vec![[const { Vec::new() }; PEERS.len()]; sizes.len()];
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}: {}", curve.title);
        for (size, samples) in sizes.iter().zip(&mut samples) {
            for (peer, samples) in PEERS.into_iter().zip(samples) {
                samples.extend(sample::take(&[peer, curve.name, &size.to_string()])?);
            }
        }
    }
    let line = |(n, peer): (usize, &str)| {
        let medians = samples.iter().map(|samples| median(&samples[n]));
        let points = sizes.iter().map(|size| *size as f64).zip(medians);
        Series { name: peer.to_owned(), points: points.filter(|(_, y)| *y > 0.0).collect() }
    };
    Ok(PEERS.into_iter().enumerate().map(line).collect())
}

/// The figures, and the verdict on the growth of each.
fn table(curve: &Curve, series: &[Series]) -> String {
    let sizes: Vec<_> = curve.possible_sizes().iter().map(|size| short(*size as f64)).collect();
    let Curve { name, title, unit, .. } = curve;
    let mut text = format!("\n{name}: {title}, {unit}\n\n| | {} | growth |\n", sizes.join(" | "));
    text += &format!("| --- |{}\n", " ---: |".repeat(sizes.len() + 1));
    for Series { name, points } in series {
        let figures: Vec<_> = points.iter().map(|(_, figure)| format!("{figure:.0}")).collect();
        text += &format!("| {name} | {} | {} |\n", figures.join(" | "), verdict(points));
    }
    text
}

/// By how much the dearest point is above the first.
fn verdict(points: &[(f64, f64)]) -> String {
    let Some((_, first)) = points.first() else { return String::new() };
    let most = points.iter().map(|(_, figure)| *figure).fold(0.0, f64::max);
    let growth = most / first;
    let kept = if growth <= ALLOWED { "within" } else { "beyond" };
    format!("{growth:.2}, {kept} {ALLOWED}")
}
