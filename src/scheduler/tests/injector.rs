//! The injector and its way into a run queue.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::thread;

use super::token::Token;
use crate::scheduler::injector::Injector;
use crate::scheduler::run_queue::{self, CAPACITY};

fn filled(tasks: usize, drops: &Arc<AtomicUsize>) -> Injector<Token> {
    let injector = Injector::new();
    for number in 0..tasks {
        injector.push(Token::new(number, drops));
    }
    injector
}

#[test]
fn a_batch_is_the_oldest_tasks_in_order() {
    let drops = Arc::new(AtomicUsize::new(0));
    let injector = filled(10, &drops);
    let (owner, _) = run_queue::new();
    assert!(injector.pop_batch_into(&owner, 0).is_none());
    let mut first = injector.pop_batch_into(&owner, 4).expect("ten were pushed");
    assert_eq!((first.number(), owner.len(), injector.len()), (0, 3, 6));
    let queued = std::iter::from_fn(|| owner.pop()).map(|mut token| token.number());
    assert_eq!(Vec::from_iter(queued), [1, 2, 3]);
    assert!(injector.pop_batch_into(&owner, 100).is_some());
    assert_eq!((owner.len(), injector.is_empty()), (5, true));
    assert!(injector.pop_batch_into(&owner, 100).is_none());
}

#[test]
fn a_batch_stops_where_the_run_queue_is_full() {
    let drops = Arc::new(AtomicUsize::new(0));
    let injector = filled(1_000, &drops);
    let (owner, _) = run_queue::new();
    drop(injector.pop_batch_into(&owner, 1_000));
    assert_eq!((owner.free_space(), injector.len() as u64), (0, 999 - CAPACITY));
    drop(injector.pop_batch_into(&owner, 1_000));
    assert_eq!(injector.len() as u64, 998 - CAPACITY, "one to run, none to queue");
    drop((injector, owner));
    assert_eq!(drops.load(Relaxed), 1_000, "what is left is dropped with its queue");
}

#[test]
fn order_is_kept_however_many_there_are() {
    let injector = Injector::new();
    let (mut pushed, mut popped) = (0..20_000, 0..20_000);
    // It grows by more than is taken, shrinks to nothing, and grows again.
    for (grow, shrink) in
        [(700, 100), (5_000, 512), (3, 4_091), (1_024, 1_024), (1, 1), (9_000, 10_000)]
    {
        pushed.by_ref().take(grow).for_each(|task| injector.push(task));
        for _ in 0..shrink {
            let before = injector.len();
            let expected = if before > 0 { popped.next() } else { None };
            assert_eq!(injector.pop(), expected);
            assert_eq!(injector.len(), before.saturating_sub(1));
        }
    }
    assert_eq!((injector.is_empty(), pushed.start), (true, popped.start));
}

#[test]
fn outsiders_and_workers_come_in_turn() {
    let injector = Injector::new();
    (0..4).for_each(|task| injector.push(task));
    (10..13).for_each(|task| injector.push_from_outside(task));
    assert_eq!((injector.len(), injector.is_empty()), (7, false));
    let all = Vec::from_iter(std::iter::from_fn(|| injector.pop()));
    assert_eq!(all, [0, 10, 1, 11, 2, 12, 3]);
    injector.push_from_outside(13);
    assert_eq!((injector.len(), injector.is_empty()), (1, false));
    assert_eq!((injector.pop(), injector.pop()), (Some(13), None));
}

#[test]
fn a_batch_is_of_one_kind_and_leaves_the_next_to_the_other() {
    let drops = Arc::new(AtomicUsize::new(0));
    let injector = filled(6, &drops);
    (10..16).for_each(|number| injector.push_from_outside(Token::new(number, &drops)));
    injector.push_early(Token::new(20, &drops));
    let (owner, _) = run_queue::new();
    let batch = || {
        let first = injector.pop_batch_into(&owner, 4);
        let rest = std::iter::from_fn(|| owner.pop());
        Vec::from_iter(first.into_iter().chain(rest).map(|mut token| token.number()))
    };
    let batches = std::array::from_fn::<_, 6, _>(|_| batch());
    let expected: [&[_]; 6] = [&[20], &[0, 1, 2, 3], &[10, 11, 12, 13], &[4, 5], &[14, 15], &[]];
    assert_eq!(batches, expected);
}

#[test]
fn an_early_task_comes_before_all_others() {
    let drops = Arc::new(AtomicUsize::new(0));
    let injector = filled(3, &drops);
    injector.push_early(Token::new(10, &drops));
    injector.push_early(Token::new(11, &drops));
    assert_eq!((injector.len(), injector.is_empty()), (5, false));
    let all = std::iter::from_fn(|| injector.pop()).map(|mut token| token.number());
    assert_eq!(Vec::from_iter(all), [10, 11, 0, 1, 2]);
    injector.push_early(Token::new(12, &drops));
    assert_eq!((injector.len(), injector.is_empty()), (1, false));
}

#[test]
fn workers_share_the_injector_without_loss() {
    const TASKS: usize = 20_000;
    let drops = Arc::new(AtomicUsize::new(0));
    let injector = Injector::new();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let (owner, _) = run_queue::new();
                while drops.load(Relaxed) < 3 * TASKS {
                    drop(injector.pop_batch_into(&owner, 16));
                    while owner.pop().is_some() {}
                    thread::yield_now();
                }
            });
        }
        for _ in 0..2 {
            let from_outside = |number| injector.push_from_outside(Token::new(number, &drops));
            scope.spawn(move || (0..TASKS).for_each(from_outside));
        }
        for number in 0..TASKS {
            injector.push(Token::new(number, &drops));
        }
    });
    assert_eq!((drops.load(Relaxed), injector.is_empty()), (3 * TASKS, true));
}

#[test]
fn workers_share_the_early_tasks_and_the_count_ends_at_none() {
    const TASKS: usize = 20_000;
    let injector = Injector::new();
    let taken = AtomicUsize::new(0);
    let pop = || {
        while taken.load(Relaxed) < 2 * TASKS {
            assert!(injector.len() <= 2 * TASKS, "more than there ever were");
            if injector.pop().is_some() {
                taken.fetch_add(1, Relaxed);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| (0..TASKS).for_each(|task| injector.push_early(task)));
            scope.spawn(pop);
        }
    });
    assert!(injector.is_empty());
}
