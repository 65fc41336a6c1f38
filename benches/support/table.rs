//! The table, in Markdown, so that it can be pasted into a document.

/// A figure under one load, of each of `N` peers.
pub struct Row<const N: usize> {
    pub load: String,
    pub figure: &'static str,
    pub samples: [Vec<f64>; N],
}

impl<const N: usize> Row<N> {
    /// One row for each figure, without samples.
    pub fn of<const FIGURES: usize>(
        load: &str,
        figures: [&'static str; FIGURES],
    ) -> [Self; FIGURES] {
        let samples = || std::array::from_fn(|_| Vec::new());
        figures.map(|figure| Self { load: load.to_owned(), figure, samples: samples() })
    }
}

/// Adds a sample of each figure, of the peer in this column.
pub fn enter<const N: usize, const FIGURES: usize>(
    rows: &mut [Row<N>; FIGURES],
    column: usize,
    sample: [f64; FIGURES],
) {
    rows.iter_mut().zip(sample).for_each(|(row, figure)| row.samples[column].push(figure));
}

/// Renders the medians, and the ratio of the first peer to the second.
pub fn render<'a, const N: usize>(
    peers: [&str; N],
    rows: impl IntoIterator<Item = &'a Row<N>>,
) -> String {
    let names: String = peers.iter().map(|peer| format!(" {peer:>9} |")).collect();
    let rules = " --------: |".repeat(N);
    let header = format!(
        "| load            | figure                   |{names} ratio |\n\
         | --------------- | ------------------------ |{rules} ----: |\n"
    );
    rows.into_iter().fold(header, |text, row| text + &line(row))
}

fn line<const N: usize>(row: &Row<N>) -> String {
    let medians = row.samples.each_ref().map(|samples| median(samples));
    let cell = |value: f64, width, digits| match value {
        nothing if !nothing.is_finite() => format!(" {:>width$} |", "-"),
        value => format!(" {value:width$.digits$} |"),
    };
    let cells: String = medians.iter().map(|&median| cell(median, 9, 1)).collect();
    let Row { load, figure, .. } = row;
    let ratio = cell(medians[0] / medians[1], 5, 2);
    format!("| {load:15} | {figure:24} |{cells}{ratio}\n")
}

/// The middle one, or not a number where there is none.
pub fn median(samples: &[f64]) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
