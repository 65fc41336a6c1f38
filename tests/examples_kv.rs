//! The example `kv`, as its own process: what it answers, to raw sockets and to Redis's own tools where they are installed.
#![cfg(all(
    feature = "macros",
    feature = "net",
    feature = "signal",
    feature = "sync",
    feature = "time"
))]

mod support;

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::process::{Command, ExitStatus, Output};
use std::thread;
use std::time::{Duration, Instant};

use support::{LONG, Server, example, send_to};

/// The server, and its clients.
struct Kv(Server);

impl Kv {
    fn start() -> Self {
        Self(Server::start("kv", &["0"]))
    }

    /// By a shell that first sets the limit of open files.
    fn start_with_limit(ulimit: &str) -> Self {
        let script = format!("{ulimit} && exec \"$0\" 0");
        let mut shell = Command::new("sh");
        Self(Server::start_as(shell.args(["-c", &script]).arg(example::program("kv"))))
    }

    fn port(&self) -> String {
        self.0.address.port().to_string()
    }

    fn connect(&self) -> Client {
        let stream = self.0.connect();
        stream.set_read_timeout(Some(LONG)).expect("no length of zero");
        Client(BufReader::new(stream))
    }

    /// Waits until it has ended by itself.
    fn end(mut self) -> ExitStatus {
        self.0.ended()
    }
}

struct Client(BufReader<TcpStream>);

impl Client {
    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.get_mut().write_all(bytes.as_ref()).expect("it reads");
    }

    /// One line, without its end.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("it answers in text");
        line.strip_suffix("\r\n").unwrap_or_else(|| panic!("no line: {line:?}")).to_owned()
    }

    /// A reply, with spaces where lines end.
    fn reply(&mut self) -> String {
        let line = self.line();
        match (line.split_at(1), line[1..].parse::<usize>()) {
            (("$", _), Ok(_)) => format!("{line} {}", self.line()),
            (("*", _), Ok(count)) => {
                (0..count).fold(line, |all, _| format!("{all} {}", self.reply()))
            }
            _ => line,
        }
    }

    /// What it answers to a line of words.
    fn ask(&mut self, words: &str) -> String {
        self.send(format!("{words}\r\n"));
        self.reply()
    }

    /// What comes until the server closes the connection.
    fn rest(mut self) -> io::Result<String> {
        let mut text = String::new();
        self.0.read_to_string(&mut text).map(|_| text)
    }
}

/// A request as clients send it.
fn array(words: &[&[u8]]) -> Vec<u8> {
    let mut request = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        request.extend(format!("${}\r\n", word.len()).bytes());
        request.extend_from_slice(word);
        request.extend(b"\r\n");
    }
    request
}

#[test]
fn values_are_put_got_counted_and_removed() {
    let server = Kv::start();
    let mut client = server.connect();
    for (request, reply) in [
        ("PING", "+PONG"),
        ("ping hello", "$5 hello"),
        ("ECHO hello", "$5 hello"),
        ("GET a", "$-1"),
        ("SET a 1", "+OK"),
        ("get a", "$1 1"),
        ("SET a 2 NX", "$-1"),
        ("SET b 2 XX", "$-1"),
        ("SET a 2 XX", "+OK"),
        ("SET b 3 nx", "+OK"),
        ("EXISTS a b c a", ":3"),
        ("INCR a", ":3"),
        ("DECR b", ":2"),
        ("DECR c", ":-1"),
        ("DBSIZE", ":3"),
        ("DEL a b d", ":2"),
        ("EXISTS a", ":0"),
        ("CONFIG GET save", "*2 $4 save $0 "),
        ("COMMAND DOCS", "*0"),
        ("PUBLISH nobody listens", ":0"),
    ] {
        assert_eq!(client.ask(request), reply, "{request}");
    }
}

