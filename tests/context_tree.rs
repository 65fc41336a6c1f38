//! Contexts: how the end travels, causes, deadlines, and trees that are wide or deep.
#![cfg(feature = "sync")]

mod support;

use std::error::Error;
use std::fmt;
use std::future::pending;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Weak};
use std::task::{Context as Task, Poll, Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use runtime::context::{CancelHandle, Context, ContextError};
use tokio_test::task::spawn;
use tokio_test::{assert_pending, assert_ready_eq};

use support::{all_kinds, hush, multi_thread, rounds, watch};

fn with_cancel() -> (Context, CancelHandle) {
    Context::background().with_cancel()
}

#[test]
fn the_end_travels_down_and_not_up() {
    let (root, _cancel_root) = with_cancel();
    let (a, cancel_a) = root.with_cancel();
    let (b, cancel_b) = root.with_cancel();
    let (below_a, _cancel) = a.with_cancel();
    assert!(cancel_a.cancel());
    assert_eq!(below_a.err(), Some(ContextError::Cancelled));
    assert_eq!((root.err(), b.err()), (None, None));
    assert!(!cancel_a.cancel(), "it has ended already");
    assert!(cancel_b.cancel());
    assert_eq!(root.err(), None);
    assert!(below_a.with_cancel().0.err().is_some(), "a child of one that has ended has ended");
}

#[test]
fn whoever_waits_is_woken_by_the_end_alone_and_once() {
    let (parent, cancel) = with_cancel();
    let (child, _cancel) = parent.with_cancel();
    let mut waits: Vec<_> = [&parent, &child, &child].map(|ctx| spawn(ctx.done())).into();
    waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    drop(waits.remove(1));
    assert!(waits.iter().all(|wait| !wait.is_woken()));
    cancel.cancel();
    for mut wait in waits {
        assert!(wait.is_woken());
        assert_ready_eq!(wait.poll(), ContextError::Cancelled);
    }
    assert_ready_eq!(spawn(child.done()).poll(), ContextError::Cancelled);
    assert_pending!(spawn(Context::background().done()).poll());
}

#[test]
fn a_wait_wakes_the_task_that_polled_it_last() {
    let (ctx, cancel) = with_cancel();
    let mut done = Box::pin(ctx.done());
    let woken: [Arc<Flag>; 2] = Default::default();
    for flag in &woken {
        let waker = Waker::from(Arc::clone(flag));
        assert!(done.as_mut().poll(&mut Task::from_waker(&waker)).is_pending());
    }
    cancel.cancel();
    assert_eq!(woken.map(|flag| flag.0.load(Relaxed)), [false, true]);
}

#[derive(Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Relaxed);
    }
}

#[test]
fn when_a_task_is_woken_all_below_have_ended() {
    struct Looks(Context, AtomicUsize);
    impl Wake for Looks {
        fn wake(self: Arc<Self>) {
            assert!(self.0.err().is_some());
            self.1.fetch_add(1, Relaxed);
        }
    }
    let (root, cancel) = with_cancel();
    let (middle, _cancel_middle) = root.with_cancel();
    let (leaf, _cancel_leaf) = middle.with_cancel();
    let looks = Arc::new(Looks(leaf, AtomicUsize::new(0)));
    let waker = Waker::from(Arc::clone(&looks));
    let mut done = Box::pin(root.done());
    assert!(done.as_mut().poll(&mut Task::from_waker(&waker)).is_pending());
    cancel.cancel();
    assert_eq!(looks.1.load(Relaxed), 1);
}

#[test]
fn a_waker_that_panics_does_not_save_the_others() {
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("on purpose");
        }
    }
    hush();
    let (root, cancel) = with_cancel();
    let (child, _cancel) = root.with_cancel();
    let waker = Waker::from(Arc::new(Panics));
    let mut panics = Box::pin(root.done());
    assert!(panics.as_mut().poll(&mut Task::from_waker(&waker)).is_pending());
    let mut waits: Vec<_> = [&root, &child].map(|ctx| spawn(ctx.done())).into();
    waits.iter_mut().for_each(|wait| assert_pending!(wait.poll()));
    assert!(catch_unwind(AssertUnwindSafe(|| cancel.cancel())).is_err());
    assert!(waits.iter().all(|wait| wait.is_woken()));
    assert!(child.err().is_some());
}

