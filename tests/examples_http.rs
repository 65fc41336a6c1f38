//! The example `http`, as its own process.
#![cfg(feature = "hyper")]

mod support;

use std::io::{Read, Write};
use std::process::Command;

use support::{Server, example};

fn start() -> Server {
    Server::start("http", &["0"])
}

/// The status and the body of the answer to one request.
fn ask(server: &Server, request: &str) -> (String, String) {
    let mut stream = server.connect();
    let (head, body) = request.split_once('|').unwrap_or((request, ""));
    let length = body.len();
    let request = format!(
        "{head} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers in text");
    let (head, body) = answer.split_once("\r\n\r\n").expect("it is HTTP");
    let status = head.split_whitespace().nth(1).expect("there is a status");
    (status.to_owned(), body.to_owned())
}

#[test]
fn it_prints_where_it_listens_and_answers_there() {
    let server = start();
    let answer = |request: &str| ask(&server, request);
    assert_eq!(answer("GET /"), ("200".into(), "hello\n".into()));
    assert_eq!(answer("POST /echo|some words"), ("200".into(), "some words".into()));
    assert_eq!(answer("GET /sleep?ms=1"), ("200".into(), "awake\n".into()));
    assert_eq!(answer("GET /elsewhere").0, "404");
    assert_eq!(answer("HEAD /"), ("200".into(), String::new()));
    assert_eq!(answer("GET /echo").0, "405");
}

#[test]
fn what_is_no_port_is_a_mistake() {
    for arguments in [&["many"][..], &["1", "2"], &["65536"]] {
        let mut command = Command::new(example::program("http"));
        let output = command.args(arguments).output().expect("it starts");
        assert!(!output.status.success());
        assert_eq!(String::from_utf8_lossy(&output.stderr), "http: usage: http [PORT]\n");
    }
}

#[test]
fn a_port_that_is_taken_is_an_error_in_plain_words() {
    let server = start();
    let port = server.address.port().to_string();
    let mut command = Command::new(example::program("http"));
    let output = command.arg(port).output().expect("it starts");
    assert!(!output.status.success());
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.starts_with("http: ") && error.contains("in use"), "{error}");
}
