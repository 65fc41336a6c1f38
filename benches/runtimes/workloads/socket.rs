//! Tasks that wait for sockets: a small message there and back, on many connections at once.
//!
//! Both sides read into more room than a message needs, as whoever does not know how long a message is, so
//! that a runtime that understands a short read need not ask again.

use std::time::Instant;

use super::{Workload, nanos_each, warmed};
use crate::shim::Peer;

mod bare;

const ROUNDS: usize = 200_000;
const CONNECTIONS: usize = 64;
const MESSAGE: [u8; 64] = [b'm'; 64];
const ROOM: usize = 1_024;

pub fn list<P: Peer>() -> Vec<Workload> {
    vec![Workload {
        name: "echo",
        title: "TCP echo, 64 connections in one process, 64 bytes, 200k rounds",
        unit: "ns/round",
        target: 5_900.0,
        run: |setup| warmed::<P, _>(setup, ROUNDS, echo::<P>),
        limit: Some(|setup| {
            let took = bare::echo(setup.workers, ROUNDS).expect("there are ports and descriptors");
            Some(took.as_nanos() as f64 / ROUNDS as f64)
        }),
    }]
}

/// Clients and servers are tasks of one runtime. Connecting does not count.
async fn echo<P: Peer>(rounds: usize) -> f64 {
    let (listener, address) = P::listen().await;
    let accepting = P::spawn(async move {
        for _ in 0..CONNECTIONS {
            P::spawn_detached(serve::<P>(P::accept(&listener).await));
        }
    });
    let mut streams = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        streams.push(P::connect(address).await);
    }
    P::join(accepting).await;
    let start = Instant::now();
    let each = rounds / CONNECTIONS;
    let clients: Vec<_> =
        streams.into_iter().map(|stream| P::spawn(call::<P>(stream, each))).collect();
    for client in clients {
        P::join(client).await;
    }
    nanos_each(start, each * CONNECTIONS)
}

async fn serve<P: Peer>(mut stream: P::Stream) {
    let mut buffer = vec![0; ROOM];
    loop {
        let read = P::read(&mut stream, &mut buffer).await;
        if read == 0 {
            return;
        }
        P::write_all(&mut stream, &buffer[..read]).await;
    }
}

async fn call<P: Peer>(mut stream: P::Stream, rounds: usize) {
    let mut buffer = vec![0; ROOM];
    for _ in 0..rounds {
        P::write_all(&mut stream, &MESSAGE).await;
        let mut back = 0;
        while back < MESSAGE.len() {
            let read = P::read(&mut stream, &mut buffer[back..]).await;
            assert!(read > 0, "the server answers before it goes");
            back += read;
        }
        assert!(buffer[..back] == MESSAGE, "each message comes back as it was sent");
    }
}
