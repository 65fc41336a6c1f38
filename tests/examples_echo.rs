//! The example `echo`: it tells its port, serves many at a time, and complains of what it cannot use.
#![cfg(all(feature = "net", feature = "time"))]

mod support;

use std::io::{Read, Write};
use std::net::Shutdown;
use std::process::Command;

use support::{Server, example};

#[test]
fn many_clients_at_a_time_get_back_what_they_sent() {
    let server = Server::start("echo", &["0"]);
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
    let server = Server::start("echo", &["0"]);
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
    let server = Server::start("echo", &["0"]);
    let port = server.address.port().to_string();
    let output = Command::new(example::program("echo")).arg(&port).output().unwrap();
    assert!(!output.status.success());
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.starts_with(&format!("echo: port {port}: ")), "{error}");
    assert!(error.contains("in use") && !error.contains("Os {"), "{error}");
}
