//! The example `crawler`, as its own process, on sites that this serves.
#![cfg(all(feature = "hyper", feature = "macros", feature = "signal"))]

#[path = "support/example.rs"]
mod example;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

/// Long enough for whatever is to happen.
const LONG: Duration = Duration::from_secs(60);

/// What a site says to the target of a request: `None` is never an answer.
type Answers = fn(&str) -> Option<String>;

#[derive(Default)]
struct Seen {
    /// How often each target was asked for.
    asked: BTreeMap<String, usize>,
    /// How many requests wait for their answer, and how many did at most.
    open: usize,
    most: usize,
}

/// A server with a thread for each connection.
struct Site {
    first: String,
    seen: Mutex<Seen>,
    changed: Condvar,
}

impl Site {
    fn start(answers: Answers) -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it is bound");
        let first = format!("http://{address}/");
        let site = Self { first, seen: Mutex::default(), changed: Condvar::new() };
        let site = Arc::new(site);
        let served = site.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (site, stream) = (served.clone(), stream.expect("a client has come"));
                thread::spawn(move || site.serve(stream, answers));
            }
        });
        site
    }

    fn serve(&self, mut stream: TcpStream, answers: Answers) {
        let target = target_of(&stream);
        self.begin(&target);
        let Some(answer) = answers(&target) else {
            // Until the client leaves.
            let _ = stream.read(&mut [0]);
            return;
        };
        self.seen.lock().unwrap().open -= 1;
        let _ = stream.write_all(answer.as_bytes());
    }

    fn begin(&self, target: &str) {
        let mut seen = self.seen.lock().unwrap();
        *seen.asked.entry(target.to_owned()).or_default() += 1;
        seen.open += 1;
        seen.most = seen.most.max(seen.open);
        self.changed.notify_all();
    }

    fn wait(&self, seen: MutexGuard<'_, Seen>, until: impl Fn(&Seen) -> bool) {
        let (seen, timeout) =
            self.changed.wait_timeout_while(seen, LONG, |seen| !until(seen)).unwrap();
        assert!(!timeout.timed_out(), "asked for {:?} alone", seen.asked);
    }

    fn was_asked_for(&self, target: &str) {
        self.wait(self.seen.lock().unwrap(), |seen| seen.asked.contains_key(target));
    }

    fn asked(&self) -> Vec<(String, usize)> {
        self.seen.lock().unwrap().asked.clone().into_iter().collect()
    }
}

fn target_of(stream: &TcpStream) -> String {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    lines.find(|line| line.is_empty());
    first.split(' ').nth(1).unwrap_or_default().to_owned()
}

