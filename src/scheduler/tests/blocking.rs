//! The blocking pool beside others that take threads from the same budget.

use std::sync::{Arc, Barrier};
use std::thread;
use std::time::Duration;

use crate::scheduler::Scheduler;
use crate::task::JoinHandle;
use crate::{Builder, Runtime};

const BOUND: usize = 4;

/// A runtime, and its scheduler, whose budget others have taken but for the one thread that is the pool's.
fn with_others() -> (Runtime, Arc<Scheduler>) {
    let mut builder = Builder::new_current_thread();
    let runtime = builder.max_blocking_threads(BOUND).build().expect("no stack size was chosen");
    let scheduler = runtime.handle().scheduler().clone();
    (1..BOUND).for_each(|_| assert!(scheduler.blocking.budget.take()));
    assert!(!scheduler.blocking.budget.take());
    (runtime, scheduler)
}

/// As many calls as the bound allows. None of them returns before all have begun.
fn calls_that_meet(runtime: &Runtime) -> Vec<JoinHandle<bool>> {
    let all = Arc::new(Barrier::new(BOUND));
    let call = |_| {
        let all = all.clone();
        runtime.spawn_blocking(move || all.wait().is_leader())
    };
    (0..BOUND).map(call).collect()
}

fn outputs<R>(runtime: &Runtime, calls: impl IntoIterator<Item = JoinHandle<R>>) -> Vec<R> {
    let join = |call: JoinHandle<R>| runtime.block_on(call).expect("the closure returns");
    calls.into_iter().map(join).collect()
}

#[test]
fn the_pool_has_one_thread_whatever_others_take() {
    let (runtime, _scheduler) = with_others();
    let calls: Vec<_> =
        (0..20).map(|_| runtime.spawn_blocking(|| thread::current().id())).collect();
    let mut threads = outputs(&runtime, calls);
    threads.dedup();
    assert_eq!(threads.len(), 1);
}

#[test]
fn jobs_that_wait_get_the_threads_that_others_give_back() {
    let (runtime, scheduler) = with_others();
    let calls = calls_that_meet(&runtime);
    thread::sleep(Duration::from_millis(10)); // or the one thread would see itself what was given back
    for _ in 1..BOUND {
        scheduler.blocking.budget.give_back();
        scheduler.reinforce_blocking();
    }
    assert_eq!(outputs(&runtime, calls).into_iter().filter(|&leads| leads).count(), 1);
}

#[test]
fn threads_that_go_give_their_places_back() {
    let mut builder = Builder::new_current_thread();
    builder.max_blocking_threads(BOUND).thread_keep_alive(Duration::ZERO);
    let runtime = builder.build().expect("no stack size was chosen");
    let scheduler = runtime.handle().scheduler().clone();
    for _ in 0..20 {
        outputs(&runtime, calls_that_meet(&runtime));
    }
    runtime.shutdown_timeout(Duration::from_secs(30));
    (1..BOUND).for_each(|_| assert!(scheduler.blocking.budget.take()));
    assert!(!scheduler.blocking.budget.take());
}
