//! Counts lines, words and bytes as `wc` does: one task a file, a few files at a time.
//!
//! ```text
//! cargo run --release --example wordcount -- [-j N] [FILE | FOLDER | -]...
//! ```
//!
//! A folder stands for the regular files in it and below, sorted by name. Without a name it reads
//! the standard input. What it prints is what GNU `wc` prints for the same list of files, in the
//! locale `C.UTF-8`; see `words.rs` for what a word is there.
//!
//! In reading order: `arguments`, `inputs` (which files), `count` (one file), `words`, `printable`,
//! `report`.

mod arguments;
mod count;
mod inputs;
mod printable;
mod report;
mod words;

use std::env;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use runtime::sync::{WaitGroup, mpsc};

use arguments::{Arguments, Request};
use count::Outcome;
use inputs::Input;

#[runtime::main]
async fn main() -> ExitCode {
    match Arguments::parse(env::args_os().skip(1)) {
        Ok(Request::Help) => {
            println!("{}", arguments::USAGE);
            ExitCode::SUCCESS
        }
        Ok(Request::Count(arguments)) => count_and_report(arguments).await,
        Err(error) => {
            eprintln!("wordcount: {error}\n{}", arguments::USAGE);
            ExitCode::FAILURE
        }
    }
}

async fn count_and_report(arguments: Arguments) -> ExitCode {
    let inputs: Arc<[Input]> = inputs::list(&arguments.names).await.into();
    let outcomes = count_all(&inputs, arguments.at_once).await;
    report::print(&inputs, &outcomes)
}

/// Counts each input in a task of its own, at most `at_once` at the same time.
///
/// A task needs a ticket, and the tickets are the slots of a channel through which nothing is ever
/// sent: a permit to send occupies a slot until it is dropped.
async fn count_all(inputs: &Arc<[Input]>, at_once: usize) -> Vec<Outcome> {
    let outcomes: Arc<Vec<OnceLock<Outcome>>> =
        Arc::new(inputs.iter().map(|_| OnceLock::new()).collect());
    let (tickets, _receiver) = mpsc::channel::<()>(at_once);
    let group = WaitGroup::new();
    for index in 0..inputs.len() {
        let ticket = tickets.clone().reserve_owned().await.expect("the receiver is alive");
        let (inputs, outcomes) = (inputs.clone(), outcomes.clone());
        group.go(async move {
            let outcome = count::count(&inputs[index]).await;
            outcomes[index].set(outcome).expect("an input is counted by one task");
            drop(ticket);
        });
    }
    group.wait().await;
    let outcomes =
        Arc::into_inner(outcomes).expect("a task is counted down when its future is gone");
    outcomes.into_iter().map(|outcome| outcome.into_inner().expect("every task is done")).collect()
}
