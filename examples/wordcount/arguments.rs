//! The command line.

use std::ffi::{OsStr, OsString};
use std::thread;

/// What is printed for `--help` and after a mistake.
pub const USAGE: &str = "usage: wordcount [-j N] [FILE | FOLDER | -]...
Counts lines, words and bytes of files, and of all files in folders.
  -j N   count at most N files at the same time (default: twice the number of cores)";

/// What is asked for.
pub enum Request {
    Help,
    Count(Arguments),
}

/// What to count, and how many files at a time.
pub struct Arguments {
    pub names: Vec<OsString>,
    pub at_once: usize,
}

impl Arguments {
    /// Reads the arguments. After `--` all of them are names.
    pub fn parse(mut arguments: impl Iterator<Item = OsString>) -> Result<Request, String> {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let mut parsed = Self { names: Vec::new(), at_once: 2 * cores };
        while let Some(argument) = arguments.next() {
            match argument.as_encoded_bytes() {
                b"--" => parsed.names.extend(arguments.by_ref()),
                b"--help" => return Ok(Request::Help),
                b"-j" => {
                    let number = arguments.next().ok_or("-j needs a number after it")?;
                    parsed.at_once = at_least_one(&number)?;
                }
                [b'-', b'j', ..] => {
                    let text = argument.to_string_lossy();
                    parsed.at_once = at_least_one(OsStr::new(&text["-j".len()..]))?;
                }
                [b'-', _, ..] => {
                    return Err(format!("{} is no option of mine", argument.to_string_lossy()));
                }
                _ => parsed.names.push(argument),
            }
        }
        Ok(Request::Count(parsed))
    }
}

fn at_least_one(text: &OsStr) -> Result<usize, String> {
    match text.to_str().and_then(|text| text.parse().ok()) {
        Some(number) if number > 0 => Ok(number),
        _ => Err(format!("-j needs a number of at least 1, not {}", text.to_string_lossy())),
    }
}
