//! Tasks that are always ready let a sleep and an accept have their turn, also on one permit and on one thread.
#![cfg(all(feature = "net", feature = "sync", feature = "time"))]

mod support;

use std::time::Duration;

use runtime::Runtime;
use runtime::time::{self, Instant};
use support::{Busy, current_thread, echo, median, multi_thread, watch};

/// No more than this may one round take, in the middle of several.
const LIMIT: Duration = Duration::from_millis(200);

async fn sleep() -> Duration {
    let begin = Instant::now();
    time::sleep(Duration::from_millis(10)).await;
    begin.elapsed()
}

/// Measures a sleep and an accept beside what `keep_busy` leaves, in a task and in the root future.
fn measure(runtime: &Runtime, keep_busy: fn(&Busy), name: &str) {
    let busy = Busy::default();
    let rounds = || async {
        let (mut sleeps, mut accepts) = (Vec::new(), Vec::new());
        for _ in 0..5 {
            sleeps.push(sleep().await);
            accepts.push(echo(1).await);
        }
        (median(sleeps), median(accepts))
    };
    runtime.block_on(async {
        keep_busy(&busy);
        for (slept, accepted) in [rounds().await, runtime::spawn(rounds()).await.unwrap()] {
            assert!(slept < LIMIT, "beside {name}: a sleep of 10 ms takes {slept:?}");
            assert!(accepted < LIMIT, "beside {name}: an accept takes {accepted:?}");
        }
    });
    busy.stop();
}

fn beside(keep_busy: fn(&Busy), name: &str) {
    let _watch = watch();
    for runtime in [current_thread(), multi_thread(1), multi_thread(2)] {
        measure(&runtime, keep_busy, name);
    }
}

#[test]
fn beside_a_pair_in_the_slot() {
    beside(Busy::pair, "a pair in the slot");
}

#[test]
fn beside_a_chain_of_spawns() {
    beside(Busy::chain, "a chain of spawns");
}

#[test]
fn beside_tasks_that_yield() {
    beside(Busy::yielder, "a task that yields");
    beside(Busy::yielders, "many tasks that yield");
}

#[test]
fn beside_a_receiver_whose_channel_is_never_empty() {
    beside(Busy::receiver, "a receiver whose channel is never empty");
}

#[test]
fn beside_all_of_them() {
    let all: fn(&Busy) = |busy| {
        busy.pair();
        busy.chain();
        busy.yielders();
        busy.receiver();
        busy.spender();
    };
    beside(all, "all of them");
}
