//! The command line.

use std::str::FromStr;
use std::time::Duration;

pub const USAGE: &str = "\
cargo bench --features hyper --bench http -- [OPTIONS]
  --rounds N     samples of each figure (5)
  --seconds N    how long a sample takes (5)";

/// What the command line asks for.
pub struct Args {
    pub rounds: usize,
    /// How long a sample takes.
    pub length: Duration,
    /// The peer as which this process is to serve.
    pub serve: Option<String>,
}

impl Args {
    /// Reads the arguments after the program's name.
    ///
    /// # Errors
    ///
    /// If an option is unknown or lacks its value.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut args = Self { rounds: 5, length: Duration::from_secs(5), serve: None };
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--bench" => {} // cargo's own
                "--rounds" => args.rounds = number(&value()?)?,
                "--seconds" => args.length = seconds(&value()?)?,
                "--serve" => args.serve = Some(value()?),
                other => return Err(format!("unknown: {other}")),
            }
        }
        Ok(args)
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    Duration::try_from_secs_f64(number(text)?).map_err(|_| format!("no length of time: {text}"))
}

fn number<N: FromStr>(text: &str) -> Result<N, String> {
    text.parse().map_err(|_| format!("not a number: {text}"))
}
