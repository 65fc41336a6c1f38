//! A web crawler: a pool of tasks visits each page of a site once, a few at a time.
//!
//! ```text
//! cargo run --release --features hyper --example crawler                             # a small site of its own
//! cargo run --release --features hyper --example crawler -- -j 8 -t 2 http://localhost:8000/
//! ```
//!
//! It shows a queue of work that the workers themselves fill, and how one knows that it is done: pages pass through a channel
//! with many receivers, and a `WaitGroup` counts those that are known and not yet visited. Each page has its timeout; Ctrl-C and
//! the deadline for all of it end the `Context` that every task runs in, and what was found until then is still reported.
//!
//! It speaks HTTP/1 without TLS, stays on the site where it began, and asks nobody's `robots.txt`: point it at your own.
//!
//! In reading order: `arguments`, `crawl` (the pool), `fetch` (one page), `links` (what a page refers to), `report`, and
//! `site`, which is crawled where nothing else is named.

mod arguments;
mod crawl;
mod fetch;
mod links;
mod report;
mod site;

use std::env;
use std::io;
use std::process::ExitCode;

use runtime::context::{CancelHandle, Context};
use runtime::signal;

use arguments::{Arguments, Request};
use crawl::Crawl;
use report::Report;

#[runtime::main]
async fn main() -> ExitCode {
    match Arguments::parse(env::args().skip(1)) {
        Ok(Request::Help) => {
            println!("{}", arguments::USAGE);
            ExitCode::SUCCESS
        }
        Ok(Request::Crawl(arguments)) => {
            crawl_and_report(arguments).await.unwrap_or_else(|error| {
                eprintln!("crawler: no site can be served here: {error}");
                ExitCode::FAILURE
            })
        }
        Err(error) => {
            eprintln!("crawler: {error}\n{}", arguments::USAGE);
            ExitCode::FAILURE
        }
    }
}

async fn crawl_and_report(arguments: Arguments) -> io::Result<ExitCode> {
    let first = match arguments.first {
        Some(url) => url,
        None => site::serve().await?,
    };
    let background = Context::background();
    let (ctx, cancel) = match arguments.deadline {
        Some(duration) => background.with_timeout(duration),
        None => background.with_cancel(),
    };
    runtime::spawn(cancel_at_ctrl_c(cancel));
    let mut report = Report::new(&first);
    let mut crawl = Crawl::start(&ctx, first, arguments.limits);
    while let Some(visit) = crawl.visits.recv().await {
        report.add(&visit);
    }
    Ok(report.end(crawl.pages.known(), ctx.err()))
}

async fn cancel_at_ctrl_c(cancel: CancelHandle) {
    match signal::ctrl_c().await {
        Ok(()) => drop(cancel.cancel()),
        Err(error) => eprintln!("crawler: Ctrl-C ends it without a summary: {error}"),
    }
}
