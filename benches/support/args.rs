//! The command line.

use std::collections::HashMap;
use std::io;
use std::str::FromStr;

/// What the command line asks for: options, each with a value.
pub struct Args {
    usage: &'static str,
    values: HashMap<String, String>,
}

impl Args {
    /// Reads the arguments after the program's name. An option is known if a line of `usage` begins with it.
    ///
    /// # Errors
    ///
    /// If an option is unknown or lacks its value.
    pub fn parse(usage: &'static str, mut words: impl Iterator<Item = String>) -> io::Result<Self> {
        let mut args = Self { usage, values: HashMap::new() };
        while let Some(word) = words.next() {
            let known = |line: &str| line.split_whitespace().next() == Some(&word);
            match word.as_str() {
                "--bench" => {} // cargo's own
                option if option.starts_with("--") && usage.lines().any(known) => {
                    let value = words.next();
                    let value =
                        value.ok_or_else(|| args.wrong(&format!("{word} needs a value")))?;
                    args.values.insert(word, value);
                }
                other => return Err(args.wrong(&format!("unknown: {other}"))),
            }
        }
        Ok(args)
    }

    /// The value of an option, or another where it was not given.
    ///
    /// # Errors
    ///
    /// If it is no such number.
    pub fn number<N: FromStr>(&self, option: &str, otherwise: N) -> io::Result<N> {
        let Some(text) = self.values.get(option) else { return Ok(otherwise) };
        text.parse().map_err(|_| self.wrong(&format!("{option}: not a number: {text}")))
    }

    fn wrong(&self, what: &str) -> io::Error {
        io::Error::other(format!("{what}\n{}", self.usage))
    }
}
