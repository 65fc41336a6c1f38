//! What a retake leaves behind: tasks, the right to search, and hands for every free permit.
//!
//! A test that fails here hangs, and the watchdog says so.
#![cfg(feature = "rt-multi-thread")]

mod support;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use futures::executor;
use runtime::{Builder, Handle, task};
use support::{Gate, eventually, multi_thread, threads_named, watch};

/// A helper stole half of what was behind the stuck poll, and had enough to do with that for ever.
#[test]
fn tasks_behind_a_stuck_poll_do_not_wait_for_helpers_to_run_dry() {
    const BEHIND: usize = 16;
    let _watch = watch();
    // With two permits and no thread beyond them but the one of the blocking pool, the permit is not retaken: there the tasks must go without it.
    for (permits, spares) in [(1, 512), (2, 512), (2, 1)] {
        let (polled, all) = (Arc::new(AtomicUsize::new(0)), Gate::new("all have been polled"));
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(permits).max_blocking_threads(spares).build().unwrap();
        let stuck = runtime.spawn(async move {
            for _ in 0..BEHIND {
                let (polled, all) = (polled.clone(), all.clone());
                task::spawn(async move {
                    if polled.fetch_add(1, SeqCst) + 1 == BEHIND {
                        all.open();
                    }
                    while !all.is_open() {
                        task::yield_now().await;
                    }
                });
            }
            all.wait();
        });
        executor::block_on(stuck).unwrap();
    }
}

/// A worker whose permit was retaken between its wake and its search went to sleep with the right to search, and nobody
/// was woken any more.
#[test]
fn a_worker_that_is_retaken_before_it_searches_gives_the_search_up() {
    let _watch = watch();
    let (callback, armed) =
        (Gate::new("the callback may return"), Arc::new(AtomicBool::new(false)));
    let asleep = Arc::new(AtomicUsize::new(0));
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .on_thread_park({
            let asleep = asleep.clone();
            move || _ = asleep.fetch_add(1, SeqCst)
        })
        .on_thread_unpark({
            let callback = callback.clone();
            move || {
                if armed.swap(true, SeqCst) {
                    return;
                }
                callback.wait();
            }
        })
        .build()
        .unwrap();
    executor::block_on(runtime.spawn(async {})).unwrap();
    eventually("the worker goes to sleep", || asleep.load(SeqCst) > 0);
    // Its wake blocks in the callback, so that its permit is retaken, and another thread runs the task.
    let first = runtime.spawn(async {});
    eventually("another thread runs the task", || {
        runtime.block_on(task::yield_now());
        first.is_finished()
    });
    callback.open();
    eventually("it goes to sleep again", || asleep.load(SeqCst) > 1);
    thread::sleep(Duration::from_millis(20)); // nothing shows that it sleeps
    executor::block_on(runtime.spawn(async {})).unwrap();
}

/// The runtime's end inside of what blocks in a task.
#[test]
fn a_runtime_that_ends_inside_a_blocking_closure_ends() {
    let _watch = watch();
    for permits in [1, 2] {
        let runtime = Arc::new(Mutex::new(Some(multi_thread(permits))));
        let handle = runtime.lock().unwrap().as_ref().unwrap().handle().clone();
        let (ended, dropped) = (Gate::new("the runtime has ended"), Gate::new("a task is dropped"));
        let opener = OpenOnDrop(dropped.clone());
        handle.spawn(async move {
            let _opener = opener;
            std::future::pending::<()>().await;
        });
        handle.spawn({
            let ended = ended.clone();
            async move {
                task::block_in_place(|| {
                    drop(runtime.lock().unwrap().take());
                    assert!(Handle::current().spawn(async {}).is_finished());
                });
                ended.open();
            }
        });
        ended.wait();
        dropped.wait();
    }
}

/// Threads that stood in for others, and wait to be needed again, do not delay the end, and are gone after it.
#[cfg(target_os = "linux")]
#[test]
fn the_end_takes_spare_threads_along() {
    const NAME: &str = "retake-spares";
    let _watch = watch();
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name(NAME)
        .thread_keep_alive(Duration::from_secs(3_600))
        .build()
        .unwrap();
    let done = Gate::new("all are stuck");
    let stuck: Vec<_> = (0..3)
        .map(|_| {
            let done = done.clone();
            runtime.spawn(async move { done.wait() })
        })
        .collect();
    executor::block_on(runtime.spawn(async {})).unwrap(); // behind all of them
    done.open();
    for task in stuck {
        executor::block_on(task).unwrap();
    }
    assert!(threads_named(NAME) > 1, "each was stuck on a thread of its own");
    drop(runtime);
    assert_eq!(threads_named(NAME), 0);
}

struct OpenOnDrop(Arc<Gate>);

impl Drop for OpenOnDrop {
    fn drop(&mut self) {
        self.0.open();
    }
}
