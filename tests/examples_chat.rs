//! The example `chat`, as its own process, and people with plain sockets.
#![cfg(all(unix, feature = "macros", feature = "net", feature = "signal", feature = "time"))]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use support::{Server, send_to};

/// The process, and who comes in.
struct Chat(Server);

impl Chat {
    fn start() -> Self {
        Self(Server::start("chat", &["0"]))
    }

    /// Comes in, and is welcome.
    fn enter(&self, name: &str) -> Person {
        let mut person = self.connect();
        person.says(name);
        person.hears("* welcome to lobby");
        person
    }

    fn connect(&self) -> Person {
        let stream = self.0.connect();
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("it is open");
        let mut person = Person(BufReader::new(stream));
        person.hears("* who are you?");
        person
    }
}

struct Person(BufReader<TcpStream>);

impl Person {
    fn says(&self, line: &str) {
        self.0.get_ref().write_all(format!("{line}\n").as_bytes()).expect("it reads");
    }

    /// The next line; empty at the end.
    fn next(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("it writes text in time");
        line.trim_end().to_owned()
    }

    #[track_caller]
    fn hears(&mut self, line: &str) {
        assert_eq!(self.next(), line);
    }

    #[track_caller]
    fn is_let_go(&mut self) {
        self.hears("");
    }
}

#[test]
fn people_hear_what_is_said_in_their_room() {
    let server = Chat::start();
    let (mut ann, mut bob) = (server.enter("ann"), server.enter("bob"));
    ann.hears("* bob is here");
    let mut eve = server.enter("eve");
    ann.hears("* eve is here");
    bob.hears("* eve is here");
    eve.says("/join garden");
    eve.hears("* welcome to garden");
    ann.hears("* eve went to garden");
    bob.hears("* eve went to garden");
    ann.says("/who");
    ann.hears("* here: ann, bob");
    ann.says("good \x1b[2J morning");
    bob.hears("ann: good  [2J morning");
    ann.says("/msg eve come back");
    eve.hears("ann to you: come back");
    ann.says("/msg nobody hello");
    ann.hears("* \"nobody\" is not here");
    ann.says("/dance");
    ann.hears("* there is /join ROOM, /who, /msg NAME TEXT and /quit");
    ann.says("/quit");
    ann.is_let_go();
    bob.hears("* ann left");
    drop(bob);
    eve.says("/join lobby");
    eve.hears("* welcome to lobby");
}

#[test]
fn a_name_belongs_to_one_until_they_leave() {
    let server = Chat::start();
    let mut first = server.enter("ann");
    let mut second = server.connect();
    second.says("ann");
    second.hears("* ann is taken");
    second.says("not a name");
    second.hears("* a name has 1 to 20 letters and digits");
    first.says("/quit");
    first.is_let_go();
    second.says("ann");
    second.hears("* welcome to lobby");
}

#[test]
fn a_line_without_an_end_is_not_kept() {
    let server = Chat::start();
    let (mut ann, bob) = (server.enter("ann"), server.enter("bob"));
    ann.hears("* bob is here");
    bob.0.get_ref().write_all(&[b'x'; 1024]).expect("it reads");
    ann.hears("* bob left");
}

#[test]
fn whoever_does_not_read_misses_lines_and_costs_no_memory() {
    let server = Chat::start();
    let (mut talker, mut slow) = (server.enter("talker"), server.enter("slow"));
    talker.hears("* slow is here");
    // Far more than the sockets between them hold.
    const LINES: usize = 40_000;
    let line = "x".repeat(1000);
    for _ in 0..LINES {
        talker.says(&line);
    }
    talker.says("/who");
    talker.hears("* here: slow, talker");
    #[cfg(target_os = "linux")]
    assert!(server.0.resident() < 32 << 20, "{} bytes in use", server.0.resident());
    let (mut heard, mut missed) = (0, 0);
    while heard + missed < LINES {
        let line = slow.next();
        match line.strip_prefix("* you missed ").and_then(|rest| rest.strip_suffix(" lines")) {
            Some(count) => missed += count.parse::<usize>().expect("it is a number"),
            None => heard += usize::from(line.starts_with("talker: x")),
        }
    }
    assert!(heard + missed == LINES && missed > 0, "{heard} heard, {missed} missed");
    talker.says("done");
    slow.hears("talker: done");
}

#[test]
fn ctrl_c_ends_it_and_everybody_is_told() {
    let mut server = Chat::start();
    let (mut ann, mut stranger) = (server.enter("ann"), server.connect());
    send_to(server.0.id(), libc::SIGINT);
    stranger.hears("* the server ends");
    stranger.is_let_go();
    ann.hears("* the server ends");
    ann.is_let_go();
    assert!(server.0.ended().success());
}
