//! A server as a process of its own.

use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use super::process;

/// In how many ticks a second the kernel shows CPU time to processes, on every Linux.
const TICKS_A_SECOND: u32 = 100;

/// In the environment of a program that is to be a server: of which peer.
const SERVE: &str = "GOSCHED_BENCH_SERVE";

/// The peer as which this process is to serve.
pub fn wanted() -> Option<String> {
    env::var(SERVE).ok()
}

/// The process; it ends when this is dropped.
pub struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// This program once more, as the server of `peer`.
    pub fn command(peer: &str) -> io::Result<Command> {
        let mut command = Command::new(env::current_exe()?);
        command.env(SERVE, peer);
        Ok(command)
    }

    /// Starts a program, and waits until it says, as the last word of its first line, where it listens.
    pub fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().expect("it was asked for");
        let mut server = Self { child, address: ([0, 0, 0, 0], 0).into() };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let address = line.split_whitespace().last().unwrap_or_default();
        server.address = address.parse().map_err(io::Error::other)?;
        Ok(server)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The CPU time that it has used so far, for itself and in the kernel.
    pub fn cpu_time(&self) -> io::Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        let ticks =
            ticks(&stat).ok_or_else(|| io::Error::other("the kernel's line is unreadable"))?;
        Ok(Duration::from_secs(ticks) / TICKS_A_SECOND)
    }

    /// Bytes of its memory that are resident.
    pub fn resident(&self) -> io::Result<u64> {
        let resident = process::resident_bytes_of(self.child.id());
        resident.ok_or_else(|| io::Error::other("the kernel does not tell"))
    }
}

/// Fields 14 and 15. The second is the program's name in parentheses, and may contain anything.
fn ticks(stat: &str) -> Option<u64> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, and then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
