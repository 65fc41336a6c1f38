//! A TCP server that sends back what it gets.
//!
//! ```sh
//! cargo run --example echo -- 7000     # or 0 for any free port; it prints which
//! printf 'hello' | nc -N 127.0.0.1 7000
//! ```
//!
//! Each connection is a task, so a client that is slow, or never reads, or never sends, holds up no other. A connection
//! that fails is reported and concerns nobody else. When a connection cannot be taken, since the process has no
//! descriptors left, say, the server waits a moment and tries again; the connection waits in the system's queue.

use std::env;
use std::error::Error;
use std::io;

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpListener, TcpStream};
use runtime::time::{Duration, sleep};

/// How long to wait until another connection is tried after one could not be taken.
const PAUSE: Duration = Duration::from_millis(50);

#[runtime::main]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let port: u16 = match env::args().nth(1) {
        Some(port) => port.parse().map_err(|_| format!("`{port}` is no port"))?,
        None => return Err("usage: echo PORT".into()),
    };
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on {}", listener.local_addr()?);
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                runtime::spawn(async move {
                    if let Err(error) = echo(stream).await {
                        eprintln!("{peer}: {error}");
                    }
                });
            }
            Err(error) => {
                eprintln!("no connection could be taken: {error}");
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
