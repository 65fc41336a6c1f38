//! What happens when the system gives no more threads: the runtime says so once, goes on, and recovers.
//!
//! The limit is that of address space, set for a child process, with threads whose stacks take most of it.
#![cfg(all(target_os = "linux", target_pointer_width = "64"))]

mod support;

use std::sync::mpsc;
use std::time::Duration;

use futures::executor;
use runtime::runtime::Runtime;
use support::{Captor, Counts, Kind, STACK, eventually, poll_once, under_the_limit, without_room};

/// A runtime of which one thread fits under the limit, and not two.
fn runtime_with_large_stacks() -> Runtime {
    let mut builder = runtime::Builder::new_multi_thread();
    builder.worker_threads(4).enable_all().thread_stack_size(STACK).build().unwrap()
}

#[test]
fn tasks_run_on_the_threads_that_can_be_had() {
    under_the_limit("tasks_run_on_the_threads_that_can_be_had", 1, || {
        runtime_with_large_stacks().block_on(async {
            // Each blocks for long enough that all four permits are wanted.
            let tasks: Vec<_> = (0..20)
                .map(|n| {
                    runtime::spawn(async move {
                        std::thread::sleep(Duration::from_millis(20));
                        n
                    })
                })
                .collect();
            for (n, task) in tasks.into_iter().enumerate() {
                assert_eq!(task.await.unwrap(), n);
            }
        });
    });
}

#[test]
fn a_task_for_which_there_was_no_thread_runs_when_there_is_one() {
    under_the_limit("a_task_for_which_there_was_no_thread_runs_when_there_is_one", 1, || {
        let runtime = runtime_with_large_stacks();
        let room = without_room();
        let (done, ran) = mpsc::channel();
        let task = runtime.spawn(async move { done.send(()).unwrap() });
        assert!(ran.try_recv().is_err());
        assert!(!task.is_finished(), "a thread was started though there was no room for it");
        drop(room);
        ran.recv().unwrap();
        runtime.block_on(task).unwrap();
    });
}

#[test]
fn a_timer_for_which_there_was_no_thread_fires_when_there_is_one() {
    under_the_limit("a_timer_for_which_there_was_no_thread_fires_when_there_is_one", 1, || {
        let runtime = runtime_with_large_stacks();
        let room = without_room();
        let fired = Counts::new();
        let mut sleep = Box::pin(runtime::time::sleep(Duration::from_millis(20)));
        {
            let _entered = runtime.enter();
            assert!(poll_once(&mut sleep, &fired).is_pending());
        }
        std::thread::sleep(Duration::from_millis(50));
        assert_eq!(fired.wakes(), 0, "a thread was started though there was no room for it");
        drop(room);
        eventually("the timer fires", || fired.wakes() == 1);
    });
}

#[test]
fn a_stuck_task_is_stood_in_for_when_there_is_a_thread() {
    under_the_limit("a_stuck_task_is_stood_in_for_when_there_is_a_thread", 1, || {
        let mut builder = runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).thread_stack_size(STACK / 2).build().unwrap();
        let captor = Captor::new();
        let captives = captor.take(runtime.handle(), Kind::Blocks, 1);
        let room = without_room();
        let waits = runtime.spawn(async {});
        // The monitor tries again and again meanwhile, which nothing shows.
        std::thread::sleep(Duration::from_millis(100));
        assert!(!waits.is_finished(), "a thread was started though there was no room for it");
        drop(room);
        executor::block_on(waits).unwrap();
        captor.free();
        for captive in captives {
            executor::block_on(captive).unwrap();
        }
    });
}
