//! Who may look at the debug page, and what becomes of those who speak badly, slowly, or all at once.
#![cfg(feature = "debug-page")]

mod support;

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use runtime::debug::{self, Builder, Server};
use rustix::process::{Resource, getrlimit, setrlimit};
use support::page::{ask, get, read_reply, send_raw};
use support::watch;

fn page() -> Server {
    debug::serve("127.0.0.1:0").expect("a port is free")
}

/// A connection over which a request may be sent.
fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(support::LONG)).expect("it is not zero");
    stream
}

#[test]
fn only_loopback_addresses_are_bound() {
    let _watch = watch();
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "8.8.8.8:80"] {
        let error = debug::serve(address).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{address}");
        assert!(error.to_string().contains("allow_remote"), "{error}");
    }
    for address in ["127.0.0.1:0", "127.9.9.9:0", "localhost:0"] {
        let page = debug::serve(address).unwrap_or_else(|error| panic!("{address}: {error}"));
        assert!(page.local_addr().ip().is_loopback());
        page.shutdown();
    }
    let none: &[SocketAddr] = &[];
    assert_eq!(debug::serve(none).unwrap_err().kind(), ErrorKind::InvalidInput);
    let page = Builder::new().allow_remote().serve("0.0.0.0:0").expect("it was allowed");
    let address = SocketAddr::from(([127, 0, 0, 1], page.local_addr().port()));
    let named = b"GET /metrics HTTP/1.1\r\nHost: build.example.org\r\nConnection: close\r\n\r\n";
    assert_eq!(send_raw(address, named).unwrap().status, 200);
    page.shutdown();
}

#[test]
fn a_page_from_elsewhere_gets_nothing() {
    let _watch = watch();
    let _shown = support::current_thread();
    let page = page();
    let address = page.local_addr();
    let from = |host: &str, path: &str, lines: &str| {
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{lines}\r\n");
        send_raw(address, request.as_bytes()).unwrap()
    };
    // Its own name, pointed here.
    for path in ["/", "/metrics", "/debug/status.json", "/debug/tasks.json"] {
        let reply = from("evil.example.org", path, "");
        assert_eq!(reply.status, 403, "{path}");
        assert!(!reply.body.contains("gosched"), "{reply:?}");
        assert_eq!(from("localhost", path, "").status, 200, "{path}");
    }
    // Our address, asked by its script.
    let reply = from("localhost", "/debug/tasks.json", "Sec-Fetch-Site: cross-site\r\n");
    assert_eq!(reply.status, 403);
    assert!(!reply.head.contains("access-control-allow-origin"));
    page.shutdown();
}

#[test]
fn other_methods_and_paths_are_refused() {
    let _watch = watch();
    let _shown = support::current_thread();
    let page = page();
    let address = page.local_addr();
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "NONSENSE"] {
        let reply = ask(address, method, "/metrics", "");
        assert_eq!(reply.status, 405, "{method}");
        assert!(reply.head.contains("allow: get, head"), "{reply:?}");
    }
    let with_a_body = ask(address, "POST", "/", "Content-Length: 3\r\n");
    assert_eq!(with_a_body.status, 405);
    for path in ["/nothing", "/debug", "/debug/", "/metrics/", "/../etc/passwd", "//", "/%2e%2e/"] {
        assert_eq!(ask(address, "GET", path, "").status, 404, "{path}");
    }
    for path in ["/metrics?", "/metrics?&&=&%", "/debug/tasks.json?runtime=&by=%ff&filter=%00"] {
        assert_eq!(ask(address, "GET", path, "").status, 200, "{path}");
    }
    let head = ask(address, "HEAD", "/metrics", "");
    assert_eq!((head.status, &*head.body), (200, ""));
    page.shutdown();
}

