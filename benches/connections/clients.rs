//! The clients, which are the same for all servers.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep_until};

use super::MESSAGE;
use super::support::server::Server;

const SECOND: Duration = Duration::from_secs(1);

/// What came of it.
pub struct Heard {
    /// CPU time of the server.
    pub used: Duration,
    /// Memory of the server beyond what it had without connections, in bytes.
    pub memory: u64,
    /// How long each echo took, the shortest first.
    pub took: Vec<Duration>,
}

impl Heard {
    /// In how many microseconds so many percent of the echoes came.
    pub fn percentile(&self, percent: usize) -> f64 {
        let took = self.took.get(self.took.len() * percent / 100);
        took.map_or(f64::NAN, |took| took.as_secs_f64() * 1e6)
    }
}

/// Opens connections to `server` and has each of them speak once a second, for one second to warm up and then for so
/// many that count.
pub fn speak(server: &Server, connections: u64, spread: bool, seconds: u32) -> io::Result<Heard> {
    let empty = server.resident()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut streams = Vec::new();
        for _ in 0..connections {
            streams.push(open(server.address()).await?);
        }
        let begin = Instant::now() + SECOND;
        let end = begin + SECOND * (seconds + 1);
        let mut clients = JoinSet::new();
        for (number, stream) in (0..).zip(streams) {
            let offset = if spread { SECOND * number / connections as u32 } else { Duration::ZERO };
            clients.spawn(ask(stream, begin + offset, begin + SECOND, end));
        }
        sleep_until(begin + SECOND).await;
        let before = server.cpu_time()?;
        sleep_until(end).await;
        let used = server.cpu_time()? - before;
        let memory = server.resident()?.saturating_sub(empty);
        let mut took = Vec::new();
        while let Some(client) = clients.join_next().await {
            took.append(&mut client.map_err(io::Error::other)??);
        }
        took.sort_unstable();
        Ok(Heard { used, memory, took })
    })
}

/// Opens a connection, and has the server answer on it before there is another.
///
/// A client connects faster than a server accepts, whichever runtime that has. What does not fit into the listener's queue is
/// dropped by the kernel without a word, and tried again after a second: ten thousand connections could take a minute.
async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    echo(&mut stream).await?;
    Ok(stream)
}

/// Says something, and waits until it comes back.
async fn echo(stream: &mut TcpStream) -> io::Result<()> {
    let mut echo = [7; MESSAGE];
    stream.write_all(&echo).await?;
    stream.read_exact(&mut echo).await?;
    Ok(())
}

/// Speaks each second from `begin` to `end`. Returns how long those echoes took that came after `counted`.
async fn ask(
    mut stream: TcpStream,
    begin: Instant,
    counted: Instant,
    end: Instant,
) -> io::Result<Vec<Duration>> {
    let mut seconds = interval_at(begin, SECOND);
    seconds.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut took = Vec::new();
    loop {
        let tick = seconds.tick().await;
        if tick >= end {
            return Ok(took);
        }
        let start = Instant::now();
        echo(&mut stream).await?;
        if tick >= counted {
            took.push(start.elapsed());
        }
    }
}
