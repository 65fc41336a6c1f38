//! Who asks: a client in this process, and `wrk`.

use std::io;
use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::service;

const CONNECTIONS: usize = 64;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A kind of load.
#[derive(Clone, Copy)]
pub enum Load {
    Own,
    Wrk,
}

/// What was done under a load.
pub struct Done {
    pub requests: u64,
    pub took: Duration,
}

/// The loads that this machine can make.
pub fn available() -> Vec<Load> {
    let has_wrk = Command::new("wrk").arg("--version").output().is_ok();
    if has_wrk { vec![Load::Own, Load::Wrk] } else { vec![Load::Own] }
}

impl Load {
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "own client",
            Self::Wrk => "wrk",
        }
    }

    /// Asks as fast as it is answered, for about `length`.
    pub fn run(self, server: SocketAddr, length: Duration) -> io::Result<Done> {
        match self {
            Self::Own => own(server, length),
            Self::Wrk => wrk(server, length),
        }
    }
}

/// One thread, so that the client takes no more than its share of the machine; on Tokio for either server.
fn own(server: SocketAddr, length: Duration) -> io::Result<Done> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let begin = Instant::now();
        let mut connections = JoinSet::new();
        for _ in 0..CONNECTIONS {
            connections.spawn(ask(server, begin + length));
        }
        let mut requests = 0;
        while let Some(connection) = connections.join_next().await {
            requests += connection.map_err(io::Error::other)??;
        }
        Ok(Done { requests, took: begin.elapsed() })
    })
}

/// Asks over one connection until `end`; returns how often it was answered.
async fn ask(server: SocketAddr, end: Instant) -> io::Result<u64> {
    let mut stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    let mut answer = Vec::with_capacity(1024);
    let mut answered = 0;
    while Instant::now() < end {
        stream.write_all(REQUEST).await?;
        answer.clear();
        while !answer.ends_with(service::HELLO.as_bytes()) {
            if stream.read_buf(&mut answer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        answered += 1;
    }
    Ok(answered)
}

fn wrk(server: SocketAddr, length: Duration) -> io::Result<Done> {
    // It takes whole seconds.
    let seconds = format!("-d{}s", length.as_secs().max(1));
    let connections = format!("-c{CONNECTIONS}");
    let url = format!("http://{server}/");
    let output = Command::new("wrk").args(["-t1", &connections, &seconds, &url]).output()?;
    let report = String::from_utf8_lossy(&output.stdout);
    read_report(&report).ok_or_else(|| io::Error::other(format!("wrk says:\n{report}")))
}

/// Finds `12345 requests in 5.01s, ..` and `Requests/sec: 2464.07`.
fn read_report(report: &str) -> Option<Done> {
    let line = report.lines().find(|line| line.contains(" requests in "))?;
    let requests: u64 = line.split_whitespace().next()?.parse().ok()?;
    let rate = report.lines().find_map(|line| line.strip_prefix("Requests/sec:"))?;
    let rate: f64 = rate.trim().parse().ok()?;
    Some(Done { requests, took: Duration::try_from_secs_f64(requests as f64 / rate).ok()? })
}
