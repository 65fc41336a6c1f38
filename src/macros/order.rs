//! Which of several futures is polled first.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use crate::util::rng::Rng;

/// Chooses, for each poll; the others follow as they were written, and then those before it.
pub trait Order: Unpin {
    /// The number of the first one of `count`, which is not zero.
    fn first(&mut self, count: u32) -> u32;
}

/// As they were written.
#[derive(Debug)]
pub struct InOrder;

impl Order for InOrder {
    #[inline]
    fn first(&mut self, _count: u32) -> u32 {
        0
    }
}

/// Each in its turn.
#[derive(Debug)]
pub struct InTurn(u32);

impl InTurn {
    #[inline]
    pub fn from_first() -> Self {
        Self(0)
    }
}

impl Order for InTurn {
    #[inline]
    fn first(&mut self, count: u32) -> u32 {
        let first = self.0;
        self.0 = (first + 1) % count;
        first
    }
}

/// Any.
#[derive(Debug)]
pub struct ByChance;

thread_local! {
    static CHANCE: Rng = Rng::new(RandomState::new().hash_one(0));
}

impl Order for ByChance {
    fn first(&mut self, count: u32) -> u32 {
        // While the thread ends, the first is as good as any.
        CHANCE.try_with(|chance| chance.below(count as usize) as u32).unwrap_or(0)
    }
}
