//! Descriptors: none is left behind, none is taken for another, and having no more of them is an error that passes.
//!
//! Descriptors belong to the whole process, so these tests take turns, or run in a process of their own.
#![cfg(all(feature = "net", target_os = "linux"))]

mod support;

use std::env;
use std::future::poll_fn;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener as ForeignListener, TcpStream as Foreign};
use std::pin::pin;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpListener, TcpStream};
use runtime::{task, time};
use rustix::net::{AddressFamily, SocketType, bind, listen as listen_with, socket};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use support::{
    ANY, Counts, both_ends, connection, cpu_time, descriptors, in_each_runtime, listen, poll_once,
    rounds, until, watch, with_sockets,
};

/// To be held by a test that counts descriptors.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs the calling test again, alone in a process, and there `body`.
fn in_a_child(test: &str, body: impl FnOnce()) {
    const CHILD: &str = "GOSCHED_TEST_CHILD";
    if env::var_os(CHILD).is_some() {
        return body();
    }
    let _turn = alone(); // to start it takes descriptors, for a moment
    let mut child = Command::new(env::current_exe().expect("the test runs from a file"));
    child.args(["--exact", test, "--nocapture"]).env(CHILD, "1");
    let status = child.status().expect("the test can be started again");
    assert!(status.success(), "{test} has failed in its own process");
}

/// A listener whose queue is full: who connects gets no answer.
fn silent() -> (ForeignListener, SocketAddr, Foreign) {
    let listener = socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
    bind(&listener, &SocketAddr::from(ANY)).unwrap();
    listen_with(&listener, 0).unwrap();
    let listener = ForeignListener::from(listener);
    let address = listener.local_addr().unwrap();
    (listener, address, Foreign::connect(address).unwrap())
}

/// Tokio's issue 7979: what was begun and given up left its descriptor open.
#[test]
fn an_attempt_to_connect_that_is_given_up_leaves_no_descriptor() {
    let (_watch, _turn) = (watch(), alone());
    with_sockets(1).block_on(async {
        let (_listener, address, _fills_the_queue) = silent();
        drop(connection().await); // so that the reactor's own are counted
        let before = descriptors();
        let mut given_up = 0;
        for _ in 0..200 {
            let mut attempt = Box::pin(TcpStream::connect(address));
            given_up += usize::from(poll_once(&mut attempt, &Counts::new()).is_pending());
        }
        assert!(given_up >= 150, "only {given_up} attempts were pending");
        assert_eq!(descriptors(), before);
    });
}

/// As above, for attempts that are given up once the system has been asked to report on them.
#[test]
fn an_attempt_to_connect_that_times_out_or_is_aborted_leaves_no_descriptor() {
    let _watch = watch();
    let _turn = alone();
    for workers in [0, 1, 2, 4] {
        let (_listener, address, _fills_the_queue) = silent();
        let before = descriptors();
        let runtime = with_sockets(workers);
        runtime.block_on(async {
            drop(connection().await);
            let before = descriptors();
            for _ in 0..20 {
                let _ = time::timeout(Duration::from_millis(1), TcpStream::connect(address)).await;
            }
            let polls = Counts::new();
            let connect = || polls.count(TcpStream::connect(address));
            let attempts: Vec<_> = (0..20).map(|_| runtime::spawn(connect())).collect();
            until(|| polls.polls() >= attempts.len()).await;
            for attempt in attempts {
                attempt.abort();
                let _ = attempt.await;
            }
            assert_eq!(descriptors(), before, "with {workers} workers");
            let polls = Counts::new();
            (0..20).for_each(|_| drop(runtime::spawn(polls.count(TcpStream::connect(address)))));
            until(|| polls.polls() >= 20).await;
        });
        drop(runtime); // with attempts that nobody awaits
        assert_eq!(descriptors(), before, "after the end of a runtime with {workers} workers");
    }
}

