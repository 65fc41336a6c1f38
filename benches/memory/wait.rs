//! Something that tasks can wait for.

/// The figures of a burst, in bytes for each of its tasks.
pub const BURST: [&str; 4] =
    ["at its height", "when it has ended", "10 s later", "after malloc_trim"];

#[derive(Clone, Copy)]
pub struct Wait {
    pub name: &'static str,
    /// Whether the figures are those of [`BURST`]; else there is one, in bytes a task.
    pub is_burst: bool,
    /// Takes a sample, where the system tells.
    pub run: fn() -> Option<Vec<f64>>,
}
