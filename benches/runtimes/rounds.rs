//! The order of the samples, and what is made of them.

use std::io;

use crate::columns::Column;
use crate::shim::Setup;
use crate::workloads::Workload;

/// The samples of one workload on one peer.
#[derive(Clone, Debug, Default)]
pub struct Samples(Vec<f64>);

impl Samples {
    pub fn all(&self) -> &[f64] {
        &self.0
    }

    pub fn median(&self) -> Option<f64> {
        let middle = self.0.len() / 2;
        match self.0.len() {
            0 => None,
            odd if odd % 2 == 1 => Some(self.0[middle]),
            _ => Some(f64::midpoint(self.0[middle - 1], self.0[middle])),
        }
    }

    pub fn spread(&self) -> Option<(f64, f64)> {
        Some((*self.0.first()?, *self.0.last()?))
    }

    /// Keeps the samples sorted.
    fn add(&mut self, sample: f64) {
        let place = self.0.partition_point(|each| *each < sample);
        self.0.insert(place, sample);
    }
}

/// A row of the table with the samples of each column.
pub struct Row {
    pub workload: Workload,
    pub cells: Vec<Samples>,
}

/// Measures all workloads on all columns, `rounds` times.
///
/// A round takes one sample of everything, so that a machine that slows down does so for all; and
/// each round begins with another column, so that none is always the one that runs after, say, Go.
///
/// # Errors
///
/// With the first sample that fails.
pub fn measure(
    workloads: &[Workload],
    columns: &[Column],
    rounds: usize,
    setup: &Setup,
) -> io::Result<Vec<Row>> {
    let empty = vec![Samples::default(); columns.len()];
    let mut rows: Vec<_> =
        workloads.iter().map(|&workload| Row { workload, cells: empty.clone() }).collect();
    for round in 0..rounds {
        for row in &mut rows {
            eprintln!("round {} of {rounds}: {}", round + 1, row.workload.title);
            for n in 0..columns.len() {
                let turn = (round + n) % columns.len();
                sample(&columns[turn], row, turn, setup)?;
            }
        }
    }
    Ok(rows)
}

fn sample(column: &Column, row: &mut Row, place: usize, setup: &Setup) -> io::Result<()> {
    let named =
        |error| io::Error::other(format!("{} on {}: {error}", row.workload.name, column.name));
    if let Some(sample) = column.measure(&row.workload, setup).map_err(named)? {
        row.cells[place].add(sample);
    }
    Ok(())
}
