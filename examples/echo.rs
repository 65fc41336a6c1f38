//! A TCP server that sends back what it gets.
//!
//! ```sh
//! cargo run --release --example echo -- 7000   # or 0 for any free port; it prints which
//! printf 'hello' | nc -N 127.0.0.1 7000        # in another terminal
//! ```
//!
//! Each connection is a task, so a client that is slow, or never reads, or never sends, holds up no other. A connection
//! that fails is reported and concerns nobody else. When a connection cannot be taken, since the process has no
//! descriptors left, say, the server waits a moment and tries again; the connection waits in the system's queue.

use std::env;
use std::io;
use std::net::Ipv4Addr;
use std::process::ExitCode;

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpListener, TcpStream};
use runtime::time::{Duration, sleep};

/// How long to wait until another connection is tried after one could not be taken.
const PAUSE: Duration = Duration::from_millis(50);

#[runtime::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let port = match &arguments[..] {
        [port] => port.parse().ok(),
        _ => None,
    };
    let Some(port) = port else { return fail("usage: echo PORT") };
    match listen(port).await {
        Ok(listener) => serve(listener).await,
        Err(error) => fail(&format!("port {port}: {error}")),
    }
}

fn fail(reason: &str) -> ExitCode {
    eprintln!("echo: {reason}");
    ExitCode::FAILURE
}

async fn listen(port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on {}", listener.local_addr()?);
    Ok(listener)
}

/// Starts a task for each connection, for ever.
async fn serve(listener: TcpListener) -> ! {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                runtime::spawn(async move {
                    if let Err(error) = echo(stream).await {
                        eprintln!("echo: {peer}: {error}");
                    }
                });
            }
            Err(error) => {
                eprintln!("echo: no connection could be taken: {error}");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Sends back what comes, until the peer sends no more.
async fn echo(mut stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = vec![0; 16 * 1024];
    loop {
        let n = stream.read(&mut buffer).await?;
        if n == 0 {
            return stream.shutdown().await;
        }
        stream.write_all(&buffer[..n]).await?;
    }
}