#[test]
fn what_cannot_be_done_is_said_and_the_connection_stays() {
    let server = Kv::start();
    let mut client = server.connect();
    for (request, reply) in [
        ("SET word hello", "+OK"),
        ("SET most 9223372036854775807", "+OK"),
        ("LPUSH a b", "-ERR unknown command 'LPUSH'"),
        ("lPush a b", "-ERR unknown command 'lPush'"),
        ("GET", "-ERR wrong number of arguments for 'get' command"),
        ("SET a", "-ERR wrong number of arguments for 'set' command"),
        ("DEL", "-ERR wrong number of arguments for 'del' command"),
        ("SUBSCRIBE", "-ERR wrong number of arguments for 'subscribe' command"),
        ("SET a b EX", "-ERR syntax error"),
        ("SET a b NX XX", "-ERR syntax error"),
        ("SET a b EX 1 PX 1", "-ERR syntax error"),
        ("SET a b EX 0", "-ERR invalid expire time in 'set' command"),
        ("SET a b EX 9223372036854775807", "-ERR invalid expire time in 'set' command"),
        ("SET a b EX soon", "-ERR value is not an integer or out of range"),
        ("INCR word", "-ERR value is not an integer or out of range"),
        ("INCR most", "-ERR increment or decrement would overflow"),
        ("EXPIRE word 9223372036854775807", "-ERR invalid expire time in 'expire' command"),
        ("DBSIZE", ":2"),
    ] {
        assert_eq!(client.ask(request), reply, "{request}");
    }
    // A name with the end of a line in it does not make two lines of the answer.
    client.send(array(&[b"A\r\n+OK"]));
    assert_eq!(client.reply(), r"-ERR unknown command 'A\r\n+OK'");
    assert_eq!(client.ask("PING"), "+PONG");
}

#[test]
fn values_are_any_bytes() {
    let server = Kv::start();
    let mut client = server.connect();
    let value: Vec<u8> = (0..=255).cycle().take(500_000).collect();
    client.send(array(&[b"SET", b"\r\n\0", &value]));
    assert_eq!(client.reply(), "+OK");
    client.send(array(&[b"GET", b"\r\n\0"]));
    assert_eq!(client.line(), "$500000");
    let mut back = vec![0; value.len() + 2];
    client.0.read_exact(&mut back).unwrap();
    assert!(back.starts_with(&value) && back.ends_with(b"\r\n"));
}

#[test]
fn entries_end_in_their_time_and_are_dropped_unasked() {
    let server = Kv::start();
    let mut client = server.connect();
    assert_eq!(client.ask("SET later 1 EX 100"), "+OK");
    assert_eq!(client.ask("TTL later"), ":100");
    assert_eq!(client.ask("INCR later"), ":2");
    assert_eq!(client.ask("TTL later"), ":100");
    assert_eq!(client.ask("SET later 1"), "+OK");
    assert_eq!(client.ask("TTL later"), ":-1");
    assert_eq!(client.ask("EXPIRE later 50"), ":1");
    assert_eq!(client.ask("TTL later"), ":50");
    assert_eq!(client.ask("EXPIRE later 0"), ":1");
    assert_eq!(client.ask("TTL later"), ":-2");
    assert_eq!(client.ask("EXPIRE later 50"), ":0");

    let begin = Instant::now();
    for key in 0..1000 {
        client.send(format!("SET {key} x PX {}\r\n", 200 + key % 7));
    }
    (0..1000).for_each(|_| assert_eq!(client.reply(), "+OK"));
    assert_eq!(client.ask("SET for-ever x"), "+OK");
    if begin.elapsed() < Duration::from_millis(150) {
        assert_eq!(client.ask("DBSIZE"), ":1001");
    }
    while client.ask("DBSIZE") != ":1" {
        assert!(begin.elapsed() < LONG, "nobody drops what is over");
        thread::sleep(Duration::from_millis(5));
    }
    assert!(begin.elapsed() >= Duration::from_millis(200), "dropped too early");
    assert_eq!(client.ask("GET 6"), "$-1");
}

#[test]
fn an_entry_that_ends_sooner_than_the_others_is_not_forgotten() {
    let server = Kv::start();
    let mut client = server.connect();
    assert_eq!(client.ask("SET late x EX 100"), "+OK");
    assert_eq!(client.ask("SET soon x PX 20"), "+OK");
    let begin = Instant::now();
    while client.ask("DBSIZE") != ":1" {
        assert!(begin.elapsed() < LONG, "nobody drops what is over");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn requests_that_come_together_or_in_pieces_are_answered_in_order() {
    let server = Kv::start();
    let mut client = server.connect();
    let mut requests = Vec::new();
    for number in 0..2000 {
        requests.extend(array(&[b"SET", b"key", number.to_string().as_bytes()]));
        requests.extend(b"GET key\r\n\r\n*0\r\n"); // an empty line and an empty array ask for nothing
    }
    let (together, in_pieces) = requests.split_at(requests.len() - 200);
    let mut writer = client.0.get_ref().try_clone().unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            writer.set_nodelay(true).unwrap();
            writer.write_all(together).unwrap();
            in_pieces.chunks(1).for_each(|piece| writer.write_all(piece).unwrap());
            writer.shutdown(Shutdown::Write).unwrap();
        });
        for number in 0..2000 {
            assert_eq!(client.reply(), "+OK");
            assert_eq!(client.line(), format!("${}", number.to_string().len()));
            assert_eq!(client.line(), number.to_string());
        }
    });
    assert_eq!(client.rest().unwrap(), "");
}

