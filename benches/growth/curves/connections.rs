//! Connections: a message there and back among many that are open.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Instant;

use super::rt::io::{AsyncReadExt as _, AsyncWriteExt as _};
use super::rt::net::{TcpListener, TcpStream};
use super::rt::sync::Notify;
use super::{Countdown, nanos_each, rt, run};
use crate::curve::Curve;
use crate::support::process::resident_bytes;

const SIZES: &[usize] = &[10, 100, 1_000, 10_000];
/// Both ends of a connection are in this process.
const ENDS: usize = 2;
/// Rounds of a sample in all.
const ROUNDS: usize = 200_000;
const MESSAGE: [u8; 64] = [7; 64];
const ROOM: usize = 1_024;

pub fn list() -> Vec<Curve> {
    vec![
        Curve {
            name: "echo",
            title: "TCP echo on N connections at once, both ends in one process",
            counted: "connections",
            unit: "ns/round",
            sizes: SIZES,
            descriptors: ENDS,
            run: |size| Some(run(echo(size)).0),
        },
        Curve {
            name: "connection-memory",
            title: "Resident memory of N connections, two ends and two tasks each",
            counted: "connections",
            unit: "bytes/connection",
            // Of a hundred connections the pages tell nothing.
            sizes: &[1_000, 3_000, 10_000],
            descriptors: ENDS,
            run: |size| run(echo(size)).1,
        },
    ]
}

/// Returns what a round takes, and the memory of a connection. Connecting does not count.
async fn echo(size: usize) -> (f64, Option<f64>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let empty = resident_bytes();
    let open = Arc::new(Notify::new());
    let (connected, done) = (Countdown::new(size), Countdown::new(size));
    let rounds = ROUNDS / size;
    for _ in 0..size {
        let (client, server) = rt::join!(TcpStream::connect(address), listener.accept());
        rt::spawn(serve(server.expect("there are descriptors left").0));
        let (connected, open, done) = (connected.clone(), open.clone(), done.clone());
        let mut client = client.expect("the listener is open");
        rt::spawn(async move {
            ask(&mut client, 1).await;
            let opened = open.notified();
            connected.done();
            opened.await;
            ask(&mut client, rounds).await;
            done.done();
        });
    }
    connected.wait().await;
    let memory = resident_bytes().zip(empty).map(|(now, empty)| (now - empty) / size as f64);
    let start = Instant::now();
    open.notify_waiters();
    done.wait().await;
    (nanos_each(start, rounds * size), memory)
}

async fn ask(stream: &mut TcpStream, rounds: usize) {
    let mut buffer = [0; ROOM];
    for _ in 0..rounds {
        stream.write_all(&MESSAGE).await.expect("the other side reads");
        let read = stream.read(&mut buffer).await.expect("no side resets");
        assert_eq!(read, MESSAGE.len(), "so little comes in one piece");
    }
}

async fn serve(mut stream: TcpStream) {
    stream.set_nodelay(true).expect("the connection is open");
    let mut buffer = [0; ROOM];
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        stream.write_all(&buffer[..read]).await.expect("the other side reads");
    }
}
