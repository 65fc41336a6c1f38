//! What a runtime tells of its work, in numbers.
//!
//! [`RuntimeMetrics`] asks the scheduler; it counts nothing itself, and has no state. `whole` has what concerns the runtime,
//! `workers` what each worker counts for itself, `histograms` what it measures, and `io` what is counted of sockets.

mod histograms;
#[cfg(feature = "net")]
mod io;
mod whole;
mod workers;

pub use whole::RuntimeMetrics;
