//! Groups: the first error, panics, the limit, and what a group that is dropped does.
#![cfg(feature = "sync")]

mod support;

use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use futures::FutureExt;
use runtime::context::{Context, ContextError};
use runtime::group::Group;
use runtime::task::yield_now;

use support::{PanicsOnDrop, all_kinds, eventually, hush, multi_thread, text_of, watch};

#[derive(Debug, PartialEq)]
struct Failed(u32);

async fn yields(n: u32) {
    for _ in 0..n {
        yield_now().await;
    }
}

#[test]
fn wait_is_ready_when_all_members_have_ended() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let group = Group::<Failed>::new();
            let ended = Arc::new(AtomicUsize::new(0));
            for n in 0..100 {
                let ended = Arc::clone(&ended);
                group.go(async move {
                    yields(n % 7).await;
                    ended.fetch_add(1, Relaxed);
                    Ok(())
                });
            }
            assert_eq!(group.wait().await, Ok(()));
            assert_eq!(ended.load(Relaxed), 100);
        });
    }
}

#[test]
fn the_first_error_is_returned_once_and_ends_the_context() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let (group, ctx) = Group::with_context(&Context::background());
            let cleaned = Arc::new(AtomicUsize::new(0));
            for _ in 0..10 {
                let (ctx, cleaned) = (ctx.clone(), Arc::clone(&cleaned));
                group.go(async move {
                    ctx.done().await;
                    yields(3).await; // it is told, not ended
                    cleaned.fetch_add(1, Relaxed);
                    Err(Failed(2))
                });
            }
            let run = ctx.clone();
            group.go(async move { run.run(pending::<()>()).await.map_err(|_| Failed(3)) });
            group.go(async { Err(Failed(1)) });
            assert_eq!(group.wait().await, Err(Failed(1)));
            assert_eq!(cleaned.load(Relaxed), 10);
            assert_eq!(ctx.cause().unwrap().to_string(), "a member of the group failed");
            assert_eq!(group.wait().await, Ok(()), "the error is given once");
        });
    }
}

#[test]
fn without_a_context_the_others_go_on() {
    runtime::block_on(async {
        let group = Group::new();
        let ended = Arc::new(AtomicUsize::new(0));
        group.go(async { Err(Failed(1)) });
        let counts = Arc::clone(&ended);
        group.go(async move {
            yields(100).await;
            counts.fetch_add(1, Relaxed);
            Ok(())
        });
        assert_eq!(group.wait().await, Err(Failed(1)));
        assert_eq!(ended.load(Relaxed), 1);
    });
}

#[test]
fn the_context_ends_with_its_parent_with_wait_and_with_the_group() {
    runtime::block_on(async {
        let (parent, cancel) = Context::background().with_cancel();
        let (group, ctx) = Group::<Failed>::with_context(&parent);
        let inside = ctx.clone();
        group.go(async move {
            inside.done().await;
            Ok(())
        });
        cancel.cancel();
        assert_eq!(group.wait().await, Ok(()));
        assert_eq!(ctx.err(), Some(ContextError::Cancelled));

        let (group, ctx) = Group::<Failed>::with_context(&Context::background());
        group.wait().await.unwrap();
        assert!(ctx.err().is_some(), "who has waited needs the context no longer");

        let (group, ctx) = Group::<Failed>::with_context(&Context::background());
        assert!(ctx.err().is_none());
        drop(group);
        assert!(ctx.err().is_some());
    });
}

/// golang #53757: a member that panicked was lost, or left the waiter waiting.
#[test]
fn a_panic_reaches_who_waits_with_its_payload() {
    let _watch = watch();
    hush();
    for runtime in all_kinds() {
        runtime.block_on(async {
            let (group, ctx) = Group::<Failed>::with_context(&Context::background());
            let others = ctx.clone();
            group.go(async move {
                others.done().await;
                Err(Failed(1))
            });
            group.go(async { panic!("boom, on purpose") });
            let panicked = AssertUnwindSafe(group.wait()).catch_unwind().await;
            assert_eq!(text_of(&*panicked.unwrap_err()), "boom, on purpose");
            assert_eq!(ctx.cause().unwrap().to_string(), "a member of the group panicked");
            assert_eq!(group.wait().await, Ok(()), "it can be waited for again");
        });
    }
}

#[test]
fn panics_after_panics_reach_who_waits_all_the_same() {
    let _watch = watch();
    hush();
    runtime::block_on(async {
        let mut group = Group::<Failed>::new();
        group.set_limit(1);
        group.go(async {
            let _drops = PanicsOnDrop;
            std::panic::resume_unwind(Box::new(PanicsOnDrop));
        });
        group.go(async { panic!("second, on purpose") });
        let panicked = AssertUnwindSafe(group.wait()).catch_unwind().await.unwrap_err();
        assert!(panicked.is::<PanicsOnDrop>());
        std::mem::forget(panicked);
        group.go(async {
            let _drops = PanicsOnDrop;
            Ok(())
        });
        assert!(AssertUnwindSafe(group.wait()).catch_unwind().await.is_err());
    });
}

