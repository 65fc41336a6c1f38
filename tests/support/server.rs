//! An example that serves, as its own process.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};

use super::example;

/// The process, and where it listens; it is ended with the test, however that ends.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Starts an example at a free port; its first line has to end with the address, or a link to it.
    pub fn start(name: &str, arguments: &[&str]) -> Self {
        Self::start_as(Command::new(example::program(name)).args(arguments))
    }

    /// Starts it by a command, which may have something else to say of the input and the errors.
    pub fn start_as(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let output = process.stdout.take().expect("it is piped");
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).expect("it writes text");
        let word = line.split_whitespace().next_back().unwrap_or_default();
        let address = word.trim_start_matches("http://").trim_end_matches('/').parse().ok();
        let address = address.unwrap_or_else(|| panic!("no address: {line:?}"));
        Self { process, address }
    }

    pub fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).expect("it listens")
    }

    /// Its number among the processes.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// What it reads, if its input was piped.
    pub fn input(&mut self) -> ChildStdin {
        self.process.stdin.take().expect("it is piped, and nobody else has it")
    }

    /// The next complaints, if they were piped.
    pub fn complaints(&mut self) -> impl Iterator<Item = String> + use<> {
        let errors = self.process.stderr.take().expect("it is piped, and nobody else has it");
        BufReader::new(errors).lines().map(|line| line.expect("it writes text"))
    }

    /// Waits until it has ended by itself, which must not take long.
    pub fn ended(&mut self) -> ExitStatus {
        let mut status = None;
        super::eventually("the server ends", || {
            status = self.process.try_wait().expect("it is our child");
            status.is_some()
        });
        status.expect("it has ended")
    }

    /// How much memory it has in use, in bytes.
    #[cfg(target_os = "linux")]
    pub fn resident(&self) -> usize {
        let status = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(status).expect("/proc is mounted");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")).expect("it runs");
        kib.parse::<usize>().expect("it is a number") << 10
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
