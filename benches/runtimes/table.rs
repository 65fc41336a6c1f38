//! The table, in Markdown, so that it can be pasted into a document.

use crate::columns::{Column, LIMIT, OURS};
use crate::rounds::{Row, Samples};

/// Renders the medians, with the ratio of this crate to the best of the others.
pub fn render(columns: &[Column], rows: &[Row], spread: bool) -> String {
    let lines = rows.iter().map(|row| line(columns, row, spread));
    markdown([header(columns)].into_iter().chain(lines).collect())
}

/// Draws a table, the first line of which is its header, and the first two columns of which are text.
pub fn markdown(mut lines: Vec<Vec<String>>) -> String {
    let widths: Vec<_> = (0..lines[0].len())
        .map(|n| lines.iter().map(|cells| cells[n].chars().count()).max().unwrap_or(0))
        .collect();
    let rule = widths.iter().enumerate().map(|(n, width)| match n {
        0 | 1 => "-".repeat(*width),
        _ => format!("{}:", "-".repeat(width - 1)),
    });
    lines.insert(1, rule.collect());
    lines.iter().map(|cells| aligned(cells, &widths)).collect()
}

fn header(columns: &[Column]) -> Vec<String> {
    let names = columns.iter().map(|column| column.name.as_str());
    ["workload", "unit"]
        .into_iter()
        .chain(names)
        .chain(["ratio", "target"])
        .map(str::to_owned)
        .collect()
}

fn line(columns: &[Column], row: &Row, spread: bool) -> Vec<String> {
    let mut cells = vec![row.workload.title.to_owned(), row.workload.unit.to_owned()];
    cells.extend(row.cells.iter().map(|samples| cell(samples, spread)));
    cells.push(ratio(columns, row).map_or_else(String::new, |ratio| format!("{ratio:.2}")));
    cells.push(figure(row.workload.target));
    cells
}

pub fn cell(samples: &Samples, spread: bool) -> String {
    match (samples.median(), samples.spread()) {
        (Some(median), Some((least, most))) if spread => {
            format!("{} ({}..{})", figure(median), figure(least), figure(most))
        }
        (Some(median), _) => figure(median),
        _ => String::new(),
    }
}

/// This crate's median by the best peer's: below 1 it is ahead. There is none where the target is
/// zero, since noise over noise says nothing.
pub fn ratio(columns: &[Column], row: &Row) -> Option<f64> {
    let (_, ours) = least(columns, row, |name| name == OURS)?;
    let (_, best) = best_peer(columns, row)?;
    (row.workload.target > 0.0 && best > 0.0).then_some(ours / best)
}

/// The name and the median of the best of the others.
pub fn best_peer<'a>(columns: &'a [Column], row: &Row) -> Option<(&'a str, f64)> {
    least(columns, row, |name| name != OURS && name != LIMIT)
}

fn least<'a>(
    columns: &'a [Column],
    row: &Row,
    wanted: impl Fn(&str) -> bool,
) -> Option<(&'a str, f64)> {
    columns
        .iter()
        .zip(&row.cells)
        .filter(|(column, _)| wanted(&column.name))
        .filter_map(|(column, samples)| Some((column.name.as_str(), samples.median()?)))
        .min_by(|(_, one), (_, other)| one.total_cmp(other))
}

/// Three digits, more or less.
pub fn figure(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        large if large >= 100.0 => format!("{large:.0}"),
        middle if middle >= 10.0 => format!("{middle:.1}"),
        small => format!("{small:.2}"),
    }
}

fn aligned(cells: &[String], widths: &[usize]) -> String {
    let mut line = String::from("|");
    for (n, (cell, &width)) in cells.iter().zip(widths).enumerate() {
        line += &match n {
            0 | 1 => format!(" {cell:width$} |"),
            _ => format!(" {cell:>width$} |"),
        };
    }
    line + "\n"
}
