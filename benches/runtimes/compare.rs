//! The table of one peer beside itself: this crate now and then, or under other numbers of workers.

use crate::columns::Column;
use crate::rounds::{Row, Samples};
use crate::table;

/// Renders the medians, and for each column after the first its ratio to that.
///
/// The spread is that of the ratios of single rounds, in which the samples were taken one right after the other: where it
/// holds 1, nothing is shown.
pub fn render(columns: &[Column], rows: &[Row], spread: bool) -> String {
    let lines = rows.iter().map(|row| line(row, spread));
    table::markdown([header(columns)].into_iter().chain(lines).collect())
}

fn header(columns: &[Column]) -> Vec<String> {
    let mut names = vec!["workload".to_owned(), "unit".to_owned()];
    for (place, column) in columns.iter().enumerate() {
        names.push(column.name.clone());
        if place > 0 {
            names.extend(["ratio", "spread"].map(str::to_owned));
        }
    }
    names
}

fn line(row: &Row, spread: bool) -> Vec<String> {
    let mut cells = vec![row.workload.title.to_owned(), row.workload.unit.to_owned()];
    let base = &row.cells[0];
    for (place, samples) in row.cells.iter().enumerate() {
        cells.push(or_dash(table::cell(samples, spread)));
        if place > 0 {
            cells.extend(ratio(samples, base).map(or_dash));
        }
    }
    cells
}

/// The ratio of the medians, and the smallest and the largest of the rounds. There is none where the base is nothing, since
/// noise over noise says nothing.
fn ratio(samples: &Samples, base: &Samples) -> [String; 2] {
    let (Some(mine), Some(base_median)) = (samples.median(), base.median()) else {
        return [String::new(), String::new()];
    };
    if base_median <= 0.0 {
        return [String::new(), String::new()];
    }
    let spread = samples.by(base).spread();
    let spread = spread.map_or_else(String::new, |(least, most)| format!("{least:.2}..{most:.2}"));
    [format!("{:.2}", mine / base_median), spread]
}

fn or_dash(cell: String) -> String {
    if cell.is_empty() { "-".to_owned() } else { cell }
}
