//! The example `proxy`, as its own process between peers that know nothing of runtimes.
#![cfg(all(feature = "macros", feature = "net", feature = "sync", feature = "time"))]

mod support;

use std::env;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use support::peers::{MUCH, receive_all, send_last};
use support::{ANY, LONG, Server, example, reset, stuff, watch, watch_for};

/// A proxy, and the server that it passes connections on to.
struct Proxied {
    proxy: Server,
    upstream: TcpListener,
}

impl Proxied {
    fn start(options: &[&str]) -> Self {
        let upstream = TcpListener::bind(ANY).expect("a port is free");
        let address = address(&upstream);
        let mut command = Command::new(example::program("proxy"));
        command.args(options).args(["0", &address.to_string()]).stderr(Stdio::piped());
        Self { proxy: Server::start_as(&mut command), upstream }
    }

    /// The two ends of a connection.
    fn ends(&self) -> (TcpStream, TcpStream) {
        let client = self.proxy.connect();
        let (server, _) = self.upstream.accept().expect("the proxy has connected");
        for end in [&client, &server] {
            end.set_read_timeout(Some(LONG)).expect("an open stream");
        }
        (client, server)
    }

    /// Sees that others are served.
    fn is_well(&self) {
        let (client, server) = self.ends();
        send_last(&client, b"well?");
        assert_eq!(receive_all(&server), b"well?");
        send_last(&server, b"very");
        assert_eq!(receive_all(&client), b"very");
    }
}

fn address(listener: &TcpListener) -> SocketAddr {
    listener.local_addr().expect("a bound socket has an address")
}

fn read_error(mut stream: TcpStream) -> ErrorKind {
    stream.read(&mut [0]).expect_err("no end in order, and no bytes").kind()
}

#[test]
fn whoever_closes_its_half_first_still_gets_the_answer() {
    let _watch = watch();
    let proxied = Proxied::start(&[]);
    for client_is_first in [true, false] {
        let (client, server) = proxied.ends();
        let (first, second) = if client_is_first { (client, server) } else { (server, client) };
        send_last(&first, b"and you?");
        assert_eq!(receive_all(&second), b"and you?");
        thread::scope(|scope| {
            scope.spawn(|| send_last(&second, &vec![7; MUCH]));
            assert_eq!(receive_all(&first).len(), MUCH);
        });
    }
}

/// 32 MiB, unless `GOSCHED_PROXY_BYTES` says how many: 1073741824 take a quarter of a minute.
#[test]
fn random_bytes_arrive_whole_in_both_directions() {
    let _watch = watch_for(10 * LONG);
    let count = env::var("GOSCHED_PROXY_BYTES").map_or(32 << 20, |n| n.parse().expect("a number"));
    let proxied = Proxied::start(&[]);
    let (client, server) = proxied.ends();
    thread::scope(|scope| {
        scope.spawn(|| send_noise(&client, 1, count));
        scope.spawn(|| send_noise(&server, 2, count));
        scope.spawn(|| receive_noise(&client, 2, count));
        receive_noise(&server, 1, count);
    });
}

/// Bytes that look like anything, the same each time for one seed.
fn noise(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = 0x9E37_79B9_7F4A_7C15 ^ seed;
    move |chunk| {
        for word in chunk.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
    }
}

/// The size of a chunk; `count` is a multiple of it.
const CHUNK: usize = 64 << 10;

fn send_noise(mut stream: &TcpStream, seed: u64, count: usize) {
    let (mut chunk, mut next) = (vec![0; CHUNK], noise(seed));
    for _ in 0..count / CHUNK {
        next(&mut chunk);
        stream.write_all(&chunk).expect("the other side reads");
    }
    stream.shutdown(Shutdown::Write).expect("the connection is open");
}

fn receive_noise(mut stream: &TcpStream, seed: u64, count: usize) {
    let (mut chunk, mut expected, mut next) = (vec![0; CHUNK], vec![0; CHUNK], noise(seed));
    for number in 0..count / CHUNK {
        next(&mut expected);
        stream.read_exact(&mut chunk).expect("it comes whole");
        assert!(chunk == expected, "chunk {number} is another");
    }
    assert_eq!(stream.read(&mut chunk).expect("it ends in order"), 0);
}

