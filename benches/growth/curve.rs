//! Something of which there can be many.

use crate::support::process::raise_descriptors;

#[derive(Clone)]
pub struct Curve {
    pub name: &'static str,
    pub title: &'static str,
    /// What the sizes count.
    pub counted: &'static str,
    pub unit: &'static str,
    pub sizes: &'static [usize],
    /// Descriptors that each takes of the process.
    pub descriptors: usize,
    /// Takes a sample among so many, where the system tells it.
    pub run: fn(usize) -> Option<f64>,
}

impl Curve {
    /// The sizes, as far as there are descriptors.
    pub fn possible_sizes(&self) -> Vec<usize> {
        let possible = |&size: &usize| match size * self.descriptors {
            0 => size,
            wanted => raise_descriptors(wanted as u64) as usize / self.descriptors,
        };
        self.sizes.iter().map(possible).collect()
    }
}
