//! A key-value server that speaks Redis's protocol, RESP2, to `redis-cli` and `redis-benchmark`.
//!
//! ```text
//! cargo run --release --example kv -- 6379    # or 0 for any free port; it prints which
//! redis-cli set greeting hello EX 60          # this and what follows in another terminal
//! redis-cli subscribe news
//! redis-cli publish news 'it works'
//! redis-benchmark -t get,set -c 50 -n 200000 -P 16
//! redis-cli shutdown                         # or ctrl-c in the first
//! ```
//!
//! It knows GET, SET (with EX, PX, NX, XX), DEL, EXISTS, INCR, DECR, EXPIRE, TTL, DBSIZE, PING, ECHO, PUBLISH, SUBSCRIBE,
//! UNSUBSCRIBE, QUIT and SHUTDOWN, and of COMMAND and CONFIG what those two programs ask.
//!
//! In reading order: `server` (who may come, and how it ends), `stop` (who may ask for that from outside), `connection` (bytes in, bytes out), `request` and `reply`
//! (what the bytes mean), `session` (what a client may say), `command`, `store` and `shard` (the data), `channels` and
//! `subscriptions` (those who listen). Nothing here is more than Tokio has: `benches/kv` builds the same files with
//! Tokio under the name `runtime`, and compares.

mod channels;
mod command;
mod connection;
mod limit;
mod reply;
mod request;
mod server;
mod session;
mod shard;
mod stop;
mod store;
mod subscriptions;

use std::env;
use std::io;
use std::net::Ipv4Addr;
use std::process::ExitCode;

use runtime::net::TcpListener;
use stop::Stop;

const USAGE: &str = "usage: kv [PORT [CONNECTIONS]]";

/// As Redis has them where nobody says otherwise.
const PORT: u16 = 6379;
const CONNECTIONS: u32 = 10_000;

#[runtime::main]
pub async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some((port, connections)) = read(&arguments) else { return fail(USAGE) };
    // Before anybody is told that it serves: who knows that may also end it.
    let stop = match Stop::listen() {
        Ok(stop) => stop,
        Err(error) => return fail(&format!("signals: {error}")),
    };
    match listen(port).await {
        Ok(listener) => {
            server::serve(listener, limit::connections(connections), stop).await;
            ExitCode::SUCCESS
        }
        Err(error) => fail(&format!("port {port}: {error}")),
    }
}

fn read(arguments: &[String]) -> Option<(u16, u32)> {
    match arguments {
        [] => Some((PORT, CONNECTIONS)),
        [port] => Some((port.parse().ok()?, CONNECTIONS)),
        [port, connections] => Some((port.parse().ok()?, connections.parse().ok()?)),
        _ => None,
    }
}

fn fail(reason: &str) -> ExitCode {
    eprintln!("kv: {reason}");
    ExitCode::FAILURE
}

async fn listen(port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on {}", listener.local_addr()?);
    Ok(listener)
}