#[test]
fn a_server_that_refuses_is_one_clients_trouble() {
    let _watch = watch();
    let mut proxied = Proxied::start(&[]);
    let free = TcpListener::bind(ANY).expect("a port is free");
    let gone = std::mem::replace(&mut proxied.upstream, free);
    let at = address(&gone);
    drop(gone);
    assert_eq!(read_error(proxied.proxy.connect()), ErrorKind::ConnectionReset);
    let said = proxied.proxy.complaints().next().expect("it complains");
    assert!(said.contains(&at.to_string()) && said.contains("refused"), "{said}");
    proxied.upstream = TcpListener::bind(at).expect("the port is free again");
    proxied.is_well();
}

#[test]
fn a_reset_is_passed_on_and_disturbs_nobody() {
    let _watch = watch();
    let proxied = Proxied::start(&[]);
    let (other_client, other_server) = proxied.ends();
    for client_resets in [true, false] {
        let (client, server) = proxied.ends();
        let (resets, other) = if client_resets { (client, server) } else { (server, client) };
        reset(resets);
        assert_eq!(read_error(other), ErrorKind::ConnectionReset);
    }
    send_last(&other_client, b"still here");
    assert_eq!(receive_all(&other_server), b"still here");
    proxied.is_well();
}

#[test]
fn beyond_the_limit_a_client_waits_for_another_to_go() {
    let _watch = watch();
    let proxied = Proxied::start(&["--limit", "1"]);
    let (first, first_server) = proxied.ends();
    let second = proxied.proxy.connect();
    (&second).write_all(b"me too").unwrap();
    // The first is served although the second came: so the proxy had its turn, and did not take it.
    (&first).write_all(b"x").unwrap();
    (&first_server).read_exact(&mut [0]).unwrap();
    proxied.upstream.set_nonblocking(true).unwrap();
    assert_eq!(proxied.upstream.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    proxied.upstream.set_nonblocking(false).unwrap();
    drop((first, first_server));
    let (mut server, _) = proxied.upstream.accept().unwrap();
    let mut said = [0; 6];
    server.read_exact(&mut said).unwrap();
    assert_eq!(&said, b"me too");
}

#[test]
fn a_connection_that_stands_still_is_ended_and_a_busy_one_is_not() {
    let _watch = watch();
    let proxied = Proxied::start(&["--idle", "0.4"]);
    let (busy, busy_server) = proxied.ends();
    let begin = Instant::now();
    let (idle, idle_server) = proxied.ends();
    let waiting = thread::spawn(move || {
        assert_eq!(read_error(idle), ErrorKind::ConnectionReset);
        assert_eq!(read_error(idle_server), ErrorKind::ConnectionReset);
    });
    while !waiting.is_finished() {
        (&busy).write_all(b"x").unwrap();
        (&busy_server).read_exact(&mut [0]).unwrap();
        thread::sleep(Duration::from_millis(10));
    }
    waiting.join().expect("both ends are reset");
    assert!(begin.elapsed() >= Duration::from_millis(400));
    send_last(&busy_server, b"still here");
    assert_eq!(receive_all(&busy), b"still here");
}

#[test]
fn it_tells_how_much_has_moved() {
    let _watch = watch();
    let mut proxied = Proxied::start(&[]);
    let (client, server) = proxied.ends();
    let peer = client.local_addr().unwrap();
    send_last(&client, b"12345");
    send_last(&server, b"123");
    assert_eq!((receive_all(&server).len(), receive_all(&client).len()), (5, 3));
    let told = format!("proxy: {peer}: 5 bytes up, 3 down in ");
    assert!(proxied.proxy.complaints().any(|line| line.starts_with(&told)));
}

/// What a client does not read stays with who sent it, but for the buffers of the proxy and the system.
#[cfg(target_os = "linux")]
#[test]
fn clients_that_never_read_do_not_grow_memory() {
    let _watch = watch();
    let proxied = Proxied::start(&[]);
    proxied.is_well();
    let before = proxied.proxy.resident();
    let stuck: Vec<_> = (0..8).map(|_| proxied.ends()).collect();
    for (_, server) in &stuck {
        stuff(server);
    }
    proxied.is_well();
    let grown = proxied.proxy.resident().saturating_sub(before);
    assert!(grown < 4 << 20, "{grown} bytes for {} clients", stuck.len());
}

#[test]
fn without_arguments_or_with_wrong_ones_it_says_what_it_wants() {
    for arguments in
        [&[][..], &["0"], &["x", "a:1"], &["0", "a:1", "b"], &["--idle", "0", "0", "a"]]
    {
        let mut command = Command::new(example::program("proxy"));
        let output = command.args(arguments).output().expect("it starts");
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("usage: proxy "), "{said}");
    }
}
