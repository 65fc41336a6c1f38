//! What is printed: a line for each page as it comes, and a summary.

use std::process::ExitCode;
use std::time::Instant;

use hyper::Uri;
use runtime::context::ContextError;

use crate::crawl::Visit;
use crate::fetch::Failure;

/// What was found so far.
pub struct Report {
    began: Instant,
    fine: usize,
    dead: usize,
    late: usize,
    broken: usize,
    /// Whether the page where all began is there.
    reached: bool,
}

impl Report {
    pub fn new(first: &Uri) -> Self {
        println!("crawling {first}");
        Self { began: Instant::now(), fine: 0, dead: 0, late: 0, broken: 0, reached: false }
    }

    /// Counts and prints a page.
    pub fn add(&mut self, visit: &Visit) {
        let path = visit.url.path_and_query().map_or("/", |target| target.as_str());
        let from =
            visit.from.as_ref().map_or(String::new(), |from| format!(", linked from {from}"));
        match &visit.outcome {
            Ok(page) if page.status.is_client_error() || page.status.is_server_error() => {
                self.dead += 1;
                println!("{} {path}{from}", page.status.as_u16());
            }
            Ok(page) => {
                self.fine += 1;
                self.reached |= visit.from.is_none();
                println!("{} {path}", page.status.as_u16());
            }
            Err(failure) => {
                match failure {
                    Failure::Late => self.late += 1,
                    Failure::Broken(_) => self.broken += 1,
                }
                println!("--- {path}: {failure}{from}");
            }
        }
    }

    /// Prints the summary, and says what the process ends with: it failed if it did not get in or was stopped.
    pub fn end(self, known: usize, stopped: Option<ContextError>) -> ExitCode {
        let Self { fine, dead, late, broken, .. } = self;
        let visited = fine + dead + late + broken;
        let seconds = self.began.elapsed().as_secs_f64();
        println!(
            "{visited} visited in {seconds:.2} s: {fine} fine, {dead} dead, {late} late, {broken} broken"
        );
        let left = known - visited;
        match stopped {
            Some(why) if left > 0 => println!("stopped with {left} left: {why}"),
            _ if self.reached => return ExitCode::SUCCESS,
            _ => {}
        }
        ExitCode::FAILURE
    }
}
