//! Threads: starting them, waking them, and asking after them.

use std::thread::{self, Thread};
use std::time::Instant;

use super::{Primitive, each, nanos_each, primitive};

const ROUNDS: u32 = 5_000;

pub const LIST: &[Primitive] = &[
    primitive("a parked thread woken, and it wakes us", park),
    primitive("a thread started and joined", || {
        each(ROUNDS / 5, || thread::spawn(|| ()).join().expect("it does nothing"))
    }),
    primitive("an unpark of a thread that is awake", || {
        let here = thread::current();
        each(1_000_000, || here.unpark())
    }),
];

fn park() -> f64 {
    let here = thread::current();
    let start = Instant::now();
    let other = thread::spawn(move || answer(&here));
    for _ in 0..ROUNDS {
        other.thread().unpark();
        thread::park();
    }
    other.join().expect("it only parks");
    nanos_each(start, ROUNDS)
}

/// A wake-up that comes before its park is not lost, and without cause none is likely: good enough for a figure.
fn answer(asking: &Thread) {
    for _ in 0..ROUNDS {
        thread::park();
        asking.unpark();
    }
}
