//! An HTTP server: hyper 1 on this runtime.
//!
//! ```text
//! cargo run --release --features hyper --example http -- 3000
//! curl http://127.0.0.1:3000/    # this and what follows in another terminal
//! curl --data-binary @README.md http://127.0.0.1:3000/echo
//! curl 'http://127.0.0.1:3000/sleep?ms=500'
//! ```
//!
//! The argument is the port, 3000 without one; 0 is any that is free, and where the server listens is the first line
//! that it prints. What it answers is in `service`; here it is bound to sockets, tasks and timers.

mod service;

use std::env;
use std::io;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use runtime::hyper::{Io, Timer};
use runtime::net::{TcpListener, TcpStream};
use runtime::time;

const USAGE: &str = "usage: http [PORT]";

#[runtime::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let port = match &arguments[..] {
        [] => Ok(3000),
        [port] => port.parse(),
        _ => return fail(USAGE),
    };
    let Ok(port) = port else { return fail(USAGE) };
    match listen(port).await {
        Ok(listener) => serve(listener).await,
        Err(error) => fail(&format!("port {port}: {error}")),
    }
}

fn fail(reason: &str) -> ExitCode {
    eprintln!("http: {reason}");
    ExitCode::FAILURE
}

async fn listen(port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("http://{}/", listener.local_addr()?);
    Ok(listener)
}

/// Starts a task for each connection, for ever.
async fn serve(listener: TcpListener) -> ! {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => drop(runtime::spawn(connection(stream))),
            Err(error) => {
                // It is one client's mishap, or no descriptor is left until another connection ends.
                eprintln!("http: {error}");
                time::sleep(Duration::from_millis(10)).await;
            }
        }
    }
}

/// Answers the requests of one client, one after the other.
async fn connection(stream: TcpStream) {
    // An answer that is written in two pieces is not to wait for the client's acknowledgement of the first.
    let _ = stream.set_nodelay(true);
    let answers = service_fn(|request| service::answer(request, time::sleep));
    let served =
        http1::Builder::new().timer(Timer::new()).serve_connection(Io::new(stream), answers);
    if let Err(error) = served.await {
        eprintln!("http: a connection failed: {error}");
    }
}
