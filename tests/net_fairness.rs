//! Nobody starves: not others behind a flood of I/O, and not I/O behind others.
#![cfg(feature = "net")]

mod support;

use std::future::poll_fn;
use std::io::{Read, Write};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use futures::future::select;
use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpStream, UdpSocket};
use runtime::{task, time};
use support::{ANY, both_ends, connection, converse, in_each_runtime, listen, until, watch};

/// Reads for ever from a peer that never stops sending; counts the reads.
fn flood(mut stream: TcpStream, reads: Arc<AtomicUsize>) {
    runtime::spawn(async move {
        let mut buffer = [0; 16];
        while stream.read(&mut buffer).await.is_ok_and(|n| n > 0) {
            reads.fetch_add(1, SeqCst);
        }
    });
}

#[test]
fn a_flood_of_data_leaves_others_their_turn() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (stop, reads) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
            let mut floods = Vec::new();
            for _ in 0..4 {
                let (ours, mut theirs) = connection().await;
                flood(ours, reads.clone());
                let stop = stop.clone();
                floods.push(thread::spawn(move || {
                    while !stop.load(SeqCst) && theirs.write_all(&[0; 64 * 1024]).is_ok() {}
                }));
            }
            while reads.load(SeqCst) < 1_000 {
                task::yield_now().await;
            }
            // In the middle of it a task is spawned, woken again and again, sleeps, and speaks to a peer of its own.
            let other = runtime::spawn(async {
                let (mut client, mut server) = both_ends().await;
                for number in 0..50 {
                    task::yield_now().await;
                    time::sleep(Duration::from_micros(100)).await;
                    client.write_u8(number).await.unwrap();
                    assert_eq!(server.read_u8().await.unwrap(), number);
                }
            });
            other.await.unwrap();
            stop.store(true, SeqCst);
            // They may wait for readers, so those have to go on.
            while floods.iter().any(|flood| !flood.is_finished()) {
                task::yield_now().await;
            }
        });
    });
}

/// What never waits and never ends.
type Restless = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Yields for ever.
fn yields() -> Restless {
    Box::pin(async {
        loop {
            task::yield_now().await;
        }
    })
}

/// Is woken as soon as it was polled.
fn wakes_itself() -> Restless {
    Box::pin(poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Pending
    }))
}

/// Spends each poll's budget.
fn spends_its_budget() -> Restless {
    Box::pin(async {
        loop {
            task::consume_budget().await;
        }
    })
}

const RESTLESS: [fn() -> Restless; 3] = [yields, wakes_itself, spends_its_budget];

/// Tokio's pull request 5223 and smol's issue 171: a task that wakes itself kept its worker from ever looking at the
/// sockets.
#[test]
fn tasks_that_wake_themselves_leave_sockets_their_turn() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        for (restless, tasks) in RESTLESS.into_iter().flat_map(|kind| [(kind, 1), (kind, 4)]) {
            runtime.block_on(async {
                let spinners: Vec<_> = (0..tasks).map(|_| runtime::spawn(restless())).collect();
                converse().await;
                runtime::spawn(converse()).await.unwrap();
                spinners.iter().for_each(|spinner| spinner.abort());
            });
        }
    });
}

/// As above, where it is the future of `block_on`, which is no task, or part of the very task that waits for a socket.
///
/// The parts of a task share its budget, so the one that spends it comes behind the other.
#[test]
fn futures_that_wake_themselves_leave_sockets_their_turn() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        for restless in RESTLESS {
            let other = runtime.spawn(converse());
            let other_ends = async { until(|| other.is_finished()).await };
            runtime.block_on(select(pin!(other_ends), restless()));
            runtime.block_on(other).unwrap();
            runtime.block_on(select(pin!(converse()), restless()));
            let both = async move { drop(select(pin!(converse()), restless()).await) };
            runtime.block_on(runtime.spawn(both)).unwrap();
        }
    });
}

#[test]
fn two_tasks_that_wake_each_other_leave_sockets_their_turn() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (there, mut from_here) = runtime::sync::mpsc::channel::<()>(1);
            let (here, mut from_there) = runtime::sync::mpsc::channel::<()>(1);
            let ping = runtime::spawn(async move {
                while there.send(()).await.is_ok() && from_there.recv().await.is_some() {}
            });
            let pong = runtime::spawn(async move {
                while from_here.recv().await.is_some() && here.send(()).await.is_ok() {}
            });
            let (listener, address) = listen().await;
            let client = thread::spawn(move || {
                let mut stream = std::net::TcpStream::connect(address).unwrap();
                let mut bytes = String::new();
                stream.read_to_string(&mut bytes).unwrap();
                bytes
            });
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.write_all(b"in spite of it all").await.unwrap();
            drop(stream);
            assert_eq!(client.join().unwrap(), "in spite of it all");
            ping.abort();
            pong.abort();
        });
    });
}

#[test]
fn every_operation_takes_of_the_budget() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let passed = Arc::new(AtomicUsize::new(0));
            let (mut client, mut server) = both_ends().await;
            let (one, other) =
                (UdpSocket::bind(ANY).await.unwrap(), UdpSocket::bind(ANY).await.unwrap());
            one.connect(other.local_addr().unwrap()).await.unwrap();
            client.writable().await.unwrap();
            one.writable().await.unwrap();
            let counting = passed.clone();
            let counter = runtime::spawn(async move {
                loop {
                    counting.fetch_add(1, SeqCst);
                    task::yield_now().await;
                }
            });
            // None of these waits, so only the budget lets the counter run.
            let until_passed = async |before: usize| passed.load(SeqCst) <= before + 1;
            let before = passed.load(SeqCst);
            while until_passed(before).await {
                client.write_all(b"x").await.unwrap();
                server.read_u8().await.unwrap();
            }
            let before = passed.load(SeqCst);
            while until_passed(before).await {
                client.writable().await.unwrap();
            }
            let before = passed.load(SeqCst);
            while until_passed(before).await {
                one.send(b"x").await.unwrap();
            }
            let before = passed.load(SeqCst);
            while until_passed(before).await {
                assert_eq!(client.read(&mut []).await.unwrap(), 0);
            }
            counter.abort();
        });
    });
}
