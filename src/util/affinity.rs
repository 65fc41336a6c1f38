//! How many cores a thread may run on, on Linux.
//!
//! The standard library's `available_parallelism` asks for this too, but mixes quotas in, which it rounds down.
//!
//! # Invariants
//!
//! 1. `sched_getaffinity` writes at most the length that it is given, of bits of which any value is one.

use std::mem::size_of_val;
use std::ptr::from_mut;

/// As many bits as the type of the C library has.
const WORDS: usize = 1024 / usize::BITS as usize;

/// How many cores the calling thread may run on; nothing if there are more than the call can tell of.
pub(crate) fn count() -> Option<usize> {
    let mut cores = [0_usize; WORDS];
    // SAFETY: the place and its length are ours alone, aligned for words, and hold whatever is written there (1).
    let result =
        unsafe { libc::sched_getaffinity(0, size_of_val(&cores), from_mut(&mut cores).cast()) };
    let count = cores.iter().map(|word| word.count_ones() as usize).sum();
    (result == 0).then_some(count)
}