#[test]
fn a_waker_may_use_the_context_that_wakes_it() {
    struct Uses(Context, CancelHandle);
    impl Wake for Uses {
        fn wake(self: Arc<Self>) {
            assert!(self.0.with_cancel().0.err().is_some());
            assert!(!self.1.cancel());
        }
    }
    let _watch = watch();
    let (ctx, cancel) = with_cancel();
    let waker = Waker::from(Arc::new(Uses(ctx.clone(), cancel.clone())));
    let mut done = Box::pin(ctx.done());
    assert!(done.as_mut().poll(&mut Task::from_waker(&waker)).is_pending());
    assert!(cancel.cancel());
}

#[test]
fn the_cause_is_that_of_the_first_end() {
    let (parent, cancel) = with_cancel();
    let (child, cancel_child) = parent.with_cancel();
    assert!(parent.cause().is_none());
    cancel_child.cancel_with(io::Error::other("first"));
    cancel.cancel_with("second");
    assert_eq!(child.cause().unwrap().to_string(), "first");
    assert!(child.cause().unwrap().is::<io::Error>());
    assert_eq!(parent.cause().unwrap().to_string(), "second");
    let (plain, cancel) = with_cancel();
    cancel.cancel();
    assert_eq!(plain.cause().unwrap().downcast_ref(), Some(&ContextError::Cancelled));
}

#[test]
fn a_cause_is_dropped_with_the_last_that_it_ended() {
    #[derive(Debug)]
    struct Held(#[allow(dead_code, reason = "it is counted")] Arc<()>);
    impl fmt::Display for Held {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("held")
        }
    }
    impl Error for Held {}
    let held = Arc::new(());
    let (parent, cancel) = with_cancel();
    let (child, _) = parent.with_cancel();
    cancel.cancel_with(Held(Arc::clone(&held)));
    cancel.cancel_with(Held(Arc::clone(&held)));
    assert_eq!(Arc::strong_count(&held), 2, "the second is too late, and gone");
    drop((parent, cancel));
    assert_eq!(Arc::strong_count(&held), 2);
    drop(child);
    assert_eq!(Arc::strong_count(&held), 1);
}

#[test]
fn a_guard_cancels_unless_it_was_disarmed() {
    let (ctx, cancel) = with_cancel();
    drop(cancel.clone());
    assert!(ctx.err().is_none(), "to drop a handle does nothing");
    drop(cancel.clone().cancel_on_drop().disarm());
    assert!(ctx.err().is_none());
    drop(cancel.cancel_on_drop());
    assert!(ctx.err().is_some());
}

#[test]
fn run_drops_the_future_where_it_waits() {
    let (ctx, cancel) = with_cancel();
    let held = Arc::new(());
    let inside = Arc::clone(&held);
    let mut run = spawn(ctx.run(async move {
        let _inside = inside;
        pending::<()>().await;
    }));
    assert_pending!(run.poll());
    cancel.cancel();
    assert!(run.is_woken());
    assert_ready_eq!(run.poll(), Err(ContextError::Cancelled));
    assert_eq!(Arc::strong_count(&held), 1, "it is dropped when it has ended, not later");
    let begun = AtomicBool::new(false);
    assert_ready_eq!(
        spawn(ctx.run(async { begun.store(true, Relaxed) })).poll(),
        Err(ContextError::Cancelled)
    );
    assert!(!begun.load(Relaxed), "in a context that has ended nothing begins");
    assert_ready_eq!(spawn(Context::background().run(async { 42 })).poll(), Ok(42));
}

#[test]
fn run_polls_its_future_for_other_wakes_too() {
    let (ctx, _cancel) = with_cancel();
    let mut polls = 0;
    let mut run = spawn(ctx.run(std::future::poll_fn(|_| {
        polls += 1;
        if polls == 3 { Poll::Ready(polls) } else { Poll::Pending }
    })));
    assert_pending!(run.poll());
    assert_pending!(run.poll());
    assert_ready_eq!(run.poll(), Ok(3));
}

