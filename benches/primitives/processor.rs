//! Single instructions, and lines that pass between cores.

use std::hint::black_box;
use std::sync::Mutex;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use std::sync::atomic::{AtomicU32, fence};
use std::thread;
use std::time::Instant;

use super::{Primitive, each, nanos_each, primitive};

const TIMES: u32 = 2_000_000;
/// As there are two cores at least, so that figures of machines can be compared.
const THREADS: u32 = 2;

pub const LIST: &[Primitive] = &[
    primitive("an atomic addition, uncontended", || {
        let word = AtomicU32::new(0);
        each(TIMES, || {
            black_box(&word).fetch_add(1, AcqRel);
        })
    }),
    primitive("the same while another thread does it too", contended),
    primitive("a store and a sequentially consistent fence", || {
        let word = AtomicU32::new(0);
        each(TIMES, || {
            black_box(&word).store(1, Relaxed);
            fence(SeqCst);
        })
    }),
    primitive("a mutex of std locked and unlocked, uncontended", || {
        let mutex = Mutex::new(0);
        each(TIMES, || *black_box(&mutex).lock().expect("nobody panics with it") += 1)
    }),
    primitive("a cache line to another core and back", line),
    primitive("a read of the clock", || each(TIMES, || _ = black_box(Instant::now()))),
];

fn contended() -> f64 {
    let word = AtomicU32::new(0);
    let start = Instant::now();
    thread::scope(|threads| {
        for _ in 0..THREADS {
            threads.spawn(|| (0..TIMES).for_each(|_| _ = word.fetch_add(1, Relaxed)));
        }
    });
    nanos_each(start, TIMES)
}

/// Two threads take turns at counting one word up.
fn line() -> f64 {
    const ROUNDS: u32 = 200_000;
    let word = AtomicU32::new(0);
    let turns = |first: u32| {
        for round in 0..ROUNDS {
            // Without a hint that this spins, which on some processors waits for as long as the line takes.
            while word.load(Acquire) != 2 * round + first {}
            word.store(2 * round + first + 1, Release);
        }
    };
    let start = Instant::now();
    thread::scope(|threads| {
        threads.spawn(|| turns(0));
        turns(1);
    });
    nanos_each(start, ROUNDS)
}
