//! HTTP over real sockets: the service of the example `http`, with hyper's client and with `curl`.
#![cfg(feature = "hyper")]

mod support;

#[path = "../examples/http/service.rs"]
mod service;

use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{self as client, SendRequest};
use hyper::server::conn::http1 as server;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use runtime::hyper::{Io, Timer};
use runtime::net::{TcpListener, TcpStream};
use runtime::{Builder, Runtime, time};

use support::watch;

fn workers(count: usize) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(count).enable_all().build().expect("it starts no thread")
}

/// Serves in the background until the runtime ends.
async fn serve() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    runtime::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("descriptors are left");
            runtime::spawn(async move {
                let answers = service_fn(|request| service::answer(request, time::sleep));
                let mut builder = server::Builder::new();
                let _ =
                    builder.timer(Timer::new()).serve_connection(Io::new(stream), answers).await;
            });
        }
    });
    address
}

async fn connect(server: SocketAddr) -> SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(server).await.expect("it listens");
    let (requests, connection) = client::handshake(Io::new(stream)).await.expect("it is new");
    runtime::spawn(connection);
    requests
}

async fn send(
    requests: &mut SendRequest<Full<Bytes>>,
    method: Method,
    path: &str,
    body: Bytes,
) -> Response<Incoming> {
    requests.ready().await.expect("the connection is kept alive");
    let request = Request::builder().method(method).uri(path).header("host", "localhost");
    let request = request.body(Full::new(body)).expect("it is well-formed");
    requests.send_request(request).await.expect("it is answered")
}

async fn body_of(response: Response<Incoming>) -> Bytes {
    response.into_body().collect().await.expect("it comes to its end").to_bytes()
}

/// Ten megabytes that repeat nowhere soon.
fn large() -> Bytes {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..10_000_000).map(|_| next()).collect()
}

#[test]
fn every_path_is_answered() {
    let _watch = watch();
    workers(2).block_on(async {
        let mut requests = connect(serve().await).await;
        let cases = [
            (Method::GET, "/", StatusCode::OK),
            (Method::GET, "/sleep?ms=1", StatusCode::OK),
            (Method::GET, "/sleep", StatusCode::BAD_REQUEST),
            (Method::GET, "/sleep?ms=long", StatusCode::BAD_REQUEST),
            (Method::PUT, "/", StatusCode::METHOD_NOT_ALLOWED),
            (Method::GET, "/nowhere", StatusCode::NOT_FOUND),
        ];
        for (method, path, status) in cases {
            let response = send(&mut requests, method, path, Bytes::new()).await;
            assert_eq!(response.status(), status, "{path}");
            let body = body_of(response).await;
            assert_eq!(path == "/" && status == StatusCode::OK, body == service::HELLO);
        }
    });
}

#[test]
fn ten_megabytes_come_back_byte_for_byte() {
    let _watch = watch();
    for count in [1, 2] {
        workers(count).block_on(async {
            let mut requests = connect(serve().await).await;
            let sent = large();
            let response = send(&mut requests, Method::POST, "/echo", sent.clone()).await;
            let received = body_of(response).await;
            assert_eq!(received.len(), sent.len());
            assert!(received == sent, "with {count} workers");
        });
    }
}

#[test]
fn a_sleeping_request_takes_its_time_and_holds_no_other_up() {
    let _watch = watch();
    workers(1).block_on(async {
        let server = serve().await;
        let began = Instant::now();
        let sleeping = runtime::spawn(async move {
            let mut requests = connect(server).await;
            send(&mut requests, Method::GET, "/sleep?ms=300", Bytes::new()).await.status()
        });
        let mut requests = connect(server).await;
        let response = send(&mut requests, Method::GET, "/", Bytes::new()).await;
        assert_eq!(body_of(response).await, service::HELLO);
        assert_eq!(sleeping.await.unwrap(), StatusCode::OK);
        assert!(began.elapsed() >= Duration::from_millis(300));
    });
}

#[test]
fn many_connections_are_kept_alive_at_once() {
    let _watch = watch();
    workers(2).block_on(async {
        let server = serve().await;
        let clients: Vec<_> = (0..100_u32)
            .map(|client| {
                runtime::spawn(async move {
                    let mut requests = connect(server).await;
                    for round in 0..20_u32 {
                        let sent = Bytes::from(format!("request {round} of client {client}"));
                        let response =
                            send(&mut requests, Method::POST, "/echo", sent.clone()).await;
                        assert_eq!(body_of(response).await, sent);
                    }
                })
            })
            .collect();
        for client in clients {
            client.await.expect("every answer is right");
        }
    });
}

#[test]
fn a_client_that_sends_no_request_is_not_waited_for_for_ever() {
    let _watch = watch();
    workers(1).block_on(async {
        let (client, stream) = runtime::io::duplex(64);
        let answers = service_fn(|request| service::answer(request, time::sleep));
        let mut builder = server::Builder::new();
        builder.timer(Timer::new()).header_read_timeout(Duration::from_millis(20));
        let error = builder.serve_connection(Io::new(stream), answers).await.unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
        drop(client);
    });
}

#[test]
fn curl_gets_the_same() {
    if Command::new("curl").arg("--version").output().is_err() {
        return;
    }
    let _watch = watch();
    let runtime = workers(2);
    let server = runtime.block_on(serve());
    let hello = curl(&[&format!("http://{server}/")], b"");
    assert_eq!(hello, service::HELLO.as_bytes());
    let sent = large();
    // Without the header curl asks first whether it may send so much; with it, it does not wait.
    let url = format!("http://{server}/echo");
    for expect in ["Expect:", "Expect: 100-continue"] {
        let received = curl(&["--data-binary", "@-", "-H", expect, &url], &sent);
        assert!(received == sent, "{} bytes came back", received.len());
    }
}

/// What curl prints when it is fed with `input`.
fn curl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--fail", "--noproxy", "*"]).args(arguments);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it was there a moment ago");
    child.stdin.take().expect("it was asked for").write_all(input).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    output.stdout
}
