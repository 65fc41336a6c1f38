//! A server as a process of its own.

use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{env, fs};

/// In how many ticks a second the kernel shows CPU time to processes, on every Linux.
const TICKS_A_SECOND: u32 = 100;

/// The process; it ends when this is dropped.
pub struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts this program once more, as the server of `peer`, and waits until it listens.
    pub fn start(peer: &str) -> io::Result<Self> {
        let mut command = Command::new(env::current_exe()?);
        let mut child = command.args(["--serve", peer]).stdout(Stdio::piped()).spawn()?;
        let stdout = child.stdout.take().expect("it was asked for");
        let mut server = Self { child, address: ([0, 0, 0, 0], 0).into() };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        server.address = line.trim().parse().map_err(io::Error::other)?;
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
