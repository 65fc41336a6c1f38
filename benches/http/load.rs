//! Who asks: a client in this process, and `wrk`.

use std::io;
use std::net::SocketAddr;
use std::process::Command;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::service;

pub const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// A kind of load: connections on each of which so many requests are sent as soon as as many are answered.
#[derive(Clone, Copy)]
pub struct Load {
    client: Client,
    pub connections: usize,
    at_a_time: usize,
}

#[derive(Clone, Copy, PartialEq)]
enum Client {
    Own,
    Wrk,
}

/// What was done under a load.
pub struct Done {
    pub requests: u64,
    pub took: Duration,
}

/// The first of them, which paces are told by, is made on every machine.
const LOADS: [Load; 4] = [
    Load { client: Client::Own, connections: 64, at_a_time: 1 },
    Load { client: Client::Own, connections: 64, at_a_time: 16 },
    Load { client: Client::Wrk, connections: 64, at_a_time: 1 },
    Load { client: Client::Wrk, connections: 1_000, at_a_time: 1 },
];

/// The loads that this machine can make.
pub fn available() -> Vec<Load> {
    let has_wrk = Command::new("wrk").arg("--version").output().is_ok();
    LOADS.into_iter().filter(|load| load.client == Client::Own || has_wrk).collect()
}

impl Load {
    pub fn name(self) -> String {
        let client = match self.client {
            Client::Own if self.at_a_time > 1 => "pipelined",
            Client::Own => "own client",
            Client::Wrk => "wrk",
        };
        format!("{client}, {}", self.connections)
    }

    /// Asks as fast as it is answered, for about `length`.
    pub fn run(self, server: SocketAddr, length: Duration) -> io::Result<Done> {
        match self.client {
            Client::Own => own(server, self, length),
            Client::Wrk => wrk(server, self.connections, length),
        }
    }
}

/// One thread, so that the client takes no more than its share of the machine; on Tokio for either server.
fn own(server: SocketAddr, load: Load, length: Duration) -> io::Result<Done> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let begin = Instant::now();
        let mut connections = JoinSet::new();
        for _ in 0..load.connections {
            connections.spawn(ask(server, load.at_a_time, begin + length));
        }
        let mut requests = 0;
        while let Some(connection) = connections.join_next().await {
            requests += connection.map_err(io::Error::other)??;
        }
        Ok(Done { requests, took: begin.elapsed() })
    })
}

/// Asks over one connection until `end`; returns how often it was answered.
async fn ask(server: SocketAddr, at_a_time: usize, end: Instant) -> io::Result<u64> {
    let mut stream = TcpStream::connect(server).await?;
    stream.set_nodelay(true)?;
    let requests = REQUEST.repeat(at_a_time);
    let mut answers = Vec::with_capacity(1024 * at_a_time);
    let mut answered = 0;
    let mut length = None; // of all answers together, which is known when the first ones have come
    while Instant::now() < end {
        stream.write_all(&requests).await?;
        answers.clear();
        while length.map_or_else(|| count(&answers) < at_a_time, |length| answers.len() < length) {
            if stream.read_buf(&mut answers).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        length = Some(answers.len());
        answered += at_a_time as u64;
    }
    Ok(answered)
}

/// How many whole answers these are. All have the same length.
pub fn count(answers: &[u8]) -> usize {
    let body = service::HELLO.as_bytes();
    let end = answers.windows(body.len()).position(|window| window == body);
    end.map_or(0, |end| answers.len() / (end + body.len()))
}

fn wrk(server: SocketAddr, connections: usize, length: Duration) -> io::Result<Done> {
    // It takes whole seconds.
    let seconds = format!("-d{}s", length.as_secs().max(1));
    let connections = format!("-c{connections}");
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
