//! Branches of one task beside one that spends the whole budget in each poll, and is always polled first: they get their turn.
#![cfg(all(feature = "macros", feature = "rt-multi-thread", feature = "sync"))]

mod support;

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use futures::future::join_all;
use futures::stream::{FuturesUnordered, StreamExt};
use runtime::sync::{Mutex, RwLock, Semaphore, mpsc, oneshot};
use runtime::task::{self, coop};
use support::{current_thread, multi_thread, watch};

type Branch<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// How many branches are left.
struct Left(Cell<usize>);

impl Left {
    /// Spends the whole budget in each poll, until no other branch is left.
    async fn spend(&self) {
        while self.0.get() > 0 {
            coop::consume_budget().await;
        }
    }

    fn branch<'a>(&'a self, body: impl Future<Output = ()> + 'a) -> Branch<'a> {
        self.0.set(self.0.get() + 1);
        Box::pin(async {
            body.await;
            self.0.set(self.0.get() - 1);
        })
    }
}

/// What may stand behind: each is ready whenever it is asked, or soon.
fn branches(left: &Left) -> Vec<Branch<'_>> {
    let receives = async {
        let (sender, mut receiver) = mpsc::channel(10);
        for n in 0..10 {
            sender.send(n).await.unwrap();
            assert_eq!(receiver.recv().await, Some(n));
        }
    };
    let is_told = async {
        let (sender, receiver) = oneshot::channel();
        task::spawn(async { sender.send(()).unwrap() });
        receiver.await.unwrap();
    };
    let joins = async {
        for n in 0..5 {
            assert_eq!(task::spawn(async move { n }).await.unwrap(), n);
        }
    };
    let locks = async {
        let (mutex, lock, semaphore) = (Mutex::new(0), RwLock::new(0), Semaphore::new(1));
        for _ in 0..5 {
            *mutex.lock().await += 1;
            *lock.write().await += 1;
            assert!(*lock.read().await > 0);
            drop(semaphore.acquire().await.unwrap());
        }
    };
    let wraps = async {
        for _ in 0..5 {
            coop::cooperative(std::future::ready(())).await;
        }
    };
    vec![
        left.branch(receives),
        left.branch(is_told),
        left.branch(joins),
        left.branch(locks),
        left.branch(wraps),
    ]
}

fn in_each(test: impl AsyncFn()) {
    let _watch = watch();
    for runtime in [current_thread(), multi_thread(1), multi_thread(2)] {
        runtime.block_on(test());
    }
}

/// In `join_all` the order of up to 30 futures is always the same.
#[test]
fn branches_of_a_join_in_fixed_order_get_their_turn() {
    in_each(async || {
        let left = Left(Cell::new(0));
        let others = branches(&left);
        let spends: Branch<'_> = Box::pin(left.spend());
        join_all([spends].into_iter().chain(others)).await;
    });
}

/// Those that were refused queue in the order of their refusal, the spender first.
#[test]
fn branches_of_futures_unordered_get_their_turn() {
    in_each(async || {
        let left = Left(Cell::new(0));
        let others = branches(&left);
        let all: FuturesUnordered<Branch<'_>> = FuturesUnordered::new();
        all.push(Box::pin(left.spend()));
        others.into_iter().for_each(|branch| all.push(branch));
        assert_eq!(all.count().await, 6);
    });
}

#[test]
fn branches_of_our_join_get_their_turn() {
    in_each(async || {
        let left = Left(Cell::new(0));
        let mut others = branches(&left).into_iter();
        let mut next = || others.next().expect("there are five");
        runtime::join!(left.spend(), next(), next(), next(), next(), next());
    });
}

/// One that waits for a single thing, with nobody else behind the spender.
#[test]
fn a_branch_of_two_gets_its_turn() {
    in_each(async || {
        for n in 0..5 {
            let left = Left(Cell::new(0));
            let branch = branches(&left).swap_remove(n);
            left.0.set(1);
            let spends: Branch<'_> = Box::pin(left.spend());
            futures::join!(spends, branch);
        }
    });
}

/// A biased `select!` asks the spender first each time.
#[test]
fn the_last_branch_of_a_biased_select_gets_its_turn() {
    in_each(async || {
        let (sender, mut receiver) = mpsc::unbounded_channel();
        sender.send(7).unwrap();
        let spends = async {
            loop {
                coop::consume_budget().await;
            }
        };
        runtime::select! {
            biased;
            () = spends => unreachable!("it never ends"),
            value = receiver.recv() => assert_eq!(value, Some(7)),
        }
    });
}

/// However many ask, a poll ends soon: the budget is not given out anew.
#[test]
fn what_is_let_through_is_little() {
    in_each(async || {
        task::yield_now().await;
        let completed = Cell::new(0);
        let branch = || async {
            loop {
                coop::consume_budget().await;
                completed.set(completed.get() + 1);
            }
        };
        let mut all = Box::pin(join_all((0..20).map(|_| branch())));
        poll_fn(|cx| {
            assert!(all.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
        let completed = completed.get();
        assert!((128..150).contains(&completed), "{completed} operations in one poll");
    });
}
