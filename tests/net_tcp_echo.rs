//! Echo over TCP: every byte comes back, to every client, whoever polls.
#![cfg(feature = "net")]

mod support;

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream as Foreign};
use std::process::Command;
use std::thread;

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpListener, TcpStream};
use runtime::task::{self, JoinHandle};
use rustix::process::{Resource, getrlimit, setrlimit};
use support::{both_ends, connection, in_each_runtime, listen, rounds, watch, with_sockets};

/// Sends back what comes, until the end.
async fn echo(mut stream: TcpStream) -> std::io::Result<usize> {
    let mut buffer = [0; 4096];
    let mut total = 0;
    loop {
        let n = stream.read(&mut buffer).await?;
        if n == 0 {
            return Ok(total);
        }
        stream.write_all(&buffer[..n]).await?;
        total += n;
    }
}

/// A server that gives each connection a task.
fn serve(listener: TcpListener) -> JoinHandle<()> {
    runtime::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("connections are accepted");
            runtime::spawn(echo(stream));
        }
    })
}

/// Some bytes that tell one client, and one place, from another.
fn pattern(client: usize, length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 + client * 7) as u8).collect()
}

/// A client on a thread of its own: writes it all from a second one, and reads until the end.
fn foreign_client(address: SocketAddr, client: usize, length: usize) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        let mut stream = Foreign::connect(address).unwrap();
        let mut writer = stream.try_clone().unwrap();
        let writing = thread::spawn(move || {
            writer.write_all(&pattern(client, length)).unwrap();
            writer.shutdown(Shutdown::Write).unwrap();
        });
        let mut back = Vec::new();
        stream.read_to_end(&mut back).unwrap();
        writing.join().unwrap();
        assert!(back == pattern(client, length), "client {client} got other bytes back");
    })
}

#[test]
fn foreign_clients_get_back_what_they_sent() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (listener, address) = listen().await;
            let server = serve(listener);
            let clients = (0..8).map(|client| foreign_client(address, client, 300_000));
            for client in clients.collect::<Vec<_>>() {
                while !client.is_finished() {
                    task::yield_now().await;
                }
                client.join().unwrap();
            }
            server.abort();
        });
    });
}

#[test]
fn our_clients_get_back_what_they_sent() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (listener, address) = listen().await;
            let server = serve(listener);
            let clients = (0..20).map(|client| {
                runtime::spawn(async move {
                    let mut stream = TcpStream::connect(address).await.unwrap();
                    let mut back = [0; 100];
                    for round in 0..rounds(500) {
                        let bytes = pattern(client + round, 100);
                        stream.write_all(&bytes).await.unwrap();
                        stream.read_exact(&mut back).await.unwrap();
                        assert_eq!(&back[..], &bytes[..], "client {client}, round {round}");
                    }
                })
            });
            for client in clients.collect::<Vec<_>>() {
                client.await.unwrap();
            }
            server.abort();
        });
    });
}

#[test]
fn a_thousand_connections_in_one_process() {
    let _watch = watch();
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).expect("the limit may be raised to its maximum");
    let runtime = with_sockets(2);
    runtime.block_on(async {
        let (listener, address) = listen().await;
        let server = serve(listener);
        let mut clients = Vec::new();
        for _ in 0..1_000 {
            clients.push(TcpStream::connect(address).await.unwrap());
        }
        // All are open; now each speaks, and then each listens.
        for (client, stream) in clients.iter_mut().enumerate() {
            stream.write_all(&pattern(client, 64)).await.unwrap();
        }
        for (client, mut stream) in clients.into_iter().enumerate() {
            let mut back = [0; 64];
            stream.read_exact(&mut back).await.unwrap();
            assert_eq!(&back[..], &pattern(client, 64)[..]);
        }
        server.abort();
    });
}

#[test]
fn bytes_that_come_one_at_a_time_all_come() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (ours, theirs) = connection().await;
            theirs.set_nodelay(true).unwrap();
            let peer = thread::spawn(move || {
                let (mut writer, mut back) = (&theirs, Vec::new());
                for byte in pattern(0, 500) {
                    writer.write_all(&[byte]).unwrap();
                    let mut one = [0];
                    (&theirs).read_exact(&mut one).unwrap();
                    back.push(one[0]);
                }
                theirs.shutdown(Shutdown::Write).unwrap();
                back
            });
            assert_eq!(runtime::spawn(echo(ours)).await.unwrap().unwrap(), 500);
            assert_eq!(peer.join().unwrap(), pattern(0, 500));
        });
    });
}

#[test]
fn curl_is_served() {
    let _watch = watch();
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("there is no curl here");
        return;
    }
    with_sockets(2).block_on(async {
        let (listener, address) = listen().await;
        let client = thread::spawn(move || {
            let url = format!("http://{address}/");
            Command::new("curl").args(["--silent", "--max-time", "30", &url]).output().unwrap()
        });
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            assert_ne!(stream.read_buf(&mut request).await.unwrap(), 0, "half a request");
        }
        assert!(request.starts_with(b"GET / HTTP/1.1\r\n"));
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
        stream.write_all(answer).await.unwrap();
        stream.shutdown().await.unwrap();
        let output = client.join().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert_eq!(output.stdout, b"hello");
    });
}

#[test]
fn sockets_work_under_a_foreign_executor_in_an_entered_runtime() {
    let _watch = watch();
    let runtime = with_sockets(1);
    let _guard = runtime.enter();
    // Nobody is in `block_on` of the runtime: its own worker has to attend.
    futures::executor::block_on(async {
        let (mut client, server) = both_ends().await;
        let server = runtime::spawn(echo(server));
        for round in 0..50 {
            let bytes = pattern(round, 1_000);
            client.write_all(&bytes).await.unwrap();
            let mut back = vec![0; 1_000];
            client.read_exact(&mut back).await.unwrap();
            assert_eq!(back, bytes);
        }
        drop(client);
        assert_eq!(server.await.unwrap().unwrap(), 50_000);
    });
}

#[test]
fn without_a_runtime_the_global_one_is_used() {
    let _watch = watch();
    futures::executor::block_on(async {
        let (mut client, mut server) = both_ends().await;
        client.write_all(b"anybody?").await.unwrap();
        let mut bytes = [0; 8];
        server.read_exact(&mut bytes).await.unwrap();
        assert_eq!(&bytes, b"anybody?");
    });
}

#[test]
fn a_socket_may_move_from_task_to_task_and_from_runtime_to_runtime() {
    let _watch = watch();
    let (home, guest) = (with_sockets(2), with_sockets(2));
    let (mut stream, mut peer) = home.block_on(both_ends());
    for round in 0..rounds(2_000) {
        let runtime = if round % 2 == 0 { &home } else { &guest };
        let task = runtime.spawn(async move {
            let mut bytes = [0; 3];
            stream.read_exact(&mut bytes).await.unwrap();
            assert_eq!(&bytes, b"hop");
            stream
        });
        peer = home.block_on(async move {
            task::yield_now().await;
            peer.write_all(b"hop").await.unwrap();
            peer
        });
        stream = home.block_on(task).unwrap();
    }
}
