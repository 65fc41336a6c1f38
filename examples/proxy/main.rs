//! A TCP proxy: whoever connects to it talks to another server.
//!
//! ```text
//! cargo run --release --example proxy -- 7000 example.com:80
//! curl -H 'Host: example.com' http://127.0.0.1:7000/      # in another terminal
//! ```
//!
//! The first argument is the port, of which 0 is any that is free; the second is the server. What it shows:
//!
//! - Each connection is a task. What goes wrong in one is one line in the log, and concerns no other.
//! - A half that is closed is closed on the other side, and the other half goes on: `copy_bidirectional` does that. A
//!   connection that breaks is broken on the other side too, so that nobody takes a part for the whole.
//! - A semaphore limits the connections. Who comes beyond the limit waits in the system's queue, and costs nothing here.
//! - A slow reader slows its writer down: what is under way in a connection is two buffers, whoever does not read.
//! - `select!` ends a connection in which nothing has moved for a while.
//!
//! In reading order: `arguments`, `relay` (one connection), `traffic` (what moved), `meter` (a stream that counts).

mod arguments;
mod meter;
mod relay;
mod traffic;

use std::env;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use runtime::net::{TcpListener, TcpStream};
use runtime::sync::{OwnedSemaphorePermit, Semaphore};
use runtime::time::{Duration, Instant, sleep};

use arguments::Arguments;
use traffic::{Totals, Traffic};

/// How long to wait until another connection is tried after one could not be taken.
const PAUSE: Duration = Duration::from_millis(50);

#[runtime::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::parse(env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(mistake) => return fail(&format!("{mistake}\n{}", arguments::USAGE)),
    };
    match listen(arguments.port).await {
        Ok(listener) => serve(listener, Arc::new(arguments)).await,
        Err(error) => fail(&format!("port {}: {error}", arguments.port)),
    }
}

fn fail(reason: &str) -> ExitCode {
    eprintln!("proxy: {reason}");
    ExitCode::FAILURE
}

async fn listen(port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on {}", listener.local_addr()?);
    Ok(listener)
}

/// Starts a task for each connection, for ever.
async fn serve(listener: TcpListener, arguments: Arc<Arguments>) -> ! {
    let places = Arc::new(Semaphore::new(arguments.limit));
    let totals = Arc::new(Totals::default());
    runtime::spawn(traffic::report(totals.clone(), arguments.report));
    loop {
        let place = places.clone().acquire_owned().await.expect("nobody closes it");
        match listener.accept().await {
            Ok((client, peer)) => {
                let (arguments, totals) = (arguments.clone(), totals.clone());
                runtime::spawn(connection(client, peer, place, arguments, totals));
            }
            Err(error) => {
                eprintln!("proxy: no connection could be taken: {error}");
                sleep(PAUSE).await;
            }
        }
    }
}

/// Serves one client, and says what became of it.
async fn connection(
    client: TcpStream,
    peer: SocketAddr,
    _place: OwnedSemaphorePermit,
    arguments: Arc<Arguments>,
    totals: Arc<Totals>,
) {
    let begin = Instant::now();
    let traffic = Traffic::within(&totals);
    let ended = relay::relay(client, &arguments, &traffic).await;
    let (moved, took) = (traffic.moved(), begin.elapsed());
    match ended {
        Ok(()) => eprintln!("proxy: {peer}: {moved} in {took:.1?}"),
        Err(error) => eprintln!("proxy: {peer}: {moved} in {took:.1?}, then {error}"),
    }
}
