//! Random numbers for choices where any choice is correct: which victim first, which branch first.
//!
//! Marsaglia's xorshift with shifts 13, 7, 17 on 64 bits ("Xorshift RNGs", Journal of Statistical Software 8,
//! 2003). Fast, and of no use for secrets.

use std::cell::Cell;

/// A generator of its owner's thread.
#[derive(Debug)]
pub(crate) struct Rng(Cell<u64>);

impl Rng {
    /// A generator that depends on `seed` alone.
    pub(crate) const fn new(seed: u64) -> Self {
        // The state must not be zero, and small seeds must differ in many bits.
        Self(Cell::new((seed.wrapping_add(1)).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1))
    }

    fn next(&self) -> u64 {
        let mut x = self.0.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.0.set(x);
        x
    }

    /// A number from 0 to `n - 1`; `n` is not zero.
    pub(crate) fn below(&self, n: usize) -> usize {
        debug_assert!(n > 0, "a random choice from nothing");
        // The upper half of a product spreads over the range without a division.
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
}
