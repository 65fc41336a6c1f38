//! The command line.

use std::num::NonZero;
use std::thread;

use crate::shim::{Main, Setup};

pub const USAGE: &str = "\
cargo bench --bench runtimes -- [FILTER..] [OPTIONS]
  FILTER         workloads whose name or title contains it; all without one
  --rounds N     samples of each measurement (3)
  --peers A,B    of ours, tokio, smol, go, limit (all)
  --workers N    threads that run tasks (the number of cores); with several, as in 2,4,16, each
                 peer (ours) is compared with itself under the first number
  --pin N        run on so many cores, and no more (all); with several, as in 1,2, a table for each
  --root         every peer runs the body inside `block_on`, whatever its idiom
  --task         every peer runs the body as a spawned task, whatever its idiom
  --spread       print the smallest and the largest sample as well
  --json         print every sample, and the machine, as JSON
  --svg FILE     draw the ratios to the best peer as a chart there
  --against REV  compare this crate with itself at a git revision, and with nobody else
  --list         print the names of the workloads";

/// What the command line asks for.
pub struct Args {
    pub workers: Vec<usize>,
    pub pins: Vec<usize>,
    pub main: Option<Main>,
    pub filters: Vec<String>,
    pub rounds: usize,
    pub peers: Vec<String>,
    pub spread: bool,
    pub json: bool,
    pub list: bool,
    pub svg: Option<String>,
    pub against: Option<String>,
    /// The peer and the workload that a child process is to measure.
    pub one: Option<(String, String)>,
}

impl Args {
    /// Reads the arguments after the program's name.
    ///
    /// # Errors
    ///
    /// If an option is unknown or lacks its value.
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut args = Self::default();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or_else(|| format!("{word} needs a value"));
            match word.as_str() {
                "--bench" => {} // cargo's own
                "--rounds" => args.rounds = number(&value()?)?,
                "--workers" => args.workers = numbers(&value()?)?,
                "--pin" => args.pins = numbers(&value()?)?,
                "--peers" => args.peers = value()?.split(',').map(str::to_owned).collect(),
                "--svg" => args.svg = Some(value()?),
                "--against" => args.against = Some(value()?),
                "--one" => args.one = Some((value()?, value()?)),
                "--root" => args.main = Some(Main::Root),
                "--task" => args.main = Some(Main::Task),
                "--spread" => args.spread = true,
                "--json" => args.json = true,
                "--list" => args.list = true,
                option if option.starts_with('-') => return Err(format!("unknown: {option}")),
                _ => args.filters.push(word),
            }
        }
        Ok(args)
    }

    /// One for each number of workers; without any, as many as this process may use cores.
    pub fn setups(&self) -> Vec<Setup> {
        let cores = || thread::available_parallelism().map_or(1, NonZero::get);
        let workers = if self.workers.is_empty() { &vec![cores()] } else { &self.workers };
        workers.iter().map(|&workers| Setup { workers, main: self.main }).collect()
    }
}

impl Default for Args {
    fn default() -> Self {
        Self {
            workers: Vec::new(),
            pins: Vec::new(),
            main: None,
            filters: Vec::new(),
            rounds: 3,
            peers: Vec::new(),
            spread: false,
            json: false,
            list: false,
            svg: None,
            against: None,
            one: None,
        }
    }
}

fn numbers(words: &str) -> Result<Vec<usize>, String> {
    words.split(',').map(number).collect()
}

fn number(word: &str) -> Result<usize, String> {
    match word.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(format!("not a positive number: {word}")),
    }
}
