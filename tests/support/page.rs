//! A client of the debug page that speaks HTTP by hand, so that it can speak it wrongly too.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// An answer that ended with its connection.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    /// In small letters.
    pub head: String,
    pub body: String,
}

/// Sends these bytes, and reads until the other side closes; an answer that did not come as a whole is none.
pub fn send_raw(address: SocketAddr, bytes: &[u8]) -> Option<Reply> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(super::LONG)).expect("it is not zero");
    // The other side may have closed before it read all.
    let _ = stream.write_all(bytes);
    read_reply(stream)
}

/// Reads until the other side closes.
pub fn read_reply(mut stream: TcpStream) -> Option<Reply> {
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes);
    let text = String::from_utf8(bytes).expect("all answers are text");
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().expect("a status is a number");
    let reply = Reply { status, head: head.to_lowercase(), body: body.into() };
    ended.is_ok().then_some(reply)
}

/// Asks for a path, with further lines in the head, each with its end.
pub fn ask(address: SocketAddr, method: &str, path: &str, lines: &str) -> Reply {
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{lines}\r\n");
    send_raw(address, request.as_bytes()).expect("it answers")
}

/// Gets what has to be there.
pub fn get(address: SocketAddr, path: &str) -> String {
    let reply = ask(address, "GET", path, "");
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
    reply.body
}

/// Gets a document.
pub fn get_json(address: SocketAddr, path: &str) -> serde_json::Value {
    let text = get(address, path);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}: {text}"))
}

/// What the status says of the runtime with this name.
pub fn status_of(address: SocketAddr, name: &str) -> serde_json::Value {
    let status = get_json(address, "/debug/status.json");
    let runtimes = status["runtimes"].as_array().expect("it is a list");
    runtimes.iter().find(|runtime| runtime["name"] == name).expect("it is told of").clone()
}

/// The number of the runtime with this name.
pub fn number_of(address: SocketAddr, name: &str) -> String {
    status_of(address, name)["number"].as_str().expect("it is a text").into()
}

/// Asks until the answer is as it should be.
pub fn until<T>(what: &str, mut ask: impl FnMut() -> T, mut is_right: impl FnMut(&T) -> bool) -> T {
    let mut found = None;
    super::eventually(what, || {
        let answer = ask();
        let is_right = is_right(&answer);
        found = Some(answer);
        is_right || {
            std::thread::sleep(Duration::from_millis(5));
            false
        }
    });
    found.expect("it was asked at least once")
}
