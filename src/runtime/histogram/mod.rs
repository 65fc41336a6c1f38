//! Histograms of times: which buckets they have, and that a runtime is to fill them.
//!
//! `configuration` is what a program says of the buckets, `log` how it chooses logarithmic ones, and `builder` where it says so.
//! The scheduler counts (`scheduler::timing`), and `metrics` shows the counts.

mod builder;
mod configuration;
mod log;

pub(super) use builder::Histograms;
pub use configuration::HistogramConfiguration;
pub use log::{InvalidHistogramConfiguration, LogHistogram, LogHistogramBuilder};
