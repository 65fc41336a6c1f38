//! The table, in Markdown, so that it can be pasted into a document.

use super::PEERS;

/// A figure under one load; the samples are in the order of [`PEERS`].
pub struct Row {
    pub load: String,
    pub figure: &'static str,
    pub samples: [Vec<f64>; PEERS.len()],
}

impl Row {
    /// One row for each figure, without samples.
    pub fn of<const N: usize>(load: &str, figures: [&'static str; N]) -> [Self; N] {
        figures.map(|figure| Self { load: load.to_owned(), figure, samples: Default::default() })
    }
}

/// Renders the medians, and the ratio of this crate to its peer.
pub fn render<'a>(rows: impl IntoIterator<Item = &'a Row>) -> String {
    let [ours, peer] = PEERS;
    let header = format!(
        "| load            | figure                   | {ours:>9} | {peer:>9} | ratio |\n\
         | --------------- | ------------------------ | --------: | --------: | ----: |\n"
    );
    rows.into_iter().fold(header, |text, row| text + &line(row))
}

fn line(row: &Row) -> String {
    let [ours, peer] = row.samples.each_ref().map(|samples| median(samples));
    let Row { load, figure, .. } = row;
    format!("| {load:15} | {figure:24} | {ours:9.1} | {peer:9.1} | {:5.2} |\n", ours / peer)
}

fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
