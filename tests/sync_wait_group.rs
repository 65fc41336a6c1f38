//! `WaitGroup` in tasks: who counts until when, and rounds that follow each other faster than those who wait can run.
#![cfg(feature = "sync")]

mod support;

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;

use runtime::sync::WaitGroup;
use runtime::task;
use support::{Gate, all_kinds, hush, multi_thread, watch};

/// Counts when it is dropped.
struct Dropped(Arc<AtomicUsize>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn tasks_count_until_nothing_of_them_is_left_however_they_end() {
    let _watch = watch();
    hush();
    for runtime in all_kinds() {
        let (group, dropped) = (WaitGroup::new(), Arc::new(AtomicUsize::new(0)));
        let value = || Dropped(dropped.clone());
        runtime.block_on(async {
            let (returns, panics, aborted) = (value(), value(), value());
            group.go(async move { drop(returns) });
            let panicked = group.go(async move {
                let _value = panics;
                task::yield_now().await;
                panic!("in a member, on purpose");
            });
            let never = group.go(async move {
                let _value = aborted;
                pending::<()>().await
            });
            task::yield_now().await;
            never.abort();
            group.wait().await;
            assert_eq!(dropped.load(SeqCst), 3);
            assert!(panicked.await.unwrap_err().is_panic());
            assert!(never.await.unwrap_err().is_cancelled());
        });
    }
}

#[test]
fn the_output_of_a_member_goes_to_its_joiner() {
    let _watch = watch();
    runtime::block_on(async {
        let group = WaitGroup::new();
        let squares: Vec<_> = (0..10).map(|n| group.go(async move { n * n })).collect();
        group.wait().await;
        for (n, square) in squares.into_iter().enumerate() {
            assert_eq!(square.await.unwrap(), n * n);
        }
    });
}

#[test]
fn the_end_of_a_runtime_counts_its_members_down() {
    let _watch = watch();
    let (group, runtime) = (WaitGroup::new(), multi_thread(2));
    let guard = runtime.enter();
    for _ in 0..10 {
        group.go(pending::<()>());
    }
    drop(guard);
    drop(runtime);
    futures::executor::block_on(group.wait());
}

#[test]
fn a_round_may_begin_before_those_who_waited_for_the_last_have_run() {
    let _watch = watch();
    const ROUNDS: usize = 300;
    let group = WaitGroup::new();
    let (done, rounds) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    runtime::block_on(async {
        for round in 1..=ROUNDS {
            for _ in 0..3 {
                let done = done.clone();
                group.go(async move { done.fetch_add(1, SeqCst) });
            }
            // These wait for this round or a later one, and are never told too early nor left behind.
            for _ in 0..3 {
                let (wait, done, rounds) = (group.wait(), done.clone(), rounds.clone());
                runtime::spawn(async move {
                    wait.await;
                    assert!(done.load(SeqCst) >= 3 * round);
                    rounds.fetch_add(1, SeqCst);
                });
            }
            group.wait().await;
            assert_eq!(done.load(SeqCst), 3 * round);
        }
        while rounds.load(SeqCst) < 3 * ROUNDS {
            task::yield_now().await;
        }
    });
}

#[test]
fn a_waiter_that_was_released_is_not_held_back_by_the_next_round() {
    let _watch = watch();
    let (runtime, group, gate) = (multi_thread(1), WaitGroup::new(), Gate::new("the first round"));
    runtime.block_on(async {
        group.add(1);
        let (wait, passes) = (group.wait(), gate.clone());
        let waits = runtime::spawn(async move {
            wait.await;
            passes.open();
        });
        task::yield_now().await; // it waits
        group.done();
        group.add(1); // before it has run
        gate.passed().await;
        waits.await.unwrap();
        group.done();
    });
}

#[test]
fn threads_count_and_wait_too() {
    let _watch = watch();
    let group = WaitGroup::new();
    let done = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..4 {
            let member = group.member();
            scope.spawn(|| {
                let _member = member;
                done.fetch_add(1, SeqCst);
            });
        }
        futures::executor::block_on(group.wait());
        assert_eq!(done.load(SeqCst), 4);
    });
}