#[test]
fn the_limit_is_never_exceeded() {
    let _watch = watch();
    for runtime in all_kinds() {
        runtime.block_on(async {
            for limit in [1, 3] {
                let mut group = Group::<Failed>::new();
                group.set_limit(limit);
                let running = Arc::new(AtomicUsize::new(0));
                let most = Arc::new(AtomicUsize::new(0));
                for n in 0..200 {
                    let (running, most) = (Arc::clone(&running), Arc::clone(&most));
                    let member = async move {
                        most.fetch_max(running.fetch_add(1, Relaxed) + 1, Relaxed);
                        yields(n % 3).await;
                        running.fetch_sub(1, Relaxed);
                        Ok(())
                    };
                    match n % 3 {
                        0 => group.go(member),
                        1 => group.go_when_free(member).await,
                        _ => drop(group.try_go(member)),
                    }
                }
                group.wait().await.unwrap();
                assert_eq!(running.load(Relaxed), 0);
                assert!(most.load(Relaxed) <= limit);
            }
        });
    }
}

#[test]
fn try_go_gives_the_future_back_where_the_limit_is_reached() {
    runtime::block_on(async {
        let (parent, cancel) = Context::background().with_cancel();
        let mut group = Group::<Failed>::new();
        group.set_limit(1);
        let run = parent.clone();
        group.go(async move {
            run.done().await;
            Ok(())
        });
        let Err(refused) = group.try_go(async { Err(Failed(7)) }) else { panic!("it was full") };
        assert_eq!(refused.await, Err(Failed(7)));
        cancel.cancel();
        group.wait().await.unwrap();
        assert!(group.try_go(async { Ok(()) }).is_ok(), "who waited finds the seat free");
        group.wait().await.unwrap();
    });
}

#[test]
fn go_when_free_that_is_dropped_starts_nothing_and_costs_no_seat() {
    runtime::block_on(async {
        let (parent, cancel) = Context::background().with_cancel();
        let mut group = Group::<Failed>::new();
        group.set_limit(1);
        let run = parent.clone();
        group.go(async move {
            run.done().await;
            Ok(())
        });
        let held = Arc::new(());
        let inside = Arc::clone(&held);
        let mut waits = tokio_test::task::spawn(group.go_when_free(async move {
            let _inside = inside;
            Err(Failed(1))
        }));
        assert!(waits.poll().is_pending());
        cancel.cancel();
        while !waits.is_woken() {
            yield_now().await;
        }
        drop(waits); // it had the seat
        assert_eq!(Arc::strong_count(&held), 1);
        group.go_when_free(async { Ok(()) }).await;
        group.wait().await.unwrap();
    });
}

/// golang #27837: what if the limit changes while members run?
#[test]
fn to_change_the_limit_beside_members_panics() {
    hush();
    runtime::block_on(async {
        let mut group = Group::<Failed>::new();
        group.set_limit(3);
        group.go(yields(10).map(Ok));
        let panicked = catch_unwind(AssertUnwindSafe(|| group.set_limit(2))).unwrap_err();
        let text = text_of(&*panicked);
        assert_eq!(text, "the limit of a group was changed while it has 1 members");
        group.wait().await.unwrap();
        group.set_limit(2);
        group.set_limit(usize::MAX);
        assert!(catch_unwind(AssertUnwindSafe(|| group.set_limit(0))).is_err());
    });
}

#[test]
fn a_group_that_is_dropped_ends_its_members() {
    let _watch = watch();
    for limit in [1, 100] {
        let runtime = multi_thread(2);
        let held = Arc::new(());
        runtime.block_on(async {
            let mut group = Group::<Failed>::new();
            group.set_limit(limit);
            for _ in 0..10 {
                let held = Arc::clone(&held);
                group.go(async move {
                    let _held = held;
                    pending().await
                });
            }
            yields(5).await;
            assert!(group.wait().now_or_never().is_none(), "a wait that is dropped ends nothing");
            assert_eq!(Arc::strong_count(&held), 11);
            drop(group);
            while Arc::strong_count(&held) > 1 {
                yield_now().await;
            }
        });
    }
}

#[test]
fn members_start_members() {
    let _watch = watch();
    runtime::block_on(async {
        let group = Arc::new(Group::<Failed>::new());
        let count = Arc::new(AtomicUsize::new(0));
        start(Arc::clone(&group), Arc::clone(&count), 6);
        group.wait().await.unwrap();
        assert_eq!(count.load(Relaxed), 127);
    });
}

fn start(group: Arc<Group<Failed>>, count: Arc<AtomicUsize>, depth: u32) {
    let inside = Arc::clone(&group);
    group.go(async move {
        count.fetch_add(1, Relaxed);
        if depth > 0 {
            start(Arc::clone(&inside), Arc::clone(&count), depth - 1);
            start(inside, count, depth - 1);
        }
        Ok(())
    });
}

#[test]
fn a_runtime_that_ends_leaves_nobody_waiting() {
    let _watch = watch();
    let runtime = multi_thread(2);
    let group = runtime.block_on(async {
        let group = Group::<Failed>::new();
        (0..10).for_each(|_| group.go(pending()));
        yields(3).await;
        group
    });
    drop(runtime);
    assert_eq!(runtime::block_on(group.wait()), Ok(()));
    eventually("the group is empty", || format!("{group:?}").contains("members: 0"));
}
