//! A proxy between two TCP connections: however either peer ends, the other is told, and the proxy ends too.
#![cfg(feature = "net")]

mod support;

use std::io::{self, Write};
use std::net::TcpStream as Foreign;
use std::thread;

use runtime::Runtime;
use runtime::io::copy_bidirectional;
use runtime::net::TcpStream;
use support::peers::{MUCH, drain, flood, is_broken, receive_all, send_last};
use support::{connection, in_each_runtime, reset, stuff, watch};

/// Runs `peers`, which get the two ends of a proxied connection, on a thread; returns what the proxy returned, and they.
fn between<R: Send>(
    runtime: &Runtime,
    peers: impl FnOnce(Foreign, Foreign) -> R + Send,
) -> (io::Result<(u64, u64)>, R) {
    let (near, client) = runtime.block_on(connection());
    let (far, server) = runtime.block_on(connection());
    thread::scope(|scope| {
        let peers = scope.spawn(|| peers(client, server));
        let copied = runtime.block_on(runtime.spawn(proxy(near, far)));
        (copied.expect("the proxy does not panic"), peers.join().expect("the peers agree"))
    })
}

async fn proxy(mut near: TcpStream, mut far: TcpStream) -> io::Result<(u64, u64)> {
    copy_bidirectional(&mut near, &mut far).await
}

#[test]
fn who_closes_its_half_first_still_gets_everything() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        for client_is_first in [true, false] {
            let (copied, ()) = between(runtime, |client, server| {
                let (first, second) =
                    if client_is_first { (client, server) } else { (server, client) };
                send_last(&first, b"and you?");
                assert_eq!(receive_all(&second), b"and you?");
                thread::scope(|scope| {
                    scope.spawn(|| send_last(&second, &vec![7; MUCH]));
                    assert_eq!(receive_all(&first).len(), MUCH);
                });
            });
            let expected = if client_is_first { (8, MUCH as u64) } else { (MUCH as u64, 8) };
            assert_eq!(copied.unwrap(), expected);
        }
    });
}

#[test]
fn both_halves_are_closed_while_much_is_under_way() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        let (copied, ()) = between(runtime, |client, server| {
            thread::scope(|scope| {
                scope.spawn(|| send_last(&client, &vec![1; MUCH]));
                scope.spawn(|| send_last(&server, &vec![2; MUCH]));
                scope.spawn(|| assert!(receive_all(&client) == vec![2; MUCH]));
                assert!(receive_all(&server) == vec![1; MUCH]);
            });
        });
        assert_eq!(copied.unwrap(), (MUCH as u64, MUCH as u64));
    });
}

/// One peer resets, and the other waits, floods, or has closed its half.
#[test]
fn a_reset_ends_the_proxy_and_the_other_side_is_told() {
    let _watch = watch();
    type Case = (&'static str, fn(&Foreign), fn(Foreign));
    let others: [Case; 3] = [
        ("waits", |_| (), drain),
        ("floods", |_| (), flood),
        ("has sent its last", |stream| send_last(stream, b"good bye"), drain),
    ];
    in_each_runtime(|runtime| {
        for ((name, before, meanwhile), client_resets) in
            others.into_iter().flat_map(|other| [(other, true), (other, false)])
        {
            let (copied, ()) = between(runtime, |client, server| {
                let (mut resets, other) =
                    if client_resets { (client, server) } else { (server, client) };
                before(&other);
                let other = thread::spawn(move || meanwhile(other));
                resets.write_all(b"hello").unwrap();
                reset(resets);
                other.join().unwrap();
            });
            let error = copied.expect_err(name);
            assert!(is_broken(&error), "the other side {name}: {error}");
        }
    });
}

/// After its half close a peer is not read any more, so its reset is only seen when something is written to it.
#[test]
fn a_reset_after_a_half_close_ends_the_proxy_once_the_other_side_answers() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        let (copied, ()) = between(runtime, |client, server| {
            send_last(&client, b"question");
            assert_eq!(receive_all(&server), b"question");
            reset(client);
            flood(server);
        });
        assert!(is_broken(&copied.unwrap_err()));
    });
}

#[test]
fn a_peer_that_never_reads_and_then_resets_ends_the_proxy() {
    let _watch = watch();
    in_each_runtime(|runtime| {
        let (copied, ()) = between(runtime, |client, server| {
            stuff(&server);
            reset(client);
            flood(server);
        });
        assert!(is_broken(&copied.unwrap_err()));
    });
}
