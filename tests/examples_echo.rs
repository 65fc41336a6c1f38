//! The example `echo`: it tells its port, serves many at a time, and complains of what it cannot use.
#![cfg(all(feature = "net", feature = "time"))]

#[path = "support/example.rs"]
mod example;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Child, Command, Stdio};

/// A server that is ended with the test.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start() -> Self {
        let mut process = Command::new(example::program("echo"))
            .arg("0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut line).expect("it writes text");
        let address = line.trim_end().strip_prefix("listening on ").expect("it tells where");
        Self { address: address.to_owned(), process }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).expect("it listens")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().expect("it runs until it is ended");
        self.process.wait().expect("it has ended");
    }
}

#[test]
fn many_clients_at_a_time_get_back_what_they_sent() {
    let server = Server::start();
    let mut clients: Vec<_> = (0..50).map(|_| server.connect()).collect();
    for (number, client) in clients.iter_mut().enumerate() {
        write!(client, "client {number}").unwrap();
        client.shutdown(Shutdown::Write).unwrap();
    }
    for (number, client) in clients.iter_mut().enumerate() {
        let mut back = String::new();
        client.read_to_string(&mut back).unwrap();
        assert_eq!(back, format!("client {number}"));
    }
}

#[test]
fn a_client_that_never_reads_holds_up_no_other() {
    let server = Server::start();
    let silent = server.connect();
    silent.set_nonblocking(true).unwrap();
    while (&silent).write(&[0; 64 * 1024]).is_ok() {}
    let mut other = server.connect();
    other.write_all(b"hello").unwrap();
    let mut back = [0; 5];
    other.read_exact(&mut back).unwrap();
    assert_eq!(&back, b"hello");
}

#[test]
fn without_a_port_it_says_what_it_wants() {
    for arguments in [&[][..], &["seven"], &["70000"], &["0", "0"]] {
        let output = Command::new(example::program("echo")).args(arguments).output().unwrap();
        assert!(!output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stderr), "echo: usage: echo PORT\n");
    }
}

#[test]
fn a_port_that_is_taken_is_an_error_in_plain_words() {
    let server = Server::start();
    let (_, port) = server.address.rsplit_once(':').expect("an address ends with its port");
    let output = Command::new(example::program("echo")).arg(port).output().unwrap();
    assert!(!output.status.success());
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.starts_with(&format!("echo: port {port}: ")), "{error}");
    assert!(error.contains("in use") && !error.contains("Os {"), "{error}");
}
