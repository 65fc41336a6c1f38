//! The command line.

use std::time::Duration;

/// What is printed after a mistake.
pub const USAGE: &str =
    "usage: sick [--leak] [--stall] [--convoy] [--deadlock] [--page ADDRESS] [--for SECONDS]
Runs a shop with the faults that are asked for.
  --leak           each order leaves a task behind
  --stall          a task computes for too long, another blocks its thread
  --convoy         all orders queue for a lock that is held over a wait
  --deadlock       two tasks wait for each other's lock; without --leak no orders are taken then
  --page ADDRESS   serve the debug page there, as 127.0.0.1:6060
  --for SECONDS    end after so long (default: never)";

/// Which faults to have, and for how long.
#[derive(Default)]
pub struct Arguments {
    pub leak: bool,
    pub stall: bool,
    pub convoy: bool,
    pub deadlock: bool,
    pub page: Option<String>,
    pub length: Option<Duration>,
}

impl Arguments {
    /// Reads the arguments.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut parsed = Self::default();
        while let Some(argument) = arguments.next() {
            match &*argument {
                "--leak" => parsed.leak = true,
                "--stall" => parsed.stall = true,
                "--convoy" => parsed.convoy = true,
                "--deadlock" => parsed.deadlock = true,
                "--page" => {
                    let address = arguments.next().ok_or("--page needs an address after it")?;
                    parsed.page = Some(address);
                }
                "--for" => parsed.length = Some(length(arguments.next())?),
                _ => return Err(format!("{argument} is no option of mine")),
            }
        }
        Ok(parsed)
    }
}

fn length(text: Option<String>) -> Result<Duration, String> {
    let seconds = text.and_then(|text| text.parse().ok());
    let length = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    length.ok_or_else(|| "--for needs a number of seconds after it".to_owned())
}