/// What a client may ask for with few bytes must not be kept for it in memory.
#[cfg(target_os = "linux")]
#[test]
fn a_client_that_asks_for_much_and_reads_nothing_costs_little_and_holds_up_no_other() {
    let server = Kv::start();
    let mut silent = server.connect();
    silent.send(array(&[b"SET", b"large", &[b'x'; 1_000_000]]));
    assert_eq!(silent.reply(), "+OK");
    silent.send("GET large\r\n".repeat(500));
    let mut other = server.connect();
    for _ in 0..100 {
        assert_eq!(other.ask("PING"), "+PONG");
    }
    assert!(server.0.resident() < 100_000_000, "{} bytes are resident", server.0.resident());
}

#[test]
fn nonsense_gets_an_answer_and_the_connection_is_closed() {
    let server = Kv::start();
    let too_long = array(&[b"SET", b"a", &vec![b'x'; 1 << 20]]);
    let too_many = array(&[b"a".as_slice(); 1025]);
    for (sent, why) in [
        (b"*1\r\n!4\r\nPING\r\n".as_slice(), "expected '$'"),
        (b"*x\r\n", "invalid multibulk length"),
        (b"*99999999999999999999999999", "invalid multibulk length"),
        (b"*1\r\n$-1\r\n", "invalid bulk length"),
        (b"*1\r\n$4\r\nPINGPONG\r\n", "longer than its length"),
        (&[b'x'; 1 << 20], "too big inline request"),
        (&too_long, "too big request"),
        (&too_many, "invalid multibulk length"),
    ] {
        let mut client = server.connect();
        client.send(b"PING\r\n");
        client.send(sent);
        client.0.get_ref().shutdown(Shutdown::Write).unwrap();
        assert_eq!(client.reply(), "+PONG");
        let answer = client.rest().unwrap();
        assert!(answer.starts_with("-ERR Protocol error: ") && answer.contains(why), "{answer}");
    }
    assert_eq!(server.connect().ask("PING"), "+PONG");
}

#[test]
fn quit_is_answered_and_ends_the_connection() {
    let server = Kv::start();
    let mut client = server.connect();
    client.send("SET a 1\r\nQUIT\r\nSET a 2\r\n");
    assert_eq!(client.rest().unwrap(), "+OK\r\n+OK\r\n");
    assert_eq!(server.connect().ask("GET a"), "$1 1");
}

#[test]
fn messages_reach_those_who_listen_and_nobody_else() {
    let server = Kv::start();
    let (mut one, mut two) = (server.connect(), server.connect());
    let mut publisher = server.connect();
    assert_eq!(one.ask("SUBSCRIBE news weather"), "*3 $9 subscribe $4 news :1");
    assert_eq!(one.reply(), "*3 $9 subscribe $7 weather :2");
    assert_eq!(two.ask("SUBSCRIBE news"), "*3 $9 subscribe $4 news :1");
    assert_eq!(two.ask("SUBSCRIBE news"), "*3 $9 subscribe $4 news :1");

    assert_eq!(publisher.ask("PUBLISH news first"), ":2");
    assert_eq!(one.reply(), "*3 $7 message $4 news $5 first");
    assert_eq!(two.reply(), "*3 $7 message $4 news $5 first");
    assert_eq!(publisher.ask("PUBLISH weather rain"), ":1");
    assert_eq!(one.reply(), "*3 $7 message $7 weather $4 rain");

    // Who listens may ask for little else.
    let refused =
        "-ERR only PING, QUIT, SUBSCRIBE and UNSUBSCRIBE are allowed to who is subscribed";
    assert_eq!(one.ask("GET a"), refused);
    assert_eq!(one.ask("PING"), "*2 $4 pong $0 ");

    // When the answer is there, so is the place: nobody counts it any more.
    assert_eq!(one.ask("UNSUBSCRIBE news"), "*3 $11 unsubscribe $4 news :1");
    assert_eq!(publisher.ask("PUBLISH news second"), ":1");
    assert_eq!(two.reply(), "*3 $7 message $4 news $6 second");
    assert_eq!(one.ask("UNSUBSCRIBE"), "*3 $11 unsubscribe $7 weather :0");
    assert_eq!(one.ask("UNSUBSCRIBE"), "*3 $11 unsubscribe $-1 :0");
    assert_eq!(one.ask("GET a"), "$-1");
    two.send("QUIT\r\n");
    assert_eq!(two.rest().unwrap(), "+OK\r\n");
    let begin = Instant::now();
    while publisher.ask("PUBLISH news third") != ":0" {
        assert!(begin.elapsed() < LONG, "one who has gone still listens");
    }
}

