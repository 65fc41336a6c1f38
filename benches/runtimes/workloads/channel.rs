//! Tasks that wait for one another: hand-overs through small channels, and many senders on one.

use std::time::Instant;

use super::{Workload, nanos_each, warmed};
use crate::shim::Peer;

const ROUNDS: usize = 500_000;
const RING: usize = 503;
const HOPS: usize = 1_000_000;
const SENDERS: usize = 8;
const CAPACITY: usize = 128;
const MESSAGES: usize = 2_000_000;

pub fn list<P: Peer>() -> Vec<Workload> {
    vec![
        Workload {
            name: "ping-pong",
            title: "two tasks, two channels of capacity 1, 500k rounds",
            unit: "ns/round",
            target: 130.0,
            run: |setup| warmed::<P, _>(setup, ROUNDS, ping_pong::<P>),
            limit: None,
        },
        Workload {
            name: "ring",
            title: "ring of 503 tasks, 1M hops",
            unit: "ns/hop",
            target: 75.0,
            run: |setup| warmed::<P, _>(setup, HOPS, ring::<P>),
            limit: None,
        },
        Workload {
            name: "many-senders",
            title: "8 senders, 1 receiver, capacity 128, 2M messages",
            unit: "ns/message",
            target: 27.0,
            run: |setup| warmed::<P, _>(setup, MESSAGES, many_senders::<P>),
            limit: None,
        },
    ]
}

async fn ping_pong<P: Peer>(rounds: usize) -> f64 {
    let (ping, mut pinged) = P::channel(1);
    let (pong, mut ponged) = P::channel(1);
    let start = Instant::now();
    let echo = P::spawn(async move {
        while let Some(n) = P::recv(&mut pinged).await {
            P::send(&pong, n).await;
        }
    });
    let caller = P::spawn(async move {
        for n in 0..rounds {
            P::send(&ping, n).await;
            assert_eq!(P::recv(&mut ponged).await, Some(n), "each round comes back");
        }
    });
    P::join(caller).await;
    P::join(echo).await;
    nanos_each(start, rounds)
}

async fn ring<P: Peer>(hops: usize) -> f64 {
    let (finish, mut finished) = P::channel(1);
    let (first, mut from) = P::channel(1);
    for _ in 1..RING {
        let (to, next) = P::channel(1);
        P::spawn_detached(hop::<P>(from, to, finish.clone()));
        from = next;
    }
    P::spawn_detached(hop::<P>(from, first.clone(), finish));
    let start = Instant::now();
    P::send(&first, hops).await;
    P::recv(&mut finished).await;
    nanos_each(start, hops)
}

/// Passes on how many hops are left. Whoever gets zero says so and leaves, and the channels that
/// close behind it take the ring apart.
async fn hop<P: Peer>(mut from: P::Receiver<usize>, to: P::Sender<usize>, finish: P::Sender<()>) {
    while let Some(left) = P::recv(&mut from).await {
        if left == 0 {
            P::try_send(&finish, ());
            return;
        }
        P::send(&to, left - 1).await;
    }
}

async fn many_senders<P: Peer>(messages: usize) -> f64 {
    let (to, mut from) = P::channel(CAPACITY);
    let start = Instant::now();
    for _ in 0..SENDERS {
        P::spawn_detached(sender::<P>(to.clone(), messages / SENDERS));
    }
    drop(to);
    let receiver = P::spawn(async move {
        let mut received = 0;
        while P::recv(&mut from).await.is_some() {
            received += 1;
        }
        received
    });
    assert_eq!(P::join(receiver).await, messages, "no message is lost");
    nanos_each(start, messages)
}

async fn sender<P: Peer>(to: P::Sender<usize>, messages: usize) {
    for n in 0..messages {
        P::send(&to, n).await;
    }
}
