//! The table, in Markdown, so that it can be pasted into a document.

use crate::load::Load;
use crate::servers::PEERS;

/// What one round measured of one server.
#[derive(Clone, Copy)]
pub struct Sample {
    pub per_second: f64,
    /// The server's CPU time for a request.
    pub cpu_micros: f64,
}

/// All rounds under one load; the samples are in the order of [`PEERS`].
pub struct Row {
    pub load: Load,
    pub samples: [Vec<Sample>; PEERS.len()],
}

impl Row {
    pub fn new(load: Load) -> Self {
        Self { load, samples: Default::default() }
    }
}

/// Renders the medians, and the ratio of this crate to its peer.
pub fn render(rows: &[Row]) -> String {
    let [ours, peer] = PEERS;
    let mut text = format!(
        "| load       | figure                   | {ours:>9} | {peer:>9} | ratio |\n\
         | ---------- | ------------------------ | --------: | --------: | ----: |\n"
    );
    for row in rows {
        text += &line(row, "requests a second", |sample| sample.per_second);
        text += &line(row, "CPU time a request, us", |sample| sample.cpu_micros);
    }
    text
}

fn line(row: &Row, figure: &str, of: impl Fn(&Sample) -> f64) -> String {
    let [ours, peer] = row.samples.each_ref().map(|samples| median(samples.iter().map(&of)));
    let load = row.load.name();
    format!("| {load:10} | {figure:24} | {ours:9.1} | {peer:9.1} | {:5.2} |\n", ours / peer)
}

fn median(samples: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = samples.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