#[test]
fn messages_of_one_publisher_come_in_order() {
    let server = Kv::start();
    let (mut listener, mut publisher) = (server.connect(), server.connect());
    listener.ask("SUBSCRIBE numbers");
    for number in 0..900 {
        publisher.send(format!("PUBLISH numbers {number}\r\n"));
    }
    for number in 0..900 {
        assert_eq!(publisher.reply(), ":1");
        let digits = number.to_string();
        let message = format!("*3 $7 message $7 numbers ${} {digits}", digits.len());
        assert_eq!(listener.reply(), message);
    }
}

#[test]
fn a_listener_that_is_too_slow_is_told_and_parted_with() {
    let server = Kv::start();
    let (mut slow, mut publisher) = (server.connect(), server.connect());
    slow.ask("SUBSCRIBE flood");
    let message = array(&[b"PUBLISH", b"flood", &[b'x'; 10_000]]);
    // More than the system and the server keep for it.
    for _ in 0..5000 {
        publisher.send(&message);
        if publisher.reply() == ":0" {
            break;
        }
    }
    let mut text = Vec::new();
    slow.0.read_to_end(&mut text).expect("it is closed in order");
    let end = text.len().saturating_sub(100);
    let end = String::from_utf8_lossy(&text[end..]);
    assert!(end.contains("messages are lost: you read too slowly\r\n"), "{end}");
    assert_eq!(publisher.ask("PING"), "+PONG");
}

#[test]
fn who_comes_when_all_places_are_taken_is_told_so_and_the_next_one_is_not() {
    let server = Kv(Server::start("kv", &["0", "3"]));
    full_and_free_again(&server, 3);
}

/// The server leaves itself descriptors enough to say that there are no more.
#[cfg(unix)]
#[test]
fn where_descriptors_are_few_the_newcomer_is_told_and_the_others_go_on() {
    let server = Kv::start_with_limit("ulimit -n 48");
    full_and_free_again(&server, 16);
}

#[cfg(unix)]
#[test]
fn a_low_limit_of_descriptors_is_raised() {
    let server = Kv::start_with_limit("ulimit -S -n 20");
    let mut clients: Vec<_> = (0..100).map(|_| server.connect()).collect();
    clients.iter_mut().for_each(|client| assert_eq!(client.ask("PING"), "+PONG"));
}

fn full_and_free_again(server: &Kv, places: usize) {
    let mut clients: Vec<_> = (0..places).map(|_| server.connect()).collect();
    clients.iter_mut().for_each(|client| assert_eq!(client.ask("PING"), "+PONG"));
    for _ in 0..100 {
        let refused = server.connect().rest().unwrap();
        assert_eq!(refused, "-ERR max number of clients reached\r\n");
    }
    clients.iter_mut().for_each(|client| assert_eq!(client.ask("PING"), "+PONG"));
    assert_eq!(clients.pop().unwrap().ask("QUIT"), "+OK");
    let begin = Instant::now();
    let mut next = loop {
        let mut next = server.connect();
        if next.0.get_mut().write_all(b"PING\r\n").is_ok() && next.line() == "+PONG" {
            break next;
        }
        assert!(begin.elapsed() < LONG, "the place of one who has gone stays taken");
    };
    assert_eq!(next.ask("PING"), "+PONG");
}

