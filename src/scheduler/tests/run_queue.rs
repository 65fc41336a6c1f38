//! The run queue with real threads: who gets what, in which order, how often.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize};
use std::sync::{Arc, Barrier};
use std::thread;

use super::token::Token;
use crate::scheduler::run_queue::{self, CAPACITY, Owner, Stealer};

fn counter() -> Arc<AtomicUsize> {
    Arc::new(AtomicUsize::new(0))
}

fn fill(owner: &Owner<Token>, drops: &Arc<AtomicUsize>, numbers: std::ops::Range<usize>) {
    for number in numbers {
        assert!(owner.push(Token::new(number, drops)).is_ok(), "there is room for {number}");
    }
}

fn drain(owner: &Owner<Token>) -> Vec<usize> {
    std::iter::from_fn(|| owner.pop()).map(|mut token| token.number()).collect()
}

#[test]
fn the_owner_sees_the_order_of_pushing_for_many_laps() {
    let drops = counter();
    let (owner, _stealer) = run_queue::new();
    let mut expected = 0;
    for lap in 0..50 {
        fill(&owner, &drops, lap * 100..(lap + 1) * 100);
        while let Some(mut token) = owner.pop() {
            assert_eq!(token.number(), expected);
            expected += 1;
        }
    }
    assert_eq!((expected, drops.load(Relaxed)), (5_000, 5_000));
}

#[test]
fn a_full_ring_gives_the_task_back() {
    let drops = counter();
    let (owner, stealer) = run_queue::new();
    assert!(owner.is_empty() && stealer.is_empty());
    fill(&owner, &drops, 0..CAPACITY as usize);
    assert_eq!((owner.len(), owner.free_space(), stealer.len()), (CAPACITY, 0, CAPACITY));
    let Err(mut refused) = owner.push(Token::new(7_000, &drops)) else {
        panic!("the ring is full");
    };
    assert_eq!(refused.number(), 7_000);
    assert_eq!(drops.load(Relaxed), 0);
    assert_eq!(owner.pop().expect("it is full").number(), 0);
    assert!(owner.push(refused).is_ok());
}

#[test]
fn a_thief_gets_the_older_half_rounded_up() {
    for (full, expected) in [(0, 0), (1, 1), (2, 1), (3, 2), (4, 2), (255, 128), (256, 128)] {
        let drops = counter();
        let (victim, stealer) = run_queue::new();
        let (thief, _) = run_queue::new();
        fill(&victim, &drops, 0..full);
        let stolen = stealer.steal_into(&thief).map_or(Vec::new(), |(mut first, copied)| {
            assert_eq!(thief.len(), copied);
            let mut stolen = vec![first.number()];
            stolen.extend(drain(&thief));
            stolen
        });
        assert_eq!(stolen, Vec::from_iter(0..expected), "half of {full}");
        assert_eq!(drain(&victim), Vec::from_iter(expected..full), "the rest of {full}");
    }
}

#[test]
fn a_thief_takes_no_more_than_it_has_room_for() {
    for room in [0, 1, 5] {
        let drops = counter();
        let (victim, stealer) = run_queue::new();
        let (thief, _) = run_queue::new();
        fill(&victim, &drops, 0..100);
        fill(&thief, &drops, 0..CAPACITY as usize - room);
        let (mut first, copied) = stealer.steal_into(&thief).expect("the victim has tasks");
        assert_eq!((first.number(), copied), (0, room as u64));
        assert_eq!(victim.len(), 99 - room as u64);
    }
}

#[test]
fn what_is_left_is_dropped_with_the_last_end() {
    let drops = counter();
    let (owner, stealer) = run_queue::new();
    fill(&owner, &drops, 0..10);
    drop(owner);
    assert_eq!(drops.load(Relaxed), 0, "a thief can still take them");
    assert_eq!(stealer.steal_one().expect("ten are left").number(), 0);
    drop(stealer);
    assert_eq!(drops.load(Relaxed), 10);
}

/// Counts how often each task came out.
struct Seen(Vec<AtomicU8>);

impl Seen {
    fn mark(&self, mut token: Token) {
        self.0[token.number()].fetch_add(1, Relaxed);
    }
}

/// Yields now and then, at places that `seed` decides.
fn stumble(seed: &mut u32) -> u32 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    if seed.is_multiple_of(61) {
        thread::yield_now();
    }
    *seed
}

fn rob(
    stealer: &Stealer<Token>,
    own: &Owner<Token>,
    seen: &Seen,
    done: &AtomicBool,
    mut seed: u32,
) {
    loop {
        let last = done.load(Relaxed);
        let stolen = match stumble(&mut seed) % 4 {
            0 => stealer.steal_one(),
            _ => stealer.steal_into(own).map(|(first, _)| first),
        };
        let found = stolen.is_some();
        stolen.into_iter().for_each(|token| seen.mark(token));
        // Leave some behind at times, so that the next theft goes into a ring in use.
        while own.len() > u64::from(seed % 200) {
            owner_pop(own, seen);
        }
        if last && !found {
            break;
        }
    }
    while owner_pop(own, seen) {}
}

fn owner_pop(owner: &Owner<Token>, seen: &Seen) -> bool {
    owner.pop().map(|token| seen.mark(token)).is_some()
}

#[test]
fn every_task_comes_out_exactly_once_among_thieves() {
    const TASKS: usize = 100_000;
    const THIEVES: u32 = 3;
    let drops = counter();
    let seen = Seen(Vec::from_iter((0..TASKS).map(|_| AtomicU8::new(0))));
    let done = AtomicBool::new(false);
    let start = Barrier::new(THIEVES as usize + 1);
    let (owner, stealer) = run_queue::new();
    thread::scope(|scope| {
        for thief in 1..=THIEVES {
            let (stealer, seen, done, start) = (stealer.clone(), &seen, &done, &start);
            scope.spawn(move || {
                let (own, _) = run_queue::new();
                start.wait();
                rob(&stealer, &own, seen, done, thief * 7_919);
            });
        }
        start.wait();
        let mut seed = 0x2545_F491;
        for number in 0..TASKS {
            let mut task = Token::new(number, &drops);
            while let Err(refused) = owner.push(task) {
                task = refused;
                owner_pop(&owner, &seen);
            }
            if stumble(&mut seed).is_multiple_of(3) {
                owner_pop(&owner, &seen);
            }
        }
        while owner_pop(&owner, &seen) {}
        done.store(true, Relaxed);
    });
    assert!(seen.0.iter().all(|times| times.load(Relaxed) == 1));
    assert_eq!(drops.load(Relaxed), TASKS);
}

/// A call resolves only for a type that is not `Sync`: for a `Sync` one two impls would fit.
trait AmbiguousIfSync<A> {
    fn is_not_sync() {}
}
impl<T> AmbiguousIfSync<()> for T {}
impl<T: Sync> AmbiguousIfSync<u8> for T {}

#[test]
fn an_owner_moves_between_threads_but_is_not_shared() {
    fn is_send<T: Send>() {}
    fn is_shared<T: Send + Sync + Clone>() {}
    is_send::<Owner<Token>>();
    <Owner<Token> as AmbiguousIfSync<_>>::is_not_sync();
    is_shared::<Stealer<Token>>();
}
