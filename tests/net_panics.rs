//! Sockets in a runtime that was built without I/O: a panic that names the place of the call.
#![cfg(all(feature = "net", unix))]

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex};

use runtime::Builder;
use runtime::io::unix::AsyncFd;
use runtime::net::unix::pipe;
use runtime::net::{UnixDatagram, UnixListener, UnixStream};

/// Where `call` panics, in such a runtime.
fn place_of_panic(call: impl FnOnce()) -> String {
    let runtime = Builder::new_current_thread().build().expect("a runtime without anything");
    let place = Arc::new(Mutex::new(String::new()));
    let told = place.clone();
    panic::set_hook(Box::new(move |info| {
        *told.lock().unwrap() = info.location().expect("a panic has a place").to_string();
    }));
    let outcome = panic::catch_unwind(AssertUnwindSafe(|| runtime.block_on(async { call() })));
    drop(panic::take_hook());
    assert!(outcome.is_err(), "there was no panic");
    place.lock().unwrap().clone()
}

#[test]
fn a_panic_names_who_made_the_socket() {
    let foreign = || std::os::unix::net::UnixStream::pair().expect("a pair of sockets").0;
    let tcp = || std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let calls: [(&str, &dyn Fn()); 9] = [
        ("UnixStream::from_std", &|| drop(UnixStream::from_std(foreign()))),
        ("UnixStream::pair", &|| drop(UnixStream::pair())),
        ("UnixListener::bind", &|| drop(UnixListener::bind("/nowhere/at/all"))),
        ("UnixDatagram::unbound", &|| drop(UnixDatagram::unbound())),
        ("UnixDatagram::bind", &|| drop(UnixDatagram::bind("/nowhere/at/all"))),
        ("TcpListener::from_std", &|| drop(runtime::net::TcpListener::from_std(tcp()))),
        ("pipe", &|| drop(pipe::pipe())),
        ("AsyncFd::new", &|| drop(AsyncFd::new(foreign()))),
        ("AsyncFd::try_with_interest", &|| {
            drop(AsyncFd::try_with_interest(foreign(), runtime::io::Interest::READABLE));
        }),
    ];
    for (name, call) in calls {
        let place = place_of_panic(call);
        assert!(place.contains(file!()), "{name} panics at {place}");
    }
}
