//! The limit of descriptors: to have no more of them is an error for the newcomer alone, and it passes.
//!
//! The limit is that of the whole process, so each of these tests runs in a process of its own.
#![cfg(all(feature = "net", target_os = "linux"))]

mod support;

use std::env;
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::TcpStream as Foreign;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpListener, TcpSocket, TcpStream, UdpSocket, UnixDatagram, UnixStream};
use runtime::time;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use support::{
    ANY, both_ends, cpu_time, descriptors, in_each_runtime, listen, until, watch, with_sockets,
};

/// Runs the calling test again, alone in a process, and there `body`. Without the monitor, which opens files now and then: one
/// that is closed at the wrong moment is a descriptor for somebody else.
fn in_a_child(test: &str, body: impl FnOnce()) {
    const CHILD: &str = "GOSCHED_TEST_CHILD";
    if env::var_os(CHILD).is_some() {
        return body();
    }
    let mut child = Command::new(env::current_exe().expect("the test runs from a file"));
    child.args(["--exact", test, "--nocapture"]).env(CHILD, "1").env("RUNTIME_MONITOR", "off");
    let status = child.status().expect("the test can be started again");
    assert!(status.success(), "{test} has failed in its own process");
}

/// Lowers the limit to a few more descriptors than there are; returns the one before.
fn lower() -> Rlimit {
    let before = getrlimit(Resource::Nofile);
    let low = Rlimit { current: Some(descriptors() as u64 + 4), ..before };
    setrlimit(Resource::Nofile, low).expect("the limit may be lowered");
    before
}

/// Takes every descriptor that is left.
fn take_all() -> Vec<File> {
    std::iter::from_fn(|| File::open("/dev/null").ok()).collect()
}

fn no_descriptor<T>(made: io::Result<T>) {
    let error = made.err().expect("there is no descriptor for it");
    assert_eq!(error.raw_os_error(), Some(24), "too many open files: {error}");
    assert!(error.to_string().contains("Too many open files"), "{error}");
}

#[test]
fn without_descriptors_no_socket_can_be_made_and_those_that_are_there_go_on() {
    let _watch = watch();
    let test = "without_descriptors_no_socket_can_be_made_and_those_that_are_there_go_on";
    in_a_child(test, || {
        in_each_runtime(|runtime| runtime.block_on(newcomers_fail_alone()));
    });
}

async fn newcomers_fail_alone() {
    let (listener, address) = listen().await;
    let (mut one, mut two) = both_ends().await;
    let open = descriptors();
    let before = lower();
    let mut taken = take_all();
    for round in 0..50 {
        no_descriptor(TcpStream::connect(address).await);
        no_descriptor(TcpListener::bind(ANY).await);
        no_descriptor(TcpSocket::new_v4());
        no_descriptor(UdpSocket::bind(ANY).await);
        no_descriptor(UnixStream::pair());
        no_descriptor(UnixDatagram::unbound());
        one.write_u8(round).await.unwrap();
        assert_eq!(two.read_u8().await.unwrap(), round);
    }
    // One is enough for a socket, and too little for a pair: what was made of that is given back.
    taken.pop();
    no_descriptor(UnixStream::pair());
    let client = TcpStream::connect(address).await.expect("there is one");
    no_descriptor(listener.accept().await);
    setrlimit(Resource::Nofile, before).expect("the limit may be raised again");
    let (mut server, _) = listener.accept().await.expect("it has waited");
    drop((client, taken));
    assert_eq!(server.read(&mut [0]).await.unwrap(), 0);
    drop(server);
    assert_eq!(descriptors(), open, "failures have left descriptors behind");
}

/// As many as can be expected of a machine on which tests run: a thousand connections, all open, each of them alive.
#[test]
fn a_thousand_connections_at_once_are_all_served() {
    let _watch = watch();
    in_a_child("a_thousand_connections_at_once_are_all_served", || {
        let limit = getrlimit(Resource::Nofile);
        let wanted = 2 * 1000 + 100;
        if limit.maximum.is_some_and(|maximum| maximum < wanted) {
            return eprintln!("skipped: the system allows fewer descriptors");
        }
        setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit }).unwrap();
        for workers in [0, 2] {
            with_sockets(workers).block_on(serve_a_thousand());
        }
    });
}

async fn serve_a_thousand() {
    let (listener, address) = listen().await;
    let server = runtime::spawn(accept_for_ever(listener, None, Arc::default()));
    let mut clients = Vec::new();
    for _ in 0..1000 {
        clients.push(TcpStream::connect(address).await.expect("somebody listens"));
    }
    for round in 0..3 {
        for client in &mut clients {
            client.write_u32(round).await.unwrap();
        }
        for client in &mut clients {
            assert_eq!(client.read_u32().await.unwrap(), round);
        }
    }
    server.abort();
}

/// Hyper's pull request 1724: a server without a free descriptor has connections waiting that it cannot take. It must
/// neither keep a processor busy with that, nor be deaf afterwards.
#[test]
fn without_descriptors_accept_fails_and_recovers_when_one_is_closed() {
    let _watch = watch();
    in_a_child("without_descriptors_accept_fails_and_recovers_when_one_is_closed", || {
        for workers in [0, 1, 2] {
            with_sockets(workers).block_on(run_out_and_recover());
        }
    });
}

