//! Calls that block, where tasks run: others take the thread's place, or the call is refused with a clear text.

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use runtime::chan;
use runtime::sync::{Mutex, RwLock, Semaphore, broadcast, mpsc, oneshot};
use runtime::task::{self, LocalSet};
use support::{current_thread, hush, multi_thread, text_of, watch};

#[test]
fn a_task_that_blocks_is_replaced_at_once() {
    let _watch = watch();
    let runtime = multi_thread(1);
    runtime.block_on(async {
        for _ in 0..100 {
            let blocks = task::spawn(async {
                let (to, from) = oneshot::channel();
                // There is one permit: this can run only when the other has given it away.
                let sends = task::spawn(async move { to.send(7) });
                assert_eq!(from.blocking_recv(), Ok(7));
                sends.await.unwrap()
            });
            assert_eq!(blocks.await.unwrap(), Ok(()));
        }
    });
    let noticed = runtime.metrics().blocked_retake_count();
    assert!(noticed < 50, "the monitor had to notice {noticed} of 100");
}

#[test]
fn a_task_without_budget_blocks_and_does_not_spin() {
    let _watch = watch();
    multi_thread(1).block_on(async {
        let (to, from) = mpsc::unbounded_channel();
        let mut from = task::spawn(async move {
            let mut from = from;
            while task::coop::has_budget_remaining() {
                task::coop::consume_budget().await;
            }
            assert_eq!(from.blocking_recv(), Some(7));
            from
        });
        // Not by the root, which stays on its thread: that may be the one that blocks.
        task::spawn(async move { to.send(7).unwrap() }).await.unwrap();
        assert!((&mut from).await.unwrap().is_empty());
    });
}

/// A call and its name.
type Call = (&'static str, Box<dyn FnOnce()>);

/// Each kind of call that blocks, on something that is there at once.
fn calls() -> Vec<Call> {
    let (one, two) = (mpsc::channel::<u8>(1), mpsc::channel::<u8>(1));
    let (three, four) = (mpsc::unbounded_channel::<u8>(), mpsc::unbounded_channel::<u8>());
    let (five, six) = (chan::bounded::<u8>(1), chan::bounded::<u8>(1));
    let many = broadcast::channel::<u8>(1);
    let once = oneshot::channel::<u8>();
    let semaphore = || Arc::new(Semaphore::new(4));
    vec![
        (
            "blocking_send",
            Box::new(move || {
                _ = one.0.blocking_send(1);
            }),
        ),
        ("blocking_recv", {
            let (to, mut from) = two;
            drop(to);
            Box::new(move || {
                _ = from.blocking_recv();
            })
        }),
        ("blocking_recv", {
            let (to, mut from) = three;
            drop(to);
            Box::new(move || {
                _ = from.blocking_recv();
            })
        }),
        ("blocking_recv_many", {
            let (to, mut from) = four;
            drop(to);
            Box::new(move || {
                _ = from.blocking_recv_many(&mut Vec::new(), 1);
            })
        }),
        (
            "blocking_send",
            Box::new(move || {
                _ = five.0.blocking_send(1);
            }),
        ),
        ("blocking_recv", {
            let (to, from) = six;
            drop(to);
            Box::new(move || {
                _ = from.blocking_recv();
            })
        }),
        ("blocking_recv", {
            let (to, mut from) = many;
            drop(to);
            Box::new(move || {
                _ = from.blocking_recv();
            })
        }),
        ("blocking_recv", {
            let (to, from) = once;
            drop(to);
            Box::new(move || {
                _ = from.blocking_recv();
            })
        }),
        ("blocking_lock", Box::new(|| drop(Mutex::new(1).blocking_lock()))),
        ("blocking_lock_owned", Box::new(|| drop(Arc::new(Mutex::new(1)).blocking_lock_owned()))),
        ("blocking_read", Box::new(|| drop(RwLock::new(1).blocking_read()))),
        ("blocking_write", Box::new(|| drop(RwLock::new(1).blocking_write()))),
        ("blocking_acquire", Box::new(move || drop(semaphore().blocking_acquire()))),
        ("blocking_acquire_many", Box::new(move || drop(semaphore().blocking_acquire_many(2)))),
        ("blocking_acquire_owned", Box::new(move || drop(semaphore().blocking_acquire_owned()))),
    ]
}

#[test]
fn the_only_thread_that_runs_tasks_refuses_to_block_and_names_the_call() {
    let _watch = watch();
    hush();
    let refused = || {
        for (name, call) in calls() {
            let payload = catch_unwind(AssertUnwindSafe(call)).expect_err(name);
            let text = text_of(&*payload);
            assert!(text.starts_with(&format!("`{name}` was called inside")), "{text}");
            assert!(text.contains("Use `.await` here"), "{text}");
        }
    };
    current_thread().block_on(async { refused() });
    current_thread().block_on(async { task::spawn(async move { refused() }).await.unwrap() });
    multi_thread(2).block_on(LocalSet::new().run_until(async { refused() }));
}

#[test]
fn what_is_there_at_once_is_had_anywhere_else() {
    let _watch = watch();
    let allowed = || calls().into_iter().for_each(|(_, call)| call());
    allowed();
    multi_thread(2).block_on(async { allowed() });
    current_thread().block_on(async { task::spawn_blocking(allowed).await.unwrap() });
    let runtime = current_thread();
    let _entered = runtime.enter();
    allowed();
    thread::spawn(allowed).join().unwrap();
}
