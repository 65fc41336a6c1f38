//! The command line.

use std::str::FromStr;
use std::time::Duration;

use hyper::Uri;

use crate::links;

/// What is printed for `--help` and after a mistake.
pub const USAGE: &str =
    "usage: crawler [-j N] [-n PAGES] [-t SECONDS] [-d SECONDS] [http://HOST[:PORT]/PATH]
Visits a page and all that it leads to on the same site; without a name, a small site of its own.
  -j N         visit at most N pages at the same time (default: 4), and 1000 at most
  -n PAGES     visit at most so many pages (default: 1000)
  -t SECONDS   wait so long for a page (default: 2)
  -d SECONDS   stop after so long (default: never)";

/// Each page at a time has a task and a descriptor.
const MOST_AT_ONCE: usize = 1000;

/// What is asked for.
pub enum Request {
    Help,
    Crawl(Arguments),
}

/// Where to begin, and when to stop.
pub struct Arguments {
    /// None for the site that the program has with it.
    pub first: Option<Uri>,
    pub deadline: Option<Duration>,
    pub limits: Limits,
}

/// How much is asked of a site.
#[derive(Clone, Copy)]
pub struct Limits {
    pub at_once: usize,
    pub pages: usize,
    /// For one page, from the connection to the end of its body.
    pub timeout: Duration,
}

impl Arguments {
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Request, String> {
        let limits = Limits { at_once: 4, pages: 1000, timeout: Duration::from_secs(2) };
        let mut parsed = Self { first: None, deadline: None, limits };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--help" => return Ok(Request::Help),
                "-j" => parsed.limits.at_once = at_once(arguments.next())?,
                "-n" => parsed.limits.pages = at_least_one("-n", arguments.next())?,
                "-t" => parsed.limits.timeout = seconds("-t", arguments.next())?,
                "-d" => parsed.deadline = Some(seconds("-d", arguments.next())?),
                url if parsed.first.is_none() => parsed.first = Some(first_page(url)?),
                more => return Err(format!("one page to begin with is enough, what is {more}?")),
            }
        }
        Ok(Request::Crawl(parsed))
    }
}

fn first_page(text: &str) -> Result<Uri, String> {
    let url: Option<Uri> = text.parse().ok();
    // What is written before an @ is a password, which this has no use for.
    let url = url.filter(|url| url.authority().is_some_and(|it| !it.as_str().contains('@')));
    url.and_then(|url| links::resolve(&url, text))
        .ok_or_else(|| format!("{text} is no URL of the form http://HOST[:PORT]/PATH"))
}

fn at_once(text: Option<String>) -> Result<usize, String> {
    number(text)
        .filter(|number| (1..=MOST_AT_ONCE).contains(number))
        .ok_or_else(|| format!("-j needs a number from 1 to {MOST_AT_ONCE} after it"))
}

fn at_least_one(option: &str, text: Option<String>) -> Result<usize, String> {
    number(text)
        .filter(|&number| number > 0)
        .ok_or_else(|| format!("{option} needs a number of at least 1 after it"))
}

fn seconds(option: &str, text: Option<String>) -> Result<Duration, String> {
    number(text)
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| format!("{option} needs a number of seconds after it"))
}

fn number<N: FromStr>(text: Option<String>) -> Option<N> {
    text?.parse().ok()
}