fn respond(head: &str, body: &str) -> Option<String> {
    Some(format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
}

fn html(body: &str) -> Option<String> {
    respond("200 OK\r\ncontent-type: text/html", body)
}

fn crawler(arguments: &[&str]) -> Command {
    let mut command = Command::new(example::program("crawler"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Whether it succeeded, and what it printed, sorted.
fn crawl(arguments: &[&str]) -> (bool, Vec<String>) {
    outcome(&crawler(arguments).output().expect("it starts"))
}

fn outcome(output: &Output) -> (bool, Vec<String>) {
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let text = str::from_utf8(&output.stdout).expect("it prints text");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    (output.status.success(), lines)
}

#[track_caller]
fn has(lines: &[String], parts: &[&str]) {
    let found = |line: &String| parts.iter().all(|part| line.contains(part));
    assert!(lines.iter().any(found), "no line with {parts:?} in {lines:#?}");
}

fn loops(target: &str) -> Option<String> {
    match target {
        "/" => html(
            "<p><A class=x HREF='a/b?x=1&amp;y=2'>1</A> <a href=/a/c>2</a> <a\nhref=\"#here\">3</a>
            <a href='HTTP://LOCALHOST:1/'>4</a> <a href='mailto:a@b'>5</a> <abbr href='/no'>6</abbr>
            <a data-href='/no' href='/moved'>7</a> <a href='https://127.0.0.1/'>8</a> <a href=''>9</a>
            <a href='/dead'>10</a> <a href='/cut'>11</a> <a href='/text'>12</a> <a name='a'>13</a>",
        ),
        "/a/b?x=1&y=2" => html("<a href='?x=1&y=2#z'>x</a> <a href='c'>y</a> <a href='../'>z</a>"),
        "/a/c" => html("<a href='./b?x=1&amp;y=2'>x</a> <a href='../../../a/./c'>y</a>"),
        "/moved" => respond("302 Found\r\nlocation: /to/./here", ""),
        "/to/here" => html("<a href='..'>up</a><a href='/moved'>back</a>"),
        "/text" => respond("200 OK\r\ncontent-type: text/plain", "<a href='/no'>x</a>"),
        "/cut" => Some("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 9\r\n\r\n<".into()),
        _ => respond("404 Not Found\r\ncontent-type: text/html", "<a href='/no'>x</a>"),
    }
}

#[test]
fn each_page_is_visited_once_however_it_is_written() {
    let site = Site::start(loops);
    let (success, lines) = crawl(&[&site.first]);
    let pages = ["/", "/a/b?x=1&y=2", "/a/c", "/cut", "/dead", "/moved", "/text", "/to/here"];
    assert_eq!(site.asked(), pages.map(|page| (page.to_owned(), 1)));
    assert!(success);
    has(&lines, &["404 /dead, linked from http://127.0.0.1:"]);
    has(&lines, &["--- /cut: "]);
    has(&lines, &["302 /moved"]);
    has(&lines, &["8 visited in ", ": 6 fine, 1 dead, 0 late, 1 broken"]);
}

fn some_never_answer(target: &str) -> Option<String> {
    match target {
        "/" => html("<a href=1>1</a> <a href=slow1>2</a> <a href=slow2>3</a> <a href=2>4</a>"),
        "/1" | "/2" => html("<a href=/>up</a>"),
        _ => None,
    }
}

#[test]
fn a_page_that_never_answers_holds_nobody_up() {
    let site = Site::start(some_never_answer);
    let (success, lines) = crawl(&["-j", "1", "-t", "0.5", &site.first]);
    assert!(success);
    has(&lines, &["--- /slow1: no answer in time, linked from "]);
    has(&lines, &["5 visited in ", ": 3 fine, 0 dead, 2 late, 0 broken"]);
}

#[test]
fn the_deadline_ends_all_of_it() {
    let site = Site::start(some_never_answer);
    let (success, lines) = crawl(&["-j", "3", "-t", "600", "-d", "3", &site.first]);
    assert!(!success);
    has(&lines, &["3 visited in ", ": 3 fine, 0 dead, 0 late, 0 broken"]);
    has(&lines, &["stopped with 2 left: "]);
}

fn start(arguments: &[&str]) -> Child {
    crawler(arguments).spawn().expect("it starts")
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_with_a_summary() {
    use rustix::process::{Pid, Signal, kill_process};

    let site = Site::start(some_never_answer);
    // With one worker, the first page that never comes leaves the other one, and the last, in the queue.
    let child = start(&["-j", "1", "-t", "600", &site.first]);
    site.was_asked_for("/slow1");
    kill_process(Pid::from_child(&child), Signal::INT).expect("it runs");
    let (success, lines) = outcome(&child.wait_with_output().expect("it is our child"));
    assert!(!success);
    has(&lines, &["2 visited in ", ": 2 fine, 0 dead, 0 late, 0 broken"]);
    has(&lines, &["stopped with 3 left: "]);
}

fn many(target: &str) -> Option<String> {
    match target {
        "/" => html(&(0..40).map(|n| format!("<a href={n}></a>")).collect::<String>()),
        _ => html("<a href=/>up</a>"),
    }
}

#[test]
fn as_many_pages_as_allowed_are_visited_at_once_and_not_one_more() {
    for at_once in [1, 7] {
        let site = Site::start(many);
        let (success, lines) = crawl(&["-j", &at_once.to_string(), &site.first]);
        assert!(success);
        has(&lines, &["41 visited in ", ": 41 fine"]);
        let most = site.seen.lock().unwrap().most;
        assert!(most <= at_once, "{most} at once, where {at_once} were allowed");
    }
    // Here nothing but the first page is answered.
    fn slowly(target: &str) -> Option<String> {
        if target == "/" { many(target) } else { None }
    }
    let site = Site::start(slowly);
    let mut child = start(&["-j", "7", "-t", "600", &site.first]);
    let seen = site.seen.lock().unwrap();
    site.wait(seen, |seen| seen.open == 7);
    child.kill().and_then(|()| child.wait()).expect("it is our child");
}

#[test]
fn a_site_without_an_end_is_left_after_so_many_pages() {
    fn endless(target: &str) -> Option<String> {
        html(&format!("<a href='{target}x'>on</a> <a href='{target}y'>on</a>"))
    }
    let site = Site::start(endless);
    let (success, lines) = crawl(&["-n", "25", &site.first]);
    assert!(success);
    has(&lines, &["25 visited in "]);
    assert_eq!(site.asked().len(), 25);
}

#[test]
fn without_a_name_it_crawls_a_site_of_its_own() {
    let (success, lines) = crawl(&["-t", "1"]);
    assert!(success);
    has(&lines, &["404 /missing, linked from "]);
    has(&lines, &["--- /slow: no answer in time, linked from "]);
    has(&lines, &["7 visited in ", ": 5 fine, 1 dead, 1 late, 0 broken"]);
}

#[test]
fn a_site_that_is_not_there_is_a_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}/", listener.local_addr().expect("it is bound"));
    drop(listener);
    let (success, lines) = crawl(&[&url]);
    assert!(!success);
    has(&lines, &["1 visited in ", ": 0 fine, 0 dead, 0 late, 1 broken"]);
}

#[test]
fn what_it_cannot_do_is_a_mistake() {
    let wrong: [&[&str]; 8] = [
        &["https://localhost/"],
        &["localhost:80"],
        &["http://a:b@localhost/"],
        &["-j", "0"],
        &["-j", "1001"],
        &["-t", "-1"],
        &["-d"],
        &["http://localhost/", "http://localhost/"],
    ];
    for arguments in wrong {
        let output = crawler(arguments).output().expect("it starts");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(error.starts_with("crawler: ") && error.contains("usage: crawler"), "{error}");
    }
}
