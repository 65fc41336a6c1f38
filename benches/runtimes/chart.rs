//! The table as a picture: how far this crate is ahead of the best of the others, or behind.

use crate::columns::{Column, LIMIT, OURS};
use crate::rounds::Row;
use crate::support::chart::bars::{Bar, bars};
use crate::table;

/// Draws a bar for each workload that has a ratio.
pub fn draw(columns: &[Column], rows: &[Row]) -> String {
    let others = columns.iter().filter(|column| column.name != OURS && column.name != LIMIT);
    let others: Vec<_> =
        others.map(|column| format!("{} {}", column.name, column.version)).collect();
    let title = format!("gosched by the best of {}: shorter is better", others.join(", "));
    let all: Vec<_> = rows.iter().filter_map(|row| bar(columns, row)).collect();
    bars(&title, "as good", &all)
}

fn bar(columns: &[Column], row: &Row) -> Option<Bar> {
    let ratio = table::ratio(columns, row)?;
    let (peer, best) = table::best_peer(columns, row)?;
    let (ours, best) = (table::figure(best * ratio), table::figure(best));
    let note = format!("{ratio:.2}: {ours} to {peer}'s {best} {}", row.workload.unit);
    Some(Bar { name: row.workload.name.to_owned(), ratio, note })
}
