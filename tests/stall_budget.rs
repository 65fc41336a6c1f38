//! A poll that takes long is flagged, and its next leaf yields; and what waits beside a future that spends the whole budget
//! still makes progress.
#![cfg(all(feature = "macros", feature = "rt-multi-thread", feature = "sync", feature = "time"))]

mod support;

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use futures::executor;
use futures::stream::{FuturesUnordered, StreamExt};
use runtime::sync::mpsc;
use runtime::{Runtime, task, time};
use support::{Counts, current_thread, multi_thread, poll_once, watch};

const MOMENT: Duration = Duration::from_millis(10);

fn in_each(test: impl AsyncFn()) {
    let _watch = watch();
    for runtime in [current_thread(), multi_thread(1), multi_thread(2)] {
        runtime.block_on(test());
    }
}

/// Computes until a leaf that is ready yields; panics if it does not although the budget is left.
fn compute_until_a_leaf_yields(receiver: &mut mpsc::UnboundedReceiver<()>) {
    let wakes = Counts::new();
    // Fewer leaves than a budget has units.
    for _ in 0..100 {
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_millis(20) {
            std::hint::spin_loop();
        }
        if poll_once(&mut pin!(receiver.recv()), &wakes).is_pending() {
            assert_eq!(wakes.wakes(), 1, "a leaf that yields wakes its task");
            return;
        }
    }
    panic!("nobody flagged this poll");
}

async fn a_long_poll() {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    (0..200).for_each(|_| sender.send(()).unwrap());
    poll_fn(|_| {
        compute_until_a_leaf_yields(&mut receiver);
        // So does each leaf after it, but for who wants no budget.
        assert!(poll_once(&mut pin!(task::consume_budget()), &Counts::new()).is_pending());
        let unconstrained = pin!(task::unconstrained(task::consume_budget()));
        assert!(poll_once(&mut { unconstrained }, &Counts::new()).is_ready());
        Poll::Ready(())
    })
    .await;
    task::yield_now().await;
    // The next poll is not flagged, unless it is long too.
    let again = || poll_once(&mut pin!(task::consume_budget()), &Counts::new());
    for attempt in 0.. {
        if poll_fn(|_| Poll::Ready(again())).await.is_ready() {
            break;
        }
        assert!(attempt < 100, "each poll is flagged");
        task::yield_now().await;
    }
}

#[test]
fn the_next_leaf_of_a_long_poll_yields() {
    let _watch = watch();
    for permits in [1, 2] {
        let runtime = multi_thread(permits);
        runtime.block_on(a_long_poll());
        let in_task: Runtime = runtime;
        in_task.block_on(in_task.spawn(a_long_poll())).unwrap();
    }
}

/// Spends the whole budget in each of its polls, and never ends.
async fn spend() {
    loop {
        task::consume_budget().await;
    }
}

/// tokio-rs/tokio#4291 and #4612.
#[test]
fn a_timeout_ends_around_a_future_that_spends_the_budget() {
    in_each(async || {
        time::timeout(MOMENT, spend()).await.unwrap_err();
        time::timeout(MOMENT, time::timeout(Duration::from_secs(3_600), spend()))
            .await
            .unwrap_err();
        task::spawn(async { time::timeout(MOMENT, spend()).await.unwrap_err() }).await.unwrap();
    });
}

/// tokio-rs/tokio#7164.
#[test]
fn a_select_makes_progress_beside_a_branch_that_spends_the_budget() {
    in_each(async || {
        runtime::select! {
            () = spend() => unreachable!("it never ends"),
            () = time::sleep(MOMENT) => {}
        }
    });
}

#[test]
fn a_join_makes_progress_beside_a_branch_that_spends_the_budget() {
    in_each(async || {
        let ended = std::cell::Cell::new(false);
        let spends = async {
            while !ended.get() {
                task::consume_budget().await;
            }
        };
        let sleeps = async {
            time::sleep(MOMENT).await;
            ended.set(true);
        };
        runtime::join!(spends, sleeps);
    });
}

#[test]
fn futures_unordered_makes_progress_beside_one_that_spends_the_budget() {
    in_each(async || {
        let all: FuturesUnordered<std::pin::Pin<Box<dyn Future<Output = ()>>>> =
            FuturesUnordered::new();
        all.push(Box::pin(spend()));
        all.push(Box::pin(time::sleep(MOMENT)));
        let mut all = all;
        all.next().await.expect("the sleep ends");
    });
}

/// Far more leaves than a budget has units are ready at once.
#[test]
fn futures_unordered_completes_more_futures_than_a_budget_has_units() {
    in_each(async || {
        let all: FuturesUnordered<_> = (0..1_000)
            .map(|n| {
                let (sender, mut receiver) = mpsc::unbounded_channel();
                sender.send(n).unwrap();
                async move { receiver.recv().await.unwrap() }
            })
            .collect();
        assert_eq!(all.count().await, 1_000);
    });
}

/// A foreign `block_on` polls a leaf again and again within the one poll it is in. Once that was flagged, or its budget
/// spent, the leaf never completed.
#[test]
fn a_foreign_block_on_inside_a_long_poll_ends() {
    in_each(async || {
        poll_fn(|_| {
            while poll_once(&mut pin!(task::consume_budget()), &Counts::new()).is_ready() {}
            Poll::Ready(())
        })
        .await;
        let (sender, mut receiver) = mpsc::unbounded_channel();
        std::thread::spawn(move || {
            for n in 0..1_000 {
                sender.send(n).unwrap();
                if n == 500 {
                    std::thread::sleep(5 * MOMENT); // the poll is flagged
                }
            }
        });
        let sum = async {
            let mut sum = 0;
            while let Some(n) = receiver.recv().await {
                sum += n;
            }
            sum
        };
        assert_eq!(executor::block_on(sum), 499_500);
    });
}
