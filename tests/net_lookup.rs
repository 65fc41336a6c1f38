//! Names: `lookup_host`, and names where an address is asked for.
//!
//! The names that are looked up here are the machine's own, or such as nothing can have, so that no test needs a network.
#![cfg(feature = "net")]

mod support;

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};

use runtime::Builder;
use runtime::net::{TcpListener, TcpStream, UdpSocket, lookup_host};
use support::{ANY, Gate, current_thread, in_each_runtime, watch};

/// A name that nothing can have: the system's look-up refuses it without asking anybody.
const NOBODY: &str = "nobody..invalid";

/// A name for this machine that is not `localhost`, with its addresses, as the standard library finds them.
fn own_name() -> Option<(&'static str, Vec<SocketAddr>)> {
    use std::net::ToSocketAddrs;
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    let names = ["ip6-localhost".to_owned(), "localhost.".to_owned(), host.trim().to_owned()];
    names.into_iter().filter(|name| !name.is_empty()).find_map(|name| {
        let found: Vec<_> = (name.as_str(), 7).to_socket_addrs().ok()?.collect();
        (!found.is_empty()).then(|| (&*name.leak(), found))
    })
}

#[test]
fn a_name_has_the_addresses_that_the_system_knows() {
    let _watch = watch();
    let Some((name, expected)) = own_name() else { return eprintln!("this machine has no name") };
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let pair: Vec<_> = lookup_host((name, 7)).await.unwrap().collect();
            let text: Vec<_> = lookup_host(format!("{name}:7")).await.unwrap().collect();
            assert_eq!((&pair, &text), (&expected, &expected));
        });
    });
}

#[test]
fn an_unknown_name_is_an_error_that_tells_it() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            for error in [
                lookup_host((NOBODY, 80)).await.map(drop).unwrap_err(),
                TcpStream::connect(format!("{NOBODY}:80")).await.map(drop).unwrap_err(),
                TcpListener::bind((NOBODY, 0)).await.map(drop).unwrap_err(),
                UdpSocket::bind((NOBODY, 0)).await.map(drop).unwrap_err(),
            ] {
                let text = error.to_string();
                assert!(
                    text.starts_with("the name `nobody..invalid` cannot be looked up: "),
                    "{text}"
                );
            }
            let socket = UdpSocket::bind(ANY).await.unwrap();
            assert!(socket.send_to(&[7], (NOBODY, 80)).await.is_err());
            assert!(socket.connect((NOBODY, 80)).await.is_err());
        });
    });
}

#[test]
fn every_address_of_a_name_is_tried() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            // `localhost` is both loopbacks, of which the listener has the second alone.
            let Ok(listener) = TcpListener::bind("[::1]:0").await else {
                return eprintln!("there is no IPv6 here");
            };
            let port = listener.local_addr().unwrap().port();
            let client = TcpStream::connect(("localhost", port)).await.unwrap();
            assert_eq!(client.peer_addr().unwrap(), listener.local_addr().unwrap());
            listener.accept().await.unwrap();
        });
    });
}

#[test]
fn sockets_can_be_bound_and_connected_by_name() {
    let _watch = watch();
    let Some((name, addresses)) = own_name() else { return eprintln!("this machine has no name") };
    in_each_runtime(|runtime| {
        runtime.block_on(async {
            let listener = TcpListener::bind((name, 0)).await.unwrap();
            let address = listener.local_addr().unwrap();
            assert!(addresses.iter().any(|known| known.ip() == address.ip()));
            let (client, accepted) =
                futures::join!(TcpStream::connect((name, address.port())), listener.accept());
            assert_eq!(client.unwrap().local_addr().unwrap(), accepted.unwrap().1);
        });
    });
}

#[test]
fn addresses_take_no_thread_and_no_names_are_invalid() {
    let _watch = watch();
    let runtime = Builder::new_current_thread()
        .enable_all()
        .on_thread_start(|| panic!("a thread was started"))
        .build()
        .unwrap();
    runtime.block_on(async {
        for target in ["127.0.0.1:80", "[::1]:80", "localhost:80", "LOCALHOST:80"] {
            assert!(lookup_host(target).await.unwrap().all(|address| address.ip().is_loopback()));
        }
        for target in ["", ":80", "example.org", "example.org:", "example.org:http"] {
            let error = lookup_host(target).await.map(drop).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{target:?}");
        }
        let error = lookup_host("a\0b:80").await.map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput, "{error}");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        assert!(TcpStream::connect(listener.local_addr().unwrap()).await.is_ok());
    });
}

#[test]
fn a_look_up_waits_for_a_thread_of_the_pool_and_blocks_no_task() {
    let _watch = watch();
    let runtime =
        Builder::new_current_thread().enable_all().max_blocking_threads(1).build().unwrap();
    let gate = Gate::new("the thread of the pool is free");
    let busy = gate.clone();
    let call = runtime.spawn_blocking(move || busy.wait());
    runtime.block_on(async {
        let lookup = runtime::spawn(async { lookup_host((NOBODY, 80)).await.map(drop) });
        for _ in 0..10 {
            runtime::task::yield_now().await;
        }
        assert!(!lookup.is_finished(), "the look-up had no thread");
        gate.open();
        call.await.unwrap();
        assert!(lookup.await.unwrap().is_err());
    });
}

#[test]
fn a_look_up_ends_with_its_runtime() {
    let _watch = watch();
    let runtime = current_thread();
    let handle = runtime.handle().clone();
    drop(runtime);
    let error = handle.block_on(lookup_host((NOBODY, 80))).map(drop).unwrap_err();
    assert!(error.to_string().contains("cancelled"), "{error}");
}