#[test]
fn who_speaks_badly_disturbs_nobody() {
    let _watch = watch();
    let page = page();
    let address = page.local_addr();
    let long_line = format!("GET /{} HTTP/1.1\r\n", "x".repeat(100_000));
    let long_field =
        format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
    let many_fields =
        format!("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", "X: y\r\n".repeat(5_000));
    let bad: [&[u8]; 12] = [
        b"",
        b"\r\n\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", // the beginning of TLS
        b"GET / HTTP/1.1\r\nHost localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"GET \x00\xff / HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        long_line.as_bytes(),
        long_field.as_bytes(),
        many_fields.as_bytes(),
    ];
    for bytes in bad {
        let mut stream = connect(address);
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        if let Some(reply) = read_reply(stream) {
            assert!((400..500).contains(&reply.status), "{reply:?}");
        }
        get(address, "/metrics");
    }
    page.shutdown();
}

#[test]
fn who_is_slow_is_sent_away() {
    let _watch = watch();
    let page = page();
    let address = page.local_addr();
    let begin = Instant::now();
    let mut silent = connect(address);
    let mut half = connect(address);
    half.write_all(b"GET / HTTP/1.1\r\nHost: local").unwrap();
    let mut idle = connect(address);
    idle.write_all(b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    for stream in [&mut silent, &mut half, &mut idle] {
        let mut rest = Vec::new();
        match stream.read_to_end(&mut rest) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
        }
    }
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
    page.shutdown();
}

/// Several requests on one connection, one after the other and at once.
#[test]
fn a_connection_serves_many_requests() {
    let _watch = watch();
    let page = page();
    let mut stream = connect(page.local_addr());
    let request = b"HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let last = b"HEAD /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(&[&request.repeat(9)[..], last].concat()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 10);
    page.shutdown();
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Served,
    Refused,
    /// Its connection was closed without an answer, since it came too late.
    Cut,
}

fn ask_for_figures(mut stream: TcpStream) -> Fate {
    let request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.set_read_timeout(Some(support::LONG)).expect("it is not zero");
    let reply = stream.write_all(request).ok().and_then(|()| read_reply(stream));
    match reply {
        Some(reply) if reply.status == 200 && reply.body.contains("# HELP ") => Fate::Served,
        Some(reply) if reply.status == 503 => Fate::Refused,
        Some(other) => panic!("{other:?}"),
        None => Fate::Cut,
    }
}

/// Lets this process have as many descriptors as it may.
fn raise_descriptors() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("the limit may be raised to its maximum");
}

/// The most descriptors that this process was seen to have until that is over; none where the system does not tell.
fn most_descriptors(mut is_over: impl FnMut() -> bool) -> usize {
    let mut most = 0;
    loop {
        if cfg!(target_os = "linux") {
            most = most.max(support::descriptors());
        }
        if is_over() {
            return most;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

/// Without the bound on connections it fails for the descriptors, without that on those that are served since none is refused.
#[test]
fn a_thousand_requests_at_once_do_no_harm() {
    let _watch = watch();
    let _shown = support::current_thread();
    raise_descriptors();
    let page = page();
    let address = page.local_addr();
    let before = most_descriptors(|| true);
    // Each thread has its share of the connections, all of which are open before the first is asked over.
    let (threads, each) = (8, 125);
    let all_there = Arc::new(Barrier::new(threads));
    let clients = (0..threads).map(|_| {
        let all_there = all_there.clone();
        thread::spawn(move || {
            let streams: Vec<_> = (0..each).map(|_| connect(address)).collect();
            all_there.wait();
            streams.into_iter().map(ask_for_figures).collect::<Vec<_>>()
        })
    });
    let clients: Vec<_> = clients.collect();
    let most = most_descriptors(|| clients.iter().all(thread::JoinHandle::is_finished));
    let fates: Vec<_> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
    let count = |fate| fates.iter().filter(|found| **found == fate).count();
    let counts = [Fate::Served, Fate::Refused, Fate::Cut].map(count);
    println!("{counts:?}, {before} descriptors, then {most}");
    // The page's are at most 128, and other tests have some.
    let pages = most.saturating_sub(before + threads * each);
    assert!(pages < 300, "{pages} connections were open at its side");
    assert!(counts[0] >= 64, "those that came first are served: {counts:?}");
    assert!(counts[1] > 0, "those beyond are told so: {counts:?}");
    assert_eq!(ask(address, "GET", "/metrics", "").status, 200, "it is as it was");
    page.shutdown();
}