#[test]
fn shutdown_answers_what_was_asked_before_and_ends_the_program() {
    let server = Kv::start();
    let mut idle = server.connect();
    let mut listener = server.connect();
    assert_eq!(idle.ask("PING"), "+PONG");
    listener.ask("SUBSCRIBE news");
    let mut last = server.connect();
    last.send("SET a 1\r\nGET a\r\nSHUTDOWN\r\n");
    assert_eq!(last.rest().unwrap(), "+OK\r\n$1\r\n1\r\n");
    assert_eq!(idle.rest().unwrap(), "");
    assert_eq!(listener.rest().unwrap(), "");
    assert!(server.end().success());
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_as_shutdown_does() {
    for signal in [libc::SIGINT, libc::SIGTERM] {
        let server = Kv::start();
        let (mut idle, mut listener) = (server.connect(), server.connect());
        assert_eq!(idle.ask("SET a 1"), "+OK");
        listener.ask("SUBSCRIBE news");
        send_to(server.0.id(), signal);
        assert_eq!(idle.rest().unwrap(), "", "{signal}");
        assert_eq!(listener.rest().unwrap(), "", "{signal}");
        assert!(server.end().success(), "{signal}");
    }
}

/// Each costs the server a task and a queue, so what one client takes is bounded.
#[test]
fn a_client_listens_to_so_many_channels_and_no_more() {
    let server = Kv::start();
    let mut client = server.connect();
    for number in 1..=128 {
        let told = client.ask(&format!("SUBSCRIBE {number}"));
        assert!(told.ends_with(&format!(":{number}")), "{told}");
    }
    assert_eq!(client.ask("SUBSCRIBE more"), "-ERR a client may listen to 128 channels");
    client.ask("UNSUBSCRIBE 1");
    assert!(client.ask("SUBSCRIBE more").ends_with(":128"));
}

#[test]
fn what_is_no_port_is_a_mistake_and_one_that_is_taken_is_said() {
    for arguments in [&["many"][..], &["1", "2", "3"], &["65536"], &["0", "-1"]] {
        let output = run(Command::new(example::program("kv")).args(arguments));
        assert!(!output.status.success());
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(error, "kv: usage: kv [PORT [CONNECTIONS]]\n");
    }
    let server = Kv::start();
    let output = run(Command::new(example::program("kv")).arg(server.port()));
    assert!(!output.status.success());
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(error.starts_with("kv: port ") && error.contains("in use"), "{error}");
}

fn run(command: &mut Command) -> Output {
    command.output().expect("it starts")
}

/// Redis's own tools are not everywhere.
fn installed(tool: &str) -> bool {
    let found = Command::new(tool).arg("--version").output().is_ok();
    if !found {
        eprintln!("skipped: there is no {tool} here");
    }
    found
}

#[test]
fn redis_cli_understands_it() {
    if !installed("redis-cli") {
        return;
    }
    let server = Kv::start();
    let told = |words: &[&str]| {
        let output = run(Command::new("redis-cli").args(["-p", &server.port()]).args(words));
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8(output.stdout).expect("it writes text")
    };
    assert_eq!(told(&["set", "greeting", "hello there", "EX", "60"]), "OK\n");
    assert_eq!(told(&["get", "greeting"]), "hello there\n");
    assert_eq!(told(&["ttl", "greeting"]), "60\n");
    assert_eq!(told(&["del", "greeting"]), "1\n");
    assert_eq!(told(&["get", "greeting"]), "\n");
    assert!(told(&["lpush", "a", "b"]).starts_with("ERR unknown command"));
    assert_eq!(told(&["shutdown"]), "");
    assert!(server.end().success());
}

#[test]
fn redis_benchmark_gets_all_its_answers() {
    if !installed("redis-benchmark") {
        return;
    }
    let server = Kv::start();
    for pipeline in ["1", "16"] {
        let mut benchmark = Command::new("redis-benchmark");
        benchmark.args(["-p", &server.port(), "-t", "get,set,incr", "-c", "20", "-n", "2000"]);
        let output = run(benchmark.args(["-P", pipeline, "--csv"]));
        let report = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{output:?}");
        for test in ["SET", "GET", "INCR"] {
            assert!(report.contains(&format!("\"{test}\",\"")), "{report}");
        }
        assert!(!String::from_utf8_lossy(&output.stderr).contains("WARN"), "{output:?}");
    }
}