/// golang #75533: with a lot of children, to cancel one of them was slow.
#[test]
fn to_cancel_or_drop_one_of_a_million_children_is_one_step() {
    let _watch = watch();
    let (parent, cancel) = with_cancel();
    let count = rounds(1_000_000);
    let mut children: Vec<_> = (0..count).map(|_| parent.with_cancel()).collect();
    let began = Instant::now();
    for _ in 0..count / 4 {
        let place = children.len() / 2;
        drop(children.swap_remove(place));
        children[place / 2].1.cancel();
    }
    // If each step were to go through the siblings, this would take hours.
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    let mut waits: Vec<_> =
        children.iter().take(1_000).map(|child| spawn(child.0.done())).collect();
    for (wait, child) in waits.iter_mut().zip(&children) {
        assert_eq!(wait.poll().is_ready(), child.0.err().is_some());
    }
    cancel.cancel();
    assert!(children.iter().all(|child| child.0.err().is_some()));
    assert!(waits.iter_mut().all(|wait| wait.poll().is_ready()));
}

#[test]
fn a_chain_of_100_000_is_cancelled_and_dropped_without_a_deep_stack() {
    let _watch = watch();
    let small = thread::Builder::new().stack_size(128 * 1024);
    let thread = small.spawn(|| {
        for cancels in [true, false] {
            let (root, cancel) = with_cancel();
            let mut last = root.clone();
            for _ in 0..100_000 {
                last = last.with_cancel().0;
            }
            drop(root);
            if cancels {
                cancel.cancel();
                assert!(last.err().is_some());
            }
            drop(cancel);
            drop(last); // the only handle of all the others
        }
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn a_child_that_is_dropped_is_gone() {
    #[derive(Default)]
    struct Counts(Arc<()>);
    impl Wake for Counts {
        fn wake(self: Arc<Self>) {}
    }
    let (parent, _cancel) = with_cancel();
    let held: Arc<Counts> = Arc::default();
    let alive: Weak<()> = Arc::downgrade(&held.0);
    let waker = Waker::from(held);
    let (child, cancel) = parent.with_cancel();
    let mut done = Box::pin(child.done());
    assert!(done.as_mut().poll(&mut Task::from_waker(&waker)).is_pending());
    drop((child, cancel, done, waker));
    assert!(alive.upgrade().is_none(), "a wait that is dropped leaves no waker behind");
}

#[test]
fn tasks_end_with_the_context_in_each_runtime() {
    let _watch = watch();
    for runtime in all_kinds() {
        let (ctx, cancel) = with_cancel();
        let tasks: Vec<_> = (0..100)
            .map(|_| {
                let (child, _) = ctx.with_cancel();
                runtime.spawn(async move { child.run(pending::<()>()).await })
            })
            .collect();
        let cancels = runtime.spawn(async move { cancel.cancel() });
        runtime.block_on(async {
            assert!(cancels.await.unwrap());
            for task in tasks {
                assert_eq!(task.await.unwrap(), Err(ContextError::Cancelled));
            }
        });
    }
}

#[test]
fn trees_grow_and_end_on_many_threads() {
    let _watch = watch();
    let runtime = multi_thread(4);
    for _ in 0..rounds(200) {
        let (root, cancel) = with_cancel();
        let tasks: Vec<_> = (0..8)
            .map(|id| {
                let root = root.clone();
                runtime.spawn(async move {
                    loop {
                        let (child, cancel) = root.with_cancel();
                        let (below, _) = child.with_cancel();
                        if id % 2 == 0 {
                            cancel.cancel();
                            assert!(below.err().is_some());
                        }
                        if root.err().is_some() {
                            return assert!(root.with_cancel().0.err().is_some());
                        }
                        runtime::task::yield_now().await;
                    }
                })
            })
            .collect();
        cancel.cancel();
        runtime.block_on(async {
            for task in tasks {
                task.await.unwrap();
            }
        });
    }
}
