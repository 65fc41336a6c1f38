//! A chat server: lines of text over TCP, with names, rooms and private messages.
//!
//! ```text
//! cargo run --release --example chat -- 4000    # or 0 for any free port; it prints which
//! nc localhost 4000                             # in as many other terminals as there are people
//! ```
//!
//! The first line is one's name. `/join ROOM`, `/who`, `/msg NAME TEXT` and `/quit` are commands, and all else is said to the room.
//!
//! It shows what to do about those who read slowly: each has an inbox of a few lines, and who speaks never waits for it. What has no
//! room is left out, and its reader is told how much that was; a reader that takes nothing at all for a while is let go. Ctrl-C
//! ends the `Context` that all connections run in, and each still gets what was on its way.
//!
//! In reading order: `server` (who comes, and how it ends), `session` (one connection), `hall` (who is here).

mod hall;
mod server;
mod session;

use std::env;
use std::io;
use std::net::Ipv4Addr;
use std::process::ExitCode;

use runtime::net::TcpListener;

const USAGE: &str = "usage: chat [PORT]";

#[runtime::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let port = match &arguments[..] {
        [] => Ok(4000),
        [port] => port.parse(),
        _ => return fail(USAGE),
    };
    let Ok(port) = port else { return fail(USAGE) };
    match run(port).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(&format!("port {port}: {error}")),
    }
}

fn fail(reason: &str) -> ExitCode {
    eprintln!("chat: {reason}");
    ExitCode::FAILURE
}

async fn run(port: u16) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    server::serve(listener).await
}
