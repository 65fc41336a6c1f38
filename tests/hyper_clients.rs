//! Clients that do not behave: what a server on hyper makes of them, and that nobody else is held up.
#![cfg(feature = "hyper")]

mod support;

#[path = "../examples/http/service.rs"]
mod service;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream as Foreign};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use runtime::Runtime;
use runtime::hyper::{Io, Timer};
use runtime::net::TcpListener;
use runtime::time;

use support::{Gate, eventually, in_each_runtime, listen, reset, stuff, watch};

/// A server, and what became of its connections.
struct Served {
    address: SocketAddr,
    begun: Arc<AtomicUsize>,
    ended: Arc<AtomicUsize>,
}

/// Serves in the background, while another thread, in `block_on`, works.
fn serve(runtime: &Runtime) -> Served {
    let (listener, address) = runtime.block_on(listen());
    let served = Served { address, begun: Arc::default(), ended: Arc::default() };
    runtime.spawn(accept_for_ever(listener, served.begun.clone(), served.ended.clone()));
    served
}

async fn accept_for_ever(listener: TcpListener, begun: Arc<AtomicUsize>, ended: Arc<AtomicUsize>) {
    loop {
        let (stream, _) = listener.accept().await.expect("descriptors are left");
        begun.fetch_add(1, SeqCst);
        let ended = ended.clone();
        runtime::spawn(async move {
            let answers = service_fn(|request| service::answer(request, time::sleep));
            let mut builder = http1::Builder::new();
            builder.timer(Timer::new()).half_close(true);
            let _ = builder.serve_connection(Io::new(stream), answers).await;
            ended.fetch_add(1, SeqCst);
        });
    }
}

impl Served {
    fn connect(&self) -> Foreign {
        let stream = Foreign::connect(self.address).expect("it listens");
        stream.set_nodelay(true).expect("an open stream");
        stream
    }

    /// Whether somebody who behaves is served.
    fn is_well(&self) {
        let stream = self.connect();
        (&stream).write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
        assert!(answer(&stream).ends_with(service::HELLO));
    }

    /// Waits until so many connections are open.
    fn has_open(&self, count: usize) {
        eventually("those who left are forgotten", || {
            let ended = self.ended.load(SeqCst); // before the others, which are never fewer
            self.begun.load(SeqCst) - ended == count
        });
    }
}

fn answer(mut stream: &Foreign) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the server ends in order");
    answer
}

/// Runs a client on this thread against a server that another thread works for.
fn against_a_server(client: impl Fn(&Served)) {
    in_each_runtime(|runtime| {
        let served = serve(runtime);
        let over = Gate::new("the client is done");
        thread::scope(|scope| {
            scope.spawn(|| runtime.block_on(over.passed()));
            let _opens = Opens(&over);
            client(&served);
            served.is_well();
            served.has_open(0);
        });
    });
}

/// Opens a gate, also if the client fails.
struct Opens<'a>(&'a Gate);

impl Drop for Opens<'_> {
    fn drop(&mut self) {
        self.0.open();
    }
}

#[test]
fn a_request_that_comes_one_byte_at_a_time_is_answered() {
    let _watch = watch();
    against_a_server(|served| {
        let stream = served.connect();
        let request =
            b"POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 4\r\n\r\necho";
        for byte in request {
            (&stream).write_all(&[*byte]).unwrap();
            thread::yield_now();
        }
        assert!(answer(&stream).ends_with("\r\n\r\necho"));
    });
}

#[test]
fn who_sends_no_more_after_the_request_gets_the_answer() {
    let _watch = watch();
    against_a_server(|served| {
        let stream = served.connect();
        (&stream).write_all(b"GET /sleep?ms=20 HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        assert!(answer(&stream).ends_with("awake\n"));
    });
}

#[test]
fn a_reset_in_the_middle_of_anything_ends_the_connection_alone() {
    let _watch = watch();
    let beginnings = [
        "",
        "GET / HT",
        "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\nthe first few",
        "GET /sleep?ms=5 HTTP/1.1\r\nhost: x\r\n\r\n",
    ];
    against_a_server(|served| {
        for beginning in beginnings {
            let stream = served.connect();
            (&stream).write_all(beginning.as_bytes()).unwrap();
            served.has_open(1);
            reset(stream);
            served.has_open(0);
        }
    });
}

/// Their answers fill every buffer, and the server waits to write: it must neither hold others up meanwhile, nor miss
/// that they leave.
#[test]
fn clients_that_never_read_hold_nobody_up_and_are_let_go_when_they_leave() {
    let _watch = watch();
    against_a_server(|served| {
        let request = b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n";
        let stuck: Vec<_> = (0..4).map(|_| served.connect()).collect();
        for mut stream in &stuck {
            stream.write_all(request).unwrap();
            stuff(stream);
        }
        served.is_well();
        served.has_open(stuck.len());
        for (number, stream) in stuck.into_iter().enumerate() {
            match number % 2 {
                0 => reset(stream),
                _ => drop(stream),
            }
        }
    });
}
