//! How many events a turn takes, and that the rest comes in the next.

use std::io::Write;
use std::num::NonZeroUsize;
use std::task::{Context, Waker};
use std::time::Duration;

use mio::net::UnixStream;

use crate::driver::{Batches, Evented, Reactor};
use crate::io::Interest;

const PAIRS: usize = 7;

/// How many of so many readable streams each turn tells of, until all are told.
fn told_by_turn(batches: Batches, timeout: Duration) -> Vec<usize> {
    let mut reactor = Reactor::new(batches).unwrap();
    let pair = |_| {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        theirs.write_all(b"x").unwrap();
        (Evented::new(reactor.handle(), ours, Interest::READABLE).unwrap(), theirs)
    };
    let pairs: Vec<_> = (0..PAIRS).map(pair).collect();
    let is_readable = |stream: &Evented<UnixStream>| {
        let cx = &mut Context::from_waker(Waker::noop());
        stream.registration().poll_read_ready(cx).is_ready()
    };
    let mut told = vec![0];
    while told.last() != Some(&PAIRS) {
        assert!(told.len() <= PAIRS, "a turn told of nothing: {told:?}");
        reactor.turn(Some(timeout)).unwrap();
        assert!(reactor.has_events());
        reactor.dispatch();
        assert!(!reactor.has_events());
        told.push(pairs.iter().filter(|(stream, _)| is_readable(stream)).count());
    }
    told.windows(2).map(|two| two[1] - two[0]).collect()
}

fn batches(waiting: usize, looking: Option<usize>) -> Batches {
    let waiting = NonZeroUsize::new(waiting).unwrap();
    Batches { waiting, looking: looking.and_then(NonZeroUsize::new) }
}

#[test]
fn a_turn_takes_as_many_as_were_asked_for() {
    const LONG: Duration = Duration::from_secs(60);
    assert_eq!(told_by_turn(Batches::default(), LONG), [7]);
    assert_eq!(told_by_turn(batches(3, None), LONG), [3, 3, 1]);
    assert_eq!(told_by_turn(batches(3, None), Duration::ZERO), [3, 3, 1]);
    assert_eq!(told_by_turn(batches(5, Some(2)), LONG), [5, 2]);
    assert_eq!(told_by_turn(batches(5, Some(2)), Duration::ZERO), [2, 2, 2, 1]);
}
