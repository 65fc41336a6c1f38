//! A sample from a process of its own, so that none finds another's memory, threads or processor state.

use std::process::{Command, Stdio};
use std::{env, io};

/// In the environment of a program that is to take a sample: of what.
const SAMPLE: &str = "GOSCHED_BENCH_SAMPLE";

/// The sample that this process is to take, as words.
pub fn wanted() -> Option<Vec<String>> {
    let words = env::var(SAMPLE).ok()?;
    Some(words.split(' ').map(str::to_owned).collect())
}

/// Prints the figures for the process that wanted them.
pub fn answer(figures: &[f64]) {
    let words: Vec<_> = figures.iter().map(f64::to_string).collect();
    println!("{}", words.join(" "));
}

/// Has this program, as a process of its own, take the sample that these words name, and returns its figures.
///
/// # Errors
///
/// If the process fails, or prints what is no number.
pub fn take(words: &[&str]) -> io::Result<Vec<f64>> {
    let words = words.join(" ");
    let mut command = Command::new(env::current_exe()?);
    let output = command.env(SAMPLE, &words).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("{words}: {}", output.status)));
    }
    let printed = String::from_utf8_lossy(&output.stdout);
    printed.split_whitespace().map(|word| word.parse().map_err(io::Error::other)).collect()
}
