//! The run queue under loom: `CAPACITY` is 4, so that a few pushes go round the ring.
//!
//! Every token comes out exactly once, its content is visible to who got it (loom watches a cell in
//! it), and the owner sees its tasks in the order of pushing.
//!
//! Each argued ordering was weakened to Relaxed by hand, one at a time. A model fails for
//! - the stores of `tail` in push, in the batch from the injector and at the end of a theft, and the
//!   load of `tail` in a theft: an empty slot is claimed;
//! - the moves of `head` by pop and by a theft, and the loads of `head` in a theft and in a look:
//!   `tail` is read older than `head`.
//!
//! Models fail too if a theft publishes its copies before the move, if `tail` is read before `head`, if
//! `tail` is stored before the slot, if pop stores `head` instead of swapping it, and if the ring is full
//! one task late.
//!
//! Loom cannot show the second pair of `head`: the Acquire loads of `head` before a push and before a
//! theft's copies keep the owner's write of a slot behind a thief's read of it, and loom never lets a
//! read see a write that comes later in its own order of execution. That pair stands on the argument in
//! `run_queue.rs` alone.

use loom::thread;

use super::token::Token;
use crate::scheduler::injector::Injector;
use crate::scheduler::run_queue::{self, CAPACITY, Owner, Stealer};
use crate::util::sync::{Arc, AtomicUsize};
use std::sync::atomic::Ordering::Relaxed;

/// The tokens of one run of a model, and how often each of them came out.
struct Tokens {
    drops: Arc<AtomicUsize>,
    made: usize,
}

impl Tokens {
    fn new() -> Self {
        Self { drops: Arc::new(AtomicUsize::new(0)), made: 0 }
    }

    fn push(&mut self, owner: &Owner<Token>) -> bool {
        let pushed = owner.push(Token::new(self.made, &self.drops)).is_ok();
        self.made += 1;
        pushed
    }

    /// All tokens are gone once, and the numbers in `taken` differ.
    fn check(&self, mut taken: Vec<usize>, expected: usize) {
        assert_eq!(self.drops.load(Relaxed), self.made, "each token is dropped once");
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(taken.len(), expected, "each task comes out once");
    }
}

fn pop(owner: &Owner<Token>) -> Option<usize> {
    owner.pop().map(|mut token| token.number())
}

fn steal_one(stealer: &Stealer<Token>) -> Option<usize> {
    stealer.steal_one().map(|mut token| token.number())
}

fn drain(owner: &Owner<Token>) -> Vec<usize> {
    std::iter::from_fn(|| pop(owner)).collect()
}

fn assert_ascending(numbers: &[usize]) {
    assert!(numbers.is_sorted(), "the owner's order is that of pushing: {numbers:?}");
}

#[test]
fn loom_pop_against_steal_one() {
    loom::model(|| {
        let mut tokens = Tokens::new();
        let (owner, stealer) = run_queue::new();
        let thief = thread::spawn(move || {
            Vec::from_iter([steal_one(&stealer), steal_one(&stealer)].into_iter().flatten())
        });
        assert!(tokens.push(&owner));
        let mut own = Vec::from_iter(pop(&owner));
        assert!(tokens.push(&owner));
        own.extend(drain(&owner));
        assert_ascending(&own);
        let stolen = thief.join().unwrap();
        assert_ascending(&stolen);
        own.extend(stolen);
        tokens.check(own, 2);
    });
}

#[test]
fn loom_batch_against_pop_and_wrapping_push() {
    loom::model(|| {
        let mut tokens = Tokens::new();
        let (owner, stealer) = run_queue::new();
        for _ in 0..CAPACITY {
            assert!(tokens.push(&owner));
        }
        let thief = thread::spawn(move || {
            let (own, _) = run_queue::new();
            let Some((mut first, copied)) = stealer.steal_into(&own) else { return Vec::new() };
            let mut taken = vec![first.number()];
            taken.extend(drain(&own));
            assert_eq!(taken.len() as u64, copied + 1);
            taken
        });
        let mut own = Vec::from_iter(pop(&owner));
        let mut refused = 0;
        for _ in 0..2 {
            refused += usize::from(!tokens.push(&owner));
        }
        own.extend(drain(&owner));
        assert_ascending(&own);
        let stolen = thief.join().unwrap();
        assert_ascending(&stolen);
        own.extend(stolen);
        tokens.check(own, tokens.made - refused);
    });
}

#[test]
fn loom_two_thieves_and_the_owner() {
    loom::model(|| {
        let mut tokens = Tokens::new();
        let (owner, stealer) = run_queue::new::<Token>();
        let thieves: Vec<_> = (0..2)
            .map(|_| {
                let stealer = stealer.clone();
                thread::spawn(move || {
                    let (own, _) = run_queue::new();
                    let first = stealer.steal_into(&own).map(|(mut token, _)| token.number());
                    Vec::from_iter(first.into_iter().chain(drain(&own)))
                })
            })
            .collect();
        assert!(tokens.push(&owner));
        assert!(tokens.push(&owner));
        let mut taken = Vec::from_iter(pop(&owner));
        for thief in thieves {
            taken.extend(thief.join().unwrap());
        }
        taken.extend(drain(&owner));
        tokens.check(taken, 2);
    });
}

#[test]
fn loom_a_look_never_sees_a_tail_before_the_head() {
    loom::model(|| {
        let mut tokens = Tokens::new();
        let (owner, stealer) = run_queue::new::<Token>();
        let looker = thread::spawn(move || assert!(stealer.len() <= 1));
        assert!(tokens.push(&owner));
        let taken = Vec::from_iter(pop(&owner));
        looker.join().unwrap();
        tokens.check(taken, 1);
    });
}

#[test]
fn loom_thief_is_robbed() {
    loom::model(|| {
        let mut tokens = Tokens::new();
        let (victim, stealer) = run_queue::new();
        for _ in 0..3 {
            assert!(tokens.push(&victim));
        }
        let (own, robber_end) = run_queue::new();
        let robber = thread::spawn(move || steal_one(&robber_end));
        let (mut first, copied) = stealer.steal_into(&own).expect("nobody else takes from it");
        assert_eq!((first.number(), copied), (0, 1));
        drop(first);
        let mut taken = vec![0];
        taken.extend(drain(&own));
        taken.extend(drain(&victim));
        taken.extend(robber.join().unwrap());
        tokens.check(taken, 3);
    });
}

#[test]
fn loom_refill_from_the_injector_is_stolen_from() {
    loom::model(|| {
        let drops = Arc::new(AtomicUsize::new(0));
        let injector = Injector::new();
        for number in 0..3 {
            injector.push(Token::new(number, &drops));
        }
        let (owner, stealer) = run_queue::new();
        let thief = thread::spawn(move || steal_one(&stealer));
        let mut first = injector.pop_batch_into(&owner, 3).expect("three were pushed");
        let mut taken = vec![first.number()];
        drop(first);
        taken.extend(drain(&owner));
        taken.extend(thief.join().unwrap());
        Tokens { drops, made: 3 }.check(taken, 3);
    });
}

#[test]
fn loom_what_is_left_is_dropped_with_the_last_end() {
    loom::model(|| {
        let mut tokens = Tokens::new();
        let (owner, stealer) = run_queue::new();
        assert!(tokens.push(&owner));
        assert!(tokens.push(&owner));
        let thief = thread::spawn(move || drop(stealer.steal_one()));
        drop(owner);
        thief.join().unwrap();
        tokens.check(vec![0, 1], 2);
    });
}