#[test]
fn refused_attempts_and_closed_connections_leave_no_descriptor() {
    let (_watch, _turn) = (watch(), alone());
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let free = ForeignListener::bind(ANY).unwrap().local_addr().unwrap();
            drop(connection().await);
            let before = descriptors();
            for _ in 0..50 {
                TcpStream::connect(free).await.unwrap_err();
                drop(both_ends().await);
            }
            assert_eq!(descriptors(), before);
        });
    });
}

#[test]
fn a_runtime_that_ends_closes_its_reactor() {
    let (_watch, _turn) = (watch(), alone());
    let before = descriptors();
    for workers in [0, 1, 2, 4] {
        let runtime = with_sockets(workers);
        runtime.block_on(async { drop(both_ends().await) });
    }
    assert_eq!(descriptors(), before);
}

/// The waker kept the place where its thread slept, and that the reactor.
#[test]
fn a_waker_of_a_block_on_that_was_kept_kept_the_reactor() {
    let (_watch, _turn) = (watch(), alone());
    let before = descriptors();
    let runtime = with_sockets(1);
    let kept = runtime.block_on(async {
        let (mut ours, mut theirs) = connection().await;
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(20));
            theirs.write_all(b"x").unwrap();
        });
        ours.read_exact(&mut [0]).await.unwrap(); // by now it has waited in the reactor
        poll_fn(|cx| Poll::Ready(cx.waker().clone())).await
    });
    drop(runtime);
    assert_eq!(descriptors(), before);
    kept.wake();
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
    let before = getrlimit(Resource::Nofile);
    let open = descriptors() as u64;
    let low = Rlimit { current: Some(open + 4), ..before };
    setrlimit(Resource::Nofile, low).expect("the limit may be lowered");

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
    let before = getrlimit(Resource::Nofile);
    let low = Rlimit { current: Some(descriptors() as u64 + 4), ..before };
    setrlimit(Resource::Nofile, low).expect("the limit may be lowered");

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

/// The system gives a descriptor that was closed to the next who asks, while an event of the one before may be on its way.
#[test]
fn no_event_of_a_closed_connection_reaches_the_one_that_got_its_descriptor() {
    let (_watch, _turn) = (watch(), alone());
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let (listener, address) = listen().await;
            // Its answer says which connection it is, and it closes at times before that is read.
            let server = runtime::spawn(async move {
                loop {
                    let (mut stream, _) = listener.accept().await.unwrap();
                    runtime::spawn(async move {
                        let number = stream.read_u32().await?;
                        stream.write_u32(!number).await
                    });
                }
            });
            let clients = (0..8u32).map(|client| {
                runtime::spawn(async move {
                    for round in 0..rounds(500) as u32 {
                        let number = client << 16 | round;
                        let mut stream = TcpStream::connect(address).await.unwrap();
                        if round % 3 == 0 {
                            stream.write_u32(number).await.unwrap();
                            continue; // closed with an answer under way
                        }
                        // Nothing is sent before it is asked for, so nothing may be reported.
                        for _ in 0..3 {
                            let early = poll_once(&mut pin!(stream.readable()), &Counts::new());
                            assert!(early.is_pending(), "a stranger's event");
                            task::yield_now().await;
                        }
                        stream.write_u32(number).await.unwrap();
                        assert_eq!(stream.read_u32().await.unwrap(), !number);
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
fn a_duplicate_of_a_closed_socket_reports_to_nobody() {
    let (_watch, _turn) = (watch(), alone());
    with_sockets(1).block_on(async {
        for _ in 0..20 {
            let (ours, mut theirs) = connection().await;
            let mut duplicate = Foreign::from(rustix::io::dup(&ours).unwrap());
            ours.writable().await.unwrap();
            drop(ours);
            // The connection is alive through the duplicate, and what comes must not reach a new stream.
            let (fresh, _peer) = connection().await;
            theirs.write_all(b"for the duplicate").unwrap();
            task::yield_now().await;
            fresh.writable().await.unwrap();
            let mut bytes = [0; 17];
            duplicate.set_nonblocking(false).unwrap();
            duplicate.read_exact(&mut bytes).unwrap();
            let wait = poll_once(&mut Box::pin(fresh.readable()), &Counts::new());
            assert!(wait.is_pending(), "the event reached a stranger");
        }
    });
}