async fn run_out_and_recover() {
    let (listener, address) = listen().await;
    // The clients are made while there are descriptors; the system connects them without us.
    let mut clients: Vec<_> = (0..20).map(|_| Foreign::connect(address).unwrap()).collect();
    let before = lower();

    let mut accepted = Vec::new();
    let error = loop {
        match listener.accept().await {
            Ok((stream, _)) => accepted.push(stream),
            Err(error) => break error,
        }
    };
    assert!(accepted.len() < clients.len());
    assert_eq!(error.raw_os_error(), Some(24), "too many open files: {error}");
    again_without_descriptors(&listener).await;

    // The connections that are there go on to work, and one that ends makes room for another.
    let first = accepted.remove(0);
    clients[0].write_all(b"!").unwrap();
    first.readable().await.unwrap();
    drop(first);
    accepted.push(listener.accept().await.expect("there is room again").0);
    assert_eq!(listener.accept().await.unwrap_err().raw_os_error(), Some(24));

    setrlimit(Resource::Nofile, before).expect("the limit may be raised again");
    while accepted.len() < clients.len() - 1 {
        accepted.push(listener.accept().await.expect("there is room for all").0);
    }
    for (mut stream, client) in accepted.into_iter().zip(clients.iter_mut().skip(1)) {
        client.write_all(b"?").unwrap();
        assert_eq!(stream.read_u8().await.unwrap(), b'?');
    }
}

/// The lack stays an error, and while nobody asks, nothing runs on its account.
async fn again_without_descriptors(listener: &TcpListener) {
    let before = cpu_time();
    let pause = thread::spawn(|| thread::sleep(Duration::from_millis(500)));
    let gate = support::Gate::new("the pause is over");
    let opens = gate.clone();
    let opener = thread::spawn(move || {
        pause.join().unwrap();
        opens.open();
    });
    gate.passed().await;
    opener.join().unwrap();
    let spent = cpu_time() - before;
    assert!(spent < Duration::from_millis(250), "{spent:?} computed in half a second of waiting");
    assert_eq!(listener.accept().await.unwrap_err().raw_os_error(), Some(24));
}

/// Hyper's pull request 1724 again, from the side of a server: one that pauses before it retries costs next to nothing, one
/// that retries at once keeps nobody from running, and both serve every client in the end.
#[test]
fn a_server_without_descriptors_serves_all_clients_as_others_leave() {
    let _watch = watch();
    in_a_child("a_server_without_descriptors_serves_all_clients_as_others_leave", || {
        for workers in [0, 1, 2] {
            for pause in [Some(Duration::from_millis(5)), None] {
                with_sockets(workers).block_on(serve_few_at_a_time(pause));
            }
        }
    });
}

async fn serve_few_at_a_time(pause: Option<Duration>) {
    let (listener, address) = listen().await;
    let clients: Vec<_> = (0..20).map(|_| Foreign::connect(address).unwrap()).collect();
    let before = lower();

    let errors = Arc::new(AtomicUsize::new(0));
    let server = runtime::spawn(accept_for_ever(listener, pause, errors.clone()));
    until(|| errors.load(SeqCst) > 0).await;
    if pause.is_some() {
        let before = cpu_time();
        time::sleep(Duration::from_millis(200)).await;
        let spent = cpu_time() - before;
        assert!(spent < Duration::from_millis(100), "{spent:?} computed in 200 ms of retrying");
    }
    let clients = thread::spawn(move || {
        for (number, mut client) in (0..).zip(clients) {
            client.write_all(&[number]).unwrap();
            let mut echo = [0];
            client.read_exact(&mut echo).unwrap();
            assert_eq!(echo[0], number);
        }
    });
    until(|| clients.is_finished()).await;
    clients.join().expect("every client is served");
    server.abort();
    setrlimit(Resource::Nofile, before).expect("the limit may be raised again");
}

/// Gives each connection a task that sends back what comes; pauses, or not, when one cannot be taken.
async fn accept_for_ever(listener: TcpListener, pause: Option<Duration>, errors: Arc<AtomicUsize>) {
    loop {
        match (listener.accept().await, pause) {
            (Ok((mut stream, _)), _) => drop(runtime::spawn(async move {
                let (mut reader, mut writer) = stream.split();
                runtime::io::copy(&mut reader, &mut writer).await
            })),
            (Err(_), Some(pause)) => {
                errors.fetch_add(1, SeqCst);
                time::sleep(pause).await;
            }
            (Err(_), None) => drop(errors.fetch_add(1, SeqCst)),
        }
    }
}

#[test]
fn without_descriptors_the_first_socket_is_an_error_and_the_next_one_is_not() {
    let _watch = watch();
    let test = "without_descriptors_the_first_socket_is_an_error_and_the_next_one_is_not";
    in_a_child(test, || {
        let before = getrlimit(Resource::Nofile);
        let runtime = with_sockets(1);
        runtime.block_on(async {
            setrlimit(Resource::Nofile, Rlimit { current: Some(3), ..before }).unwrap();
            let error = TcpListener::bind(ANY).await.unwrap_err();
            assert_eq!(error.raw_os_error(), Some(24), "{error}");
            setrlimit(Resource::Nofile, before).unwrap();
            drop(both_ends().await);
        });
    });
}
