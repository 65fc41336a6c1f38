//! A program with faults to choose from, to see where each of them shows. `docs/inside.md` is a tour through it.
//!
//! ```text
//! cargo run --release --all-features --example sick -- --leak --stall --convoy --page 127.0.0.1:6060
//! ```
//!
//! It is a shop that takes orders, a task each, and is well as long as nobody asks for a fault:
//!
//! | option | what is wrong | where it shows |
//! |---|---|---|
//! | `--leak` | each order leaves a task behind, which waits for a word that never comes | profile, dump, page |
//! | `--stall` | now and then a task computes a bill, without a pause, or calls what blocks | page, trace, `Builder::on_stuck` |
//! | `--convoy` | a lock is held over a wait, and all orders queue for it | dump, profile, page |
//! | `--deadlock` | two transfers take two locks in different order | the report that all tasks are asleep, dump |
//!
//! With `--deadlock` alone nothing else runs, as in a program that has come to its end but for that; beside other work no report
//! comes, since something still runs, and the dump shows the two. `--for 10` ends the program after 10 seconds, with the
//! profile of its tasks.
//!
//! In reading order: `arguments`, `shop` (the work that is well), then a file for each fault.

mod arguments;
mod convoy;
mod deadlock;
mod leak;
mod shop;
mod stall;

use std::env;
use std::pin::pin;
use std::process::ExitCode;

use runtime::debug;
use runtime::time::timeout;

use arguments::Arguments;

#[runtime::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::parse(env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(mistake) => return fail(&format!("{mistake}\n{}", arguments::USAGE)),
    };
    if let Some(address) = &arguments.page {
        match debug::serve(&**address) {
            Ok(page) => println!("see http://{}/", page.local_addr()),
            Err(error) => return fail(&format!("{address}: {error}")),
        }
    }
    let mut running = pin!(run(&arguments));
    match arguments.length {
        Some(length) => drop(timeout(length, running.as_mut()).await),
        None => running.as_mut().await,
    }
    println!("{}", runtime::profile());
    ExitCode::SUCCESS
}

fn fail(reason: &str) -> ExitCode {
    eprintln!("sick: {reason}");
    ExitCode::FAILURE
}

/// Has the faults that were asked for, and takes orders, unless there is but the deadlock to be seen.
async fn run(arguments: &Arguments) {
    if arguments.stall {
        stall::begin();
    }
    if arguments.convoy {
        convoy::begin();
    }
    if !arguments.deadlock {
        return shop::take_orders(arguments.leak).await;
    }
    let transfers = deadlock::begin();
    if arguments.leak {
        shop::take_orders(arguments.leak).await;
    }
    transfers.await;
}
