//! What happens to blocking closures when the system gives no more threads.
//!
//! The limit is that of address space, as in `runtime_thread_limit`.
#![cfg(all(target_os = "linux", target_pointer_width = "64"))]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use futures::executor;
use runtime::fs::File;
use runtime::io::AsyncWriteExt;
use runtime::{Builder, Runtime};
use support::{Gate, STACK, text_of, under_the_limit, without_room};

/// A runtime of which one thread fits under the limit, and not two.
fn runtime_with_large_stacks() -> Runtime {
    Builder::new_current_thread().thread_stack_size(STACK).enable_all().build().unwrap()
}

#[test]
fn calls_wait_for_the_threads_that_can_be_had() {
    under_the_limit("calls_wait_for_the_threads_that_can_be_had", 1, || {
        let runtime = runtime_with_large_stacks();
        let calls: Vec<_> = (0..20)
            .map(|n| {
                runtime.spawn_blocking(move || {
                    std::thread::sleep(Duration::from_millis(5));
                    n
                })
            })
            .collect();
        for (n, call) in calls.into_iter().enumerate() {
            assert_eq!(executor::block_on(call).unwrap(), n);
        }
    });
}

#[test]
fn without_any_thread_whoever_spawns_is_told_why_and_can_try_again() {
    under_the_limit("without_any_thread_whoever_spawns_is_told_why_and_can_try_again", 0, || {
        let runtime = runtime_with_large_stacks();
        let room = without_room();
        std::panic::set_hook(Box::new(|_| ()));
        for _ in 0..3 {
            let spawned = catch_unwind(AssertUnwindSafe(|| runtime.spawn_blocking(|| 7)));
            let payload =
                spawned.expect_err("a thread was started though there was no room for it");
            let text = text_of(&*payload);
            assert!(text.starts_with("there is no thread for a blocking closure"), "{text}");
            assert!(text.contains("os error"), "the cause is told: {text}");
        }
        drop(room);
        assert_eq!(executor::block_on(runtime.spawn_blocking(|| 7)).unwrap(), 7);
    });
}

/// A call that has a thread may need one that has none: the pool tries again though nobody spawns any more.
#[test]
fn a_thread_that_takes_a_call_tries_again_for_those_behind_it() {
    under_the_limit("a_thread_that_takes_a_call_tries_again_for_those_behind_it", 1, || {
        // Three such threads fit beside nothing, and one beside what is taken below.
        let stack = STACK / 8 * 3;
        let runtime = Builder::new_current_thread().thread_stack_size(stack).build().unwrap();
        let (begin, both) = (Gate::new("the room is there"), Gate::new("the second call runs"));
        let begun = Gate::new("the first call has begun");
        let first = runtime.spawn_blocking({
            let (begin, begun) = (begin.clone(), begun.clone());
            move || {
                begun.open();
                begin.wait();
            }
        });
        begun.wait();
        let room = [without_room(), without_room()];
        let waits = runtime.spawn_blocking({
            let both = both.clone();
            move || both.wait()
        });
        let opens = runtime.spawn_blocking(move || both.open());
        drop(room);
        begin.open();
        for call in [first, waits, opens] {
            executor::block_on(call).unwrap();
        }
    });
}

/// Calls for which there was no thread waited for ever, behind one that did not return, unless somebody spawned again.
#[test]
fn a_call_behind_a_stuck_one_gets_a_thread_when_there_is_room() {
    under_the_limit("a_call_behind_a_stuck_one_gets_a_thread_when_there_is_room", 1, || {
        let runtime = Builder::new_current_thread().thread_stack_size(STACK / 2).build().unwrap();
        let (begun, other) = (Gate::new("the call is stuck"), Gate::new("the other call runs"));
        let stuck = runtime.spawn_blocking({
            let (begun, other) = (begun.clone(), other.clone());
            move || {
                begun.open();
                other.wait();
            }
        });
        begun.wait();
        let room = without_room();
        let opens = runtime.spawn_blocking(move || other.open());
        assert_eq!(runtime.metrics().blocking_queue_depth(), 1);
        std::thread::sleep(Duration::from_millis(100)); // the monitor finds nothing else to do, and must not rest
        drop(room);
        for call in [stuck, opens] {
            executor::block_on(call).unwrap();
        }
    });
}

#[test]
#[cfg(feature = "net")]
fn a_look_up_without_a_thread_is_an_error() {
    under_the_limit("a_look_up_without_a_thread_is_an_error", 0, || {
        let runtime = runtime_with_large_stacks();
        let _room = without_room();
        let found = runtime
            .block_on(async { runtime::net::lookup_host("nobody..invalid:80").await.map(drop) });
        let text = found.unwrap_err().to_string();
        assert!(text.contains("there is no thread for a blocking closure"), "{text}");
    });
}

#[test]
fn a_write_without_a_thread_is_not_accepted() {
    under_the_limit("a_write_without_a_thread_is_not_accepted", 0, || {
        let temp = tempfile::NamedTempFile::new().unwrap();
        let mut file = File::from_std(temp.reopen().unwrap());
        let room = without_room();
        runtime_with_large_stacks().block_on(async {
            file.write(b"refused").await.unwrap_err();
            file.flush().await.unwrap();
            drop(room);
            file.write_all(b"accepted").await.unwrap();
            file.flush().await.unwrap();
        });
        assert_eq!(std::fs::read(temp.path()).unwrap(), b"accepted");
    });
}
