//! Descriptors and places that are reused: no event reaches a stranger.

use std::io::Write;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::net::UnixStream as StdUnixStream;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use mio::net::UnixStream;

use crate::driver::{Batches, Evented, IoHandle, Reactor};
use crate::io::Interest;
use crate::util::rng::Rng;
use crate::util::tests::wakers::Wakes;

/// A registered end, and the other one. It waits to be readable, so nothing is reported of it by itself.
fn pair(handle: &Arc<IoHandle>) -> (Evented<UnixStream>, StdUnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    (Evented::new(handle, ours, Interest::READABLE).unwrap(), StdUnixStream::from(theirs))
}

fn is_readable(io: &Evented<UnixStream>, waker: &Waker) -> bool {
    io.registration().poll_read_ready(&mut Context::from_waker(waker)).is_ready()
}

fn look(reactor: &mut Reactor) {
    reactor.turn(Some(Duration::ZERO)).unwrap();
}

/// Other tests and the monitor open descriptors too, so the number is not reused each time.
#[test]
fn an_event_that_was_taken_reaches_no_later_registration() {
    let is_reused = (0..100).any(|_| is_about_a_reused_descriptor());
    assert!(is_reused, "the old descriptor's number was never given to the new one");
}

fn is_about_a_reused_descriptor() -> bool {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let (old, mut peer) = pair(reactor.handle());
    peer.write_all(b"for the old one").unwrap();
    look(&mut reactor);

    let descriptor = old.as_raw_fd();
    drop(old);
    drop(peer);
    let (new, _peer) = pair(reactor.handle());
    assert!(format!("{reactor:?}").contains("places: 1"), "the place is reused in any case");
    let wakes = Wakes::new();
    assert!(!is_readable(&new, &wakes.waker()));
    reactor.dispatch();
    assert!(!is_readable(&new, &wakes.waker()));
    assert_eq!(wakes.count(), 0);
    new.as_raw_fd() == descriptor
}

#[test]
fn a_duplicated_descriptor_reports_nothing_after_the_drop() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let (ours, theirs) = UnixStream::pair().unwrap();
    let ours: OwnedFd = ours.into();
    let duplicate = ours.try_clone().unwrap();
    let ours = UnixStream::from_std(ours.into());
    drop(Evented::new(reactor.handle(), ours, Interest::READABLE).unwrap());

    let (new, _peer) = pair(reactor.handle());
    (&theirs).write_all(b"for nobody").unwrap();
    let wakes = Wakes::new();
    assert!(!is_readable(&new, &wakes.waker()));
    // Nor does it end the reactor's waits.
    let (began, wait) = (Instant::now(), Duration::from_millis(20));
    reactor.turn(Some(wait)).unwrap();
    assert!(began.elapsed() >= wait, "the system was not told to forget it");
    reactor.dispatch();
    assert_eq!(wakes.count(), 0);
    drop(duplicate);
}

#[test]
fn a_source_that_is_taken_out_can_be_registered_again() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let (ours, mut peer) = pair(reactor.handle());
    peer.write_all(b"x").unwrap();
    look(&mut reactor);
    let source = ours.into_source().unwrap();
    reactor.dispatch();
    let again = Evented::new(reactor.handle(), source, Interest::READABLE).unwrap();
    assert!(!is_readable(&again, Waker::noop()));
    look(&mut reactor);
    reactor.dispatch();
    assert!(is_readable(&again, Waker::noop()), "the data are still there");
}

#[test]
fn a_refused_source_leaves_no_place_behind() {
    let reactor = Reactor::new(Batches::default()).unwrap();
    let file = std::fs::File::open("/dev/null").unwrap(); // epoll refuses what is always ready
    let fd = file.as_raw_fd();
    let refused = reactor.handle().register(&mut mio::unix::SourceFd(&fd), Interest::READABLE);
    assert!(refused.is_err());
    assert!(format!("{reactor:?}").contains("free: 1"));
}

/// How many sockets there are at most, and so how many places the table has.
const PLACES: usize = 40;

/// Thousands of sockets come and go, half of them with data or an end that nobody took; who never was sent anything
/// must never be told of anything.
#[test]
fn churn_tells_no_stranger() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    let handle = reactor.handle().clone();
    let rng = Rng::new(7);
    let wakes = Wakes::new();
    let (mut silent, mut spoken) = (Vec::new(), Vec::new());
    for round in 0..500 {
        silent.truncate(rng.below(PLACES));
        while silent.len() + spoken.len() < PLACES {
            let (io, mut peer) = pair(&handle);
            if rng.below(2) == 0 {
                silent.push((io, peer));
            } else {
                peer.write_all(b"x").unwrap();
                spoken.push((io, (rng.below(2) == 0).then_some(peer))); // or it hangs up
            }
        }
        look(&mut reactor);
        // Events were taken, and before they are told, some whom they are for go, and others get their places.
        spoken.truncate(rng.below(spoken.len() + 1));
        silent.truncate(rng.below(silent.len() + 1));
        if rng.below(4) > 0 {
            silent.resize_with(PLACES - spoken.len(), || pair(&handle));
        }
        let is_told = |(io, _): &(_, _)| is_readable(io, &wakes.waker());
        assert!(!silent.iter().any(is_told), "round {round}");
        reactor.dispatch();
        assert_eq!(wakes.count(), 0, "round {round}");
        assert!(!silent.iter().any(is_told), "round {round}");
    }
    assert!(format!("{reactor:?}").contains(&format!("places: {PLACES}")), "places were reused");
}
