//! A walk through what a first lesson on goroutines teaches, with figures measured on the way.
//!
//! ```text
//! cargo run --release --example tour             # a few seconds
//! cargo run --release --example tour -- --small  # the same at a small scale, for a first look
//! ```
//!
//! Each topic is a file with one function `tell`, which explains, measures and adds its rows to the
//! table that is printed at the end. To add a topic, write such a file and call it in [`tour`].
//!
//! Some topics need a process of their own: to see how a program ends, or to measure memory that
//! nobody used before. For those the program starts itself again; see `child`.

mod channels;
mod child;
mod launching;
mod machine;
mod order;
mod parking;
mod serving;
mod sleeping;
mod table;
mod ticking;
mod waiting;

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

use table::Table;

/// What can go wrong in a lesson. `Send`, so that `main` can be a task.
type Failure = Box<dyn Error + Send + Sync>;

/// How much of everything is measured.
#[derive(Clone, Copy)]
struct Scale {
    /// Tasks that are launched and waited for.
    launched: usize,
    /// How often the order of a few tasks is looked at.
    rounds: usize,
    /// Tasks that are parked at the same time.
    parked: usize,
    /// Threads that are parked at the same time.
    threads: usize,
    /// Rounds of two tasks that send to and fro.
    task_rounds: u32,
    /// Rounds of two threads that do.
    thread_rounds: u32,
    /// Tasks in a chain.
    chained: usize,
    /// Tasks that sleep at the same time.
    sleeping: usize,
    /// Ticks of a ticker.
    ticks: usize,
    /// Connections that are open at the same time.
    connections: usize,
    /// Messages on each of them.
    echoes: usize,
}

impl Scale {
    const FULL: Self = Self {
        launched: 1_000_000,
        rounds: 1_000,
        parked: 1_000_000,
        threads: 500,
        task_rounds: 1_000_000,
        thread_rounds: 20_000,
        chained: 100_000,
        sleeping: 100_000,
        ticks: 60,
        connections: 1_000,
        echoes: 20,
    };

    const SMALL: Self = Self {
        launched: 10_000,
        rounds: 20,
        parked: 20_000,
        threads: 20,
        task_rounds: 5_000,
        thread_rounds: 500,
        chained: 1_000,
        sleeping: 5_000,
        ticks: 10,
        connections: 100,
        echoes: 5,
    };
}

#[runtime::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let told = match arguments[..] {
        [] => tour(Scale::FULL).await,
        ["--small"] => tour(Scale::SMALL).await,
        [child::FLAG, role, count] => child::play(role, count).await,
        _ => Err("usage: tour [--small]".into()),
    };
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("tour: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn tour(scale: Scale) -> Result<(), Failure> {
    let started = Instant::now();
    let mut table = Table::default();
    launching::tell(scale, &mut table).await;
    waiting::tell(&mut table)?;
    order::tell(scale, &mut table).await;
    parking::tell(scale, &mut table)?;
    channels::tell(scale, &mut table).await?;
    sleeping::tell(scale, &mut table)?;
    ticking::tell(scale, &mut table).await?;
    serving::tell(scale, &mut table).await?;
    println!("\n== What was measured ==\n\n{table}");
    println!("The tour took {:.1} s.", started.elapsed().as_secs_f64());
    Ok(())
}
