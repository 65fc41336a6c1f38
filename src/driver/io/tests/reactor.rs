//! How long a turn lasts, and what ends it.

use std::thread;
use std::time::{Duration, Instant};

use mio::{Events, Poll, Token, Waker};

use super::super::sys;
use crate::driver::{Batches, Reactor};

const LONG: Option<Duration> = Some(Duration::from_secs(60));

/// The two ways to wait.
type Wait = fn(&mut Poll, &mut Events, Option<Duration>) -> std::io::Result<()>;
const WAYS: [Wait; 2] = [sys::wait, sys::fallback::wait];

#[test]
fn a_wake_up_ends_this_turn_or_the_next() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    reactor.handle().wake();
    reactor.turn(LONG).unwrap();
    reactor.dispatch();

    let handle = reactor.handle().clone();
    let thread = thread::spawn(move || {
        thread::sleep(Duration::from_millis(5));
        handle.wake();
    });
    reactor.turn(LONG).unwrap();
    reactor.dispatch();
    thread.join().unwrap();
}

#[test]
fn a_wake_up_is_for_one_turn() {
    let mut reactor = Reactor::new(Batches::default()).unwrap();
    reactor.handle().wake();
    reactor.handle().wake();
    reactor.turn(LONG).unwrap();
    reactor.dispatch();
    reactor.turn(Some(Duration::ZERO)).unwrap();
    assert!(format!("{reactor:?}").contains("handle"));
    reactor.dispatch();
}

#[test]
fn no_way_of_waiting_is_early() {
    let (mut poll, mut events) = (Poll::new().unwrap(), Events::with_capacity(8));
    for wait in WAYS {
        for micros in [1, 300, 1_000, 1_700, 2_000, 3_001] {
            let timeout = Duration::from_micros(micros);
            let began = Instant::now();
            wait(&mut poll, &mut events, Some(timeout)).unwrap();
            assert!(began.elapsed() >= timeout, "{timeout:?} took {:?}", began.elapsed());
            assert!(events.is_empty());
        }
    }
}

#[test]
fn an_event_ends_every_part_of_a_wait() {
    for wait in WAYS {
        for timeout in [300, 60_000_000, 60_000_300].map(Duration::from_micros) {
            let (mut poll, mut events) = (Poll::new().unwrap(), Events::with_capacity(8));
            let waker = Waker::new(poll.registry(), Token(7)).unwrap();
            waker.wake().unwrap();
            wait(&mut poll, &mut events, Some(timeout)).unwrap();
            let tokens: Vec<_> = events.iter().map(|event| event.token()).collect();
            assert_eq!(tokens, [Token(7)]);
        }
    }
}

/// mio 1.2.0 cut the milliseconds down to 32 bits: some waits of months took none, and others never ended.
#[test]
fn a_wait_of_months_is_not_cut_short() {
    const CUT_TO_A_MILLISECOND: Duration = Duration::from_millis((1 << 32) + 1);
    for wait in WAYS {
        let (mut poll, mut events) = (Poll::new().unwrap(), Events::with_capacity(8));
        let waker = Waker::new(poll.registry(), Token(7)).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(20));
                waker.wake().unwrap();
            });
            wait(&mut poll, &mut events, Some(CUT_TO_A_MILLISECOND)).unwrap();
        });
        assert!(!events.is_empty(), "it ended by itself");
    }
}
