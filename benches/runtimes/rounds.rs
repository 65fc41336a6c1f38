//! The order of the samples, and what is made of them.

use std::io;

use crate::columns::Column;
use crate::workloads::Workload;

/// The samples of one workload on one peer, in the order in which they were taken.
#[derive(Clone, Debug, Default)]
pub struct Samples(Vec<f64>);

impl Samples {
    pub fn all(&self) -> &[f64] {
        &self.0
    }

    pub fn median(&self) -> Option<f64> {
        let sorted = self.sorted();
        let middle = sorted.len() / 2;
        match sorted.len() {
            0 => None,
            odd if odd % 2 == 1 => Some(sorted[middle]),
            _ => Some(f64::midpoint(sorted[middle - 1], sorted[middle])),
        }
    }

    /// The smallest and the largest.
    pub fn spread(&self) -> Option<(f64, f64)> {
        let sorted = self.sorted();
        Some((*sorted.first()?, *sorted.last()?))
    }

    /// Each sample by the one that `base` has of the same round, if both have one of every round.
    pub fn by(&self, base: &Self) -> Self {
        let rounds = if self.0.len() == base.0.len() { self.0.len() } else { 0 };
        self.0.iter().zip(&base.0).take(rounds).map(|(mine, base)| mine / base).collect()
    }

    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<I: IntoIterator<Item = f64>>(samples: I) -> Self {
        Self(samples.into_iter().collect())
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
/// With the first sample that fails, unless it is one of another revision: that may have lacked what this one has.
pub fn measure(workloads: &[Workload], columns: &[Column], rounds: usize) -> io::Result<Vec<Row>> {
    let empty = vec![Samples::default(); columns.len()];
    let mut rows: Vec<_> =
        workloads.iter().map(|&workload| Row { workload, cells: empty.clone() }).collect();
    for round in 0..rounds {
        for row in &mut rows {
            eprintln!("round {} of {rounds}: {}", round + 1, row.workload.title);
            for n in 0..columns.len() {
                let turn = (round + n) % columns.len();
                sample(&columns[turn], row, turn)?;
            }
        }
    }
    Ok(rows)
}

fn sample(column: &Column, row: &mut Row, place: usize) -> io::Result<()> {
    let named =
        |error| io::Error::other(format!("{} on {}: {error}", row.workload.name, column.name));
    if let Some(sample) = column.measure(&row.workload).map_err(named)? {
        row.cells[place].0.push(sample);
    }
    Ok(())
}
