//! What the environment says of a runtime's size.

use std::env;
use std::ffi::OsStr;
use std::io::{self, ErrorKind};

use crate::scheduler::MOST_WORKERS;

/// The variables that hold a number of worker threads; the first that is set counts. The second is Tokio's.
const WORKERS: [&str; 2] = ["RUNTIME_WORKERS", "TOKIO_WORKER_THREADS"];

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
}
