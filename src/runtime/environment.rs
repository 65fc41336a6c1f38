//! What the environment says of a runtime: its size, and whether it tells of itself.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::sync::OnceLock;
use std::time::Duration;

use crate::scheduler::MOST_WORKERS;

/// The variables that hold a number of worker threads; the first that is set counts. The second is Tokio's.
const WORKERS: [&str; 2] = ["RUNTIME_WORKERS", "TOKIO_WORKER_THREADS"];

/// The variable that asks for lines about the scheduler.
const SCHEDTRACE: &str = "RUNTIME_SCHEDTRACE";

/// The most milliseconds from one line to the next: a day.
const LONGEST: u64 = 24 * 60 * 60 * 1_000;

/// The number of worker threads, if the environment has one.
///
/// # Errors
///
/// If a variable is set to something else.
pub(super) fn worker_threads() -> io::Result<Option<usize>> {
    let value = |name| env::var_os(name).map(|value| (name, value));
    let found = WORKERS.into_iter().find_map(value);
    found.map(|(name, value)| parse(name, &value)).transpose()
}

/// A variable that is read once in the life of the process, when the first runtime is built: to look for two of them in vain took
/// a twentieth of the instructions with which a runtime is built, used and dropped.
pub(super) struct Variable {
    name: &'static str,
    value: OnceLock<Option<OsString>>,
}

impl Variable {
    pub(super) const fn new(name: &'static str) -> Self {
        Self { name, value: OnceLock::new() }
    }

    pub(super) fn get(&self) -> Option<&OsStr> {
        self.value.get_or_init(|| env::var_os(self.name)).as_deref()
    }
}

/// How often a line is printed that says how each runtime is, if the environment asks for such.
///
/// # Errors
///
/// If the variable is set to something else.
pub(super) fn schedtrace() -> io::Result<Option<Duration>> {
    static PERIOD: Variable = Variable::new(SCHEDTRACE);
    PERIOD.get().map(parse_period).transpose()
}

fn parse_period(value: &OsStr) -> io::Result<Duration> {
    let millis = value.to_str().and_then(|text| text.parse().ok());
    millis.filter(|millis| (1..=LONGEST).contains(millis)).map(Duration::from_millis).ok_or_else(|| {
        let text = format!(
            "the environment variable {SCHEDTRACE} is {value:?}: set it to the number of milliseconds from one line to the next, \
             from 1 to {LONGEST}, or unset it"
        );
        io::Error::new(ErrorKind::InvalidInput, text)
    })
}

fn parse(name: &str, value: &OsStr) -> io::Result<usize> {
    let number = value.to_str().and_then(|text| text.parse().ok());
    number.filter(|number| (1..=MOST_WORKERS).contains(number)).ok_or_else(|| {
        let text = format!(
            "the environment variable {name} is {value:?}: set it to a number of worker threads from 1 to {MOST_WORKERS}, or unset it"
        );
        io::Error::new(ErrorKind::InvalidInput, text)
    })
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_taken_and_nonsense_is_named() {
        assert_eq!(parse("N", OsStr::new("1")).unwrap(), 1);
        assert_eq!(parse("N", OsStr::new("65535")).unwrap(), 65_535);
        for nonsense in ["", "0", "-1", "65536", "two", "2.5", " 2", "99999999999999999999"] {
            let error = parse("SOME_VARIABLE", OsStr::new(nonsense)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput);
            let text = error.to_string();
            assert!(text.contains(&format!("SOME_VARIABLE is {nonsense:?}")), "{text}");
        }
    }

    #[test]
    fn a_period_is_taken_and_nonsense_is_named() {
        assert_eq!(parse_period(OsStr::new("1000")).unwrap(), Duration::from_secs(1));
        for nonsense in ["", "0", "-1", "1s", "0.5", "86400001"] {
            let text = parse_period(OsStr::new(nonsense)).unwrap_err().to_string();
            assert!(text.contains(&format!("RUNTIME_SCHEDTRACE is {nonsense:?}")), "{text}");
        }
    }
}
