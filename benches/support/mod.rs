//! What the benches share: processes, options, tables and charts.
#![allow(dead_code, reason = "each bench uses another part")]

pub mod args;
pub mod chart;
pub mod process;
pub mod sample;
pub mod server;
pub mod table;

use std::fmt::Display;
use std::process::ExitCode;

/// This crate first.
pub const PEERS: [&str; 2] = ["ours", "tokio"];

/// What the program ends with; says why, if it has failed.
pub fn ended<E: Display>(result: Result<(), E>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
