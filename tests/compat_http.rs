//! HTTP libraries that insist on Tokio's runtime, against a server on our sockets.
#![cfg(all(feature = "tokio-compat", feature = "hyper", feature = "rt-multi-thread"))]

#[path = "../examples/http/service.rs"]
mod service;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use axum::serve::Listener;
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use hyper_util::service::TowerToHyperService;
use runtime::Runtime;
use runtime::hyper::{Io, Timer};
use runtime::net::{TcpListener, TcpStream};
use runtime::time;

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// The service of the example `http`, in the background.
async fn serve() -> SocketAddr {
    let (listener, address) = listen().await;
    runtime::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            runtime::spawn(async move {
                let answers = service_fn(|request| service::answer(request, time::sleep));
                let mut builder = http1::Builder::new();
                let _ =
                    builder.timer(Timer::new()).serve_connection(Io::new(stream), answers).await;
            });
        }
    });
    address
}

#[test]
fn reqwest_gets_and_posts() {
    Runtime::new().unwrap().block_on(async {
        let address = serve().await;
        let client = reqwest::Client::new();
        let hello = client.get(format!("http://{address}/")).send().await.unwrap();
        assert_eq!(hello.text().await.unwrap(), service::HELLO);
        let big = vec![7; 1 << 20];
        let post = client.post(format!("http://{address}/echo")).body(big.clone());
        assert_eq!(post.send().await.unwrap().bytes().await.unwrap(), big);
    });
}

#[test]
fn reqwests_own_timeout_ends_a_request() {
    Runtime::new().unwrap().block_on(async {
        let address = serve().await;
        let request = reqwest::Client::new().get(format!("http://{address}/sleep?ms=60000"));
        let error = request.timeout(Duration::from_millis(20)).send().await.unwrap_err();
        assert!(error.is_timeout(), "{error:?}");
    });
}

#[test]
fn a_client_goes_on_in_the_next_runtime() {
    let servers = Runtime::new().unwrap();
    let address = servers.block_on(serve());
    let client = reqwest::Client::new();
    for _ in 0..5 {
        let runtime = Runtime::new().unwrap();
        let request = client.get(format!("http://{address}/"));
        let text = runtime.block_on(async { request.send().await.unwrap().text().await });
        assert_eq!(text.unwrap(), service::HELLO);
    }
}

#[test]
fn hyper_utils_client_runs_on_its_tokio_executor() {
    Runtime::new().unwrap().block_on(async {
        let address = serve().await;
        let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
        let uri = format!("http://{address}/").parse().unwrap();
        let body = client.get(uri).await.unwrap().into_body();
        assert_eq!(body.collect().await.unwrap().to_bytes(), service::HELLO);
    });
}

/// Our listener, for axum.
struct Axum(TcpListener);

impl Listener for Axum {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            match self.0.accept().await {
                Ok(accepted) => return accepted,
                Err(_) => time::sleep(Duration::from_millis(10)).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

#[test]
fn axum_serves_our_listener() {
    Runtime::new().unwrap().block_on(async {
        let (listener, address) = listen().await;
        let router = Router::new().route("/", get(|| async { "hello" }));
        runtime::spawn(async { axum::serve(Axum(listener), router).await });
        let answer = reqwest::get(format!("http://{address}/")).await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "hello");
    });
}

/// As `docs/tokio.md` says, for handlers that are to run in our tasks.
#[test]
fn axums_router_is_served_in_our_tasks() {
    Runtime::new().unwrap().block_on(async {
        let (listener, address) = listen().await;
        let is_ours = async || runtime::task::try_id().is_some().to_string();
        let router = Router::new().route("/", get(is_ours));
        runtime::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let service = TowerToHyperService::new(router.clone());
                runtime::spawn(http1::Builder::new().serve_connection(Io::new(stream), service));
            }
        });
        let answer = reqwest::get(format!("http://{address}/")).await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "true");
    });
}
