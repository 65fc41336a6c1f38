//! The end of a runtime: every future is dropped once, every handle resolves, nobody waits too long,
//! and nothing is left.

mod support;

use std::future::{pending, poll_fn};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, Weak};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use futures::executor::block_on;
use runtime::task::{self, JoinHandle};
use runtime::{Builder, Handle, Runtime};
use support::{
    Counts, Gate, current_thread, eventually, multi_thread, rounds, threads_named, watch,
};

/// A task that suspends for ever.
fn suspend(handle: &Handle, counts: &Arc<Counts>) -> JoinHandle<()> {
    handle.spawn(counts.count(pending()))
}

fn is_cancelled<T: std::fmt::Debug>(join: JoinHandle<T>) -> bool {
    block_on(join).unwrap_err().is_cancelled()
}

#[test]
fn suspended_tasks_are_dropped_once_and_their_handles_resolve() {
    let _watch = watch();
    for runtime in [multi_thread(2), current_thread()] {
        let counts = Counts::new();
        let handles: Vec<_> = (0..300).map(|_| suspend(runtime.handle(), &counts)).collect();
        runtime.block_on(async {
            while counts.polls() < 300 {
                task::yield_now().await;
            }
        });
        drop(runtime);
        assert_eq!((counts.polls(), counts.drops()), (300, 300));
        assert!(handles.into_iter().all(is_cancelled));
    }
}

#[test]
fn tasks_that_were_never_polled_are_dropped_too() {
    let _watch = watch();
    let (runtime, counts) = (current_thread(), Counts::new());
    let handles: Vec<_> = (0..300).map(|_| suspend(runtime.handle(), &counts)).collect();
    drop(runtime);
    assert_eq!((counts.polls(), counts.drops()), (0, 300));
    assert!(handles.into_iter().all(is_cancelled));
}

/// Spawns when it is dropped.
struct SpawnsOnDrop(Arc<Mutex<Vec<JoinHandle<()>>>>);

impl Drop for SpawnsOnDrop {
    fn drop(&mut self) {
        self.0.lock().unwrap().push(task::spawn(async {}));
    }
}

#[test]
fn what_a_destructor_spawned_at_the_end_ran_in_the_global_runtime() {
    let _watch = watch();
    for runtime in [multi_thread(2), current_thread()] {
        let spawned = Arc::default();
        for guard in [SpawnsOnDrop(Arc::clone(&spawned)), SpawnsOnDrop(spawned.clone())] {
            runtime.spawn(async move {
                pending::<()>().await;
                drop(guard);
            });
        }
        runtime.block_on(task::yield_now()); // one of them may be suspended
        drop(runtime);
        let spawned = std::mem::take(&mut *spawned.lock().unwrap());
        assert_eq!(spawned.len(), 2);
        assert!(spawned.into_iter().all(is_cancelled));
        assert!(Handle::try_current().is_err(), "it was left again");
    }
}

/// A task that is spawned, or woken, after the end is dropped where that happens, which may be inside another runtime.
#[test]
fn what_a_late_task_spawned_as_it_was_dropped_ran_in_another_runtime() {
    let _watch = watch();
    for runtime in [multi_thread(2), current_thread()] {
        let spawned: Arc<Mutex<Vec<_>>> = Arc::default();
        let handle = runtime.handle().clone();
        drop(runtime);
        let guard = SpawnsOnDrop(spawned.clone());
        current_thread().block_on(async {
            let late = handle.spawn(async move { drop(guard) });
            assert!(late.await.unwrap_err().is_cancelled());
            let task = spawned.lock().unwrap().pop().unwrap();
            assert!(task.await.unwrap_err().is_cancelled());
            task::spawn(async {}).await.unwrap();
        });
    }
}

#[test]
fn a_runtime_can_be_dropped_inside_its_own_task() {
    let _watch = watch();
    let (runtime, counts) = (multi_thread(2), Counts::new());
    let handle = runtime.handle().clone();
    let sibling = suspend(&handle, &counts);
    let dropper = handle.spawn(async move { drop(runtime) });
    block_on(dropper).expect("the poll that ends the runtime is finished");
    assert!(is_cancelled(sibling));
    assert_eq!(counts.drops(), 1);
}

#[test]
fn a_task_that_drops_its_runtime_and_goes_on_is_cancelled() {
    let _watch = watch();
    let (runtime, counts) = (multi_thread(1), Counts::new());
    let handle = runtime.handle().clone();
    let dropper = handle.spawn(counts.count(async move {
        drop(runtime);
        pending::<()>().await
    }));
    assert!(is_cancelled(dropper));
    assert_eq!((counts.polls(), counts.drops()), (1, 1));
}

#[test]
fn a_runtime_can_be_dropped_inside_its_own_block_on() {
    let _watch = watch();
    for runtime in [multi_thread(2), current_thread()] {
        let handle = runtime.handle().clone();
        let sibling = handle.spawn(pending::<()>());
        handle.block_on(async move {
            task::yield_now().await;
            drop(runtime);
            assert!(sibling.await.unwrap_err().is_cancelled());
            task::yield_now().await;
        });
    }
}

#[test]
fn a_runtime_can_be_dropped_on_a_foreign_thread() {
    let _watch = watch();
    let (runtime, counts) = (multi_thread(2), Counts::new());
    let join = suspend(runtime.handle(), &counts);
    thread::spawn(move || drop(runtime)).join().unwrap();
    assert_eq!(counts.drops(), 1);
    assert!(is_cancelled(join));
}

#[test]
fn a_runtime_can_end_while_others_are_in_its_block_on() {
    let _watch = watch();
    let runtime = multi_thread(2);
    let (gate, inside) = (Gate::new("block_on may return"), Arc::new(AtomicUsize::new(0)));
    let blocked = [(); 4].map(|()| {
        let (handle, gate, inside) = (runtime.handle().clone(), gate.clone(), inside.clone());
        thread::spawn(move || {
            handle.block_on(async {
                inside.fetch_add(1, SeqCst);
                gate.passed().await;
            });
        })
    });
    eventually("four threads are in block_on", || inside.load(SeqCst) == 4);
    drop(runtime);
    gate.open();
    blocked.into_iter().for_each(|thread| thread.join().unwrap());
}

#[test]
fn a_handle_outlives_its_runtime() {
    let _watch = watch();
    let (runtime, counts) = (multi_thread(2), Counts::new());
    let handle = runtime.handle().clone();
    runtime.shutdown_background();
    assert!(is_cancelled(suspend(&handle, &counts)));
    assert_eq!((counts.polls(), counts.drops()), (0, 1));
    let late = handle.block_on(async {
        task::yield_now().await;
        task::spawn(async { "a task of an ended runtime" }).await
    });
    assert!(late.unwrap_err().is_cancelled());
}

/// A task that ends a runtime and the tasks that go on spawning there must not lose one another's futures.
#[test]
fn futures_spawned_while_the_runtime_ends_are_dropped_once() {
    let _watch = watch();
    for _ in 0..rounds(200) {
        let (runtime, counts) = (multi_thread(2), Counts::new());
        let (handles, spawned) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicUsize::new(0)));
        let spawn_one = {
            let (handle, counts) = (runtime.handle().clone(), counts.clone());
            let (handles, spawned) = (handles.clone(), spawned.clone());
            move || {
                spawned.fetch_add(1, SeqCst);
                let join = suspend(&handle, &counts);
                handles.lock().unwrap().push(join);
            }
        };
        for _ in 0..2 {
            let spawn_one = spawn_one.clone();
            runtime.spawn(async move {
                loop {
                    spawn_one();
                    task::yield_now().await;
                }
            });
        }
        let ended = Arc::new(AtomicBool::new(false));
        let foreign = thread::spawn({
            let (ended, spawn_one) = (ended.clone(), spawn_one.clone());
            move || {
                while !ended.load(SeqCst) {
                    spawn_one();
                }
            }
        });
        eventually("tasks are being spawned", || spawned.load(SeqCst) > 100);
        drop(runtime);
        ended.store(true, SeqCst);
        foreign.join().unwrap();
        assert_eq!(counts.drops(), spawned.load(SeqCst));
        let handles = std::mem::take(&mut *handles.lock().unwrap());
        assert!(handles.into_iter().all(is_cancelled));
    }
}

/// The worker is about to sleep while the runtime ends: it must notice.
#[test]
fn the_end_at_the_moment_when_the_last_task_ends_is_noticed() {
    let _watch = watch();
    for round in 0..rounds(20_000) {
        let (runtime, done) = (multi_thread(2), Gate::new("the last task is done"));
        let join = runtime.spawn({
            let done = done.clone();
            async move { done.open() }
        });
        match round % 3 {
            0 => done.wait(),
            1 => drop(block_on(join)),
            _ => drop(runtime.block_on(join)),
        }
        let begin = Instant::now();
        drop(runtime);
        assert!(begin.elapsed() < Runtime::DROP_WAITS, "a worker did not notice the end");
    }
}

#[test]
fn wakers_outlive_the_runtime() {
    let _watch = watch();
    let (runtime, counts) = (multi_thread(2), Counts::new());
    let kept = Arc::new(Mutex::new(None::<Waker>));
    let join = runtime.spawn(counts.count(poll_fn({
        let kept = kept.clone();
        move |cx| {
            *kept.lock().unwrap() = Some(cx.waker().clone());
            Poll::<()>::Pending
        }
    })));
    eventually("the task has left its waker", || kept.lock().unwrap().is_some());
    drop(runtime);
    let waker = kept.lock().unwrap().take().unwrap();
    waker.wake_by_ref();
    let other = waker.clone();
    other.wake();
    assert!(is_cancelled(join));
    thread::spawn(move || waker.wake()).join().unwrap();
    assert_eq!((counts.polls(), counts.drops()), (1, 1));
}

/// Calls a function when it is dropped.
struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// The stack of a thread in which a recursion over a chain would not fit.
fn with_small_stack(f: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(256 << 10).spawn(f).unwrap().join().unwrap();
}

const CHAIN: usize = 100_000;

/// If the drop of one future dropped the next one inside itself, a long chain would overflow the stack.
#[test]
fn a_chain_of_drops_that_wake_does_not_recurse() {
    let _watch = watch();
    with_small_stack(|| {
        let runtime = current_thread();
        let wakers = Arc::new(Mutex::new(vec![None::<Waker>; CHAIN + 1]));
        let counts = Counts::new();
        for n in 0..CHAIN {
            let (mine, next) = (wakers.clone(), wakers.clone());
            let wake_next = OnDrop(move || {
                let waker = next.lock().unwrap()[n + 1].take();
                waker.into_iter().for_each(Waker::wake);
            });
            runtime.spawn(counts.count(poll_fn(move |cx| {
                let _ = &wake_next;
                mine.lock().unwrap()[n] = Some(cx.waker().clone());
                Poll::<()>::Pending
            })));
        }
        runtime.block_on(async {
            while counts.polls() < CHAIN {
                task::yield_now().await;
            }
        });
        drop(runtime);
        assert_eq!(counts.drops(), CHAIN);
    });
}

#[test]
fn a_chain_of_drops_that_spawn_does_not_recurse() {
    fn link(handle: Handle, left: Arc<AtomicUsize>) {
        let spawn_next = OnDrop({
            let handle = handle.clone();
            move || {
                if left.fetch_sub(1, SeqCst) > 1 {
                    link(handle.clone(), left.clone());
                }
            }
        });
        handle.spawn(async move {
            let _spawn_next = spawn_next;
            pending::<()>().await
        });
    }
    let _watch = watch();
    with_small_stack(|| {
        let (runtime, left) = (current_thread(), Arc::new(AtomicUsize::new(CHAIN)));
        link(runtime.handle().clone(), left.clone());
        drop(runtime);
        assert_eq!(left.load(SeqCst), 0);
    });
}

/// A runtime with a task in a poll that does not return before the gate opens.
fn with_stuck_task(gate: &Arc<Gate>) -> (Runtime, JoinHandle<()>) {
    let (runtime, stuck) = (multi_thread(2), Gate::new("the task is stuck"));
    let join = runtime.spawn({
        let (gate, stuck) = (gate.clone(), stuck.clone());
        async move {
            stuck.open();
            gate.wait();
        }
    });
    stuck.wait();
    (runtime, join)
}

/// Ends a runtime, with that time if it takes one.
type End = fn(Runtime, Duration);

/// The wait of the drop came on top of the time that was asked for.
#[test]
fn a_stuck_task_delays_the_end_no_longer_than_was_asked_for() {
    let _watch = watch();
    let short = Duration::from_millis(50);
    let ends: [(End, Duration); 3] = [
        (|runtime, _| runtime.shutdown_background(), Duration::ZERO),
        (Runtime::shutdown_timeout, short),
        (|runtime, _| drop(runtime), Runtime::DROP_WAITS),
    ];
    for (end, least) in ends {
        let gate = Gate::new("the stuck task may return");
        let (runtime, join) = with_stuck_task(&gate);
        let suspended = runtime.spawn(pending::<()>());
        let begin = Instant::now();
        end(runtime, short);
        let took = begin.elapsed();
        assert!(took >= least, "{took:?} is less than {least:?}");
        assert!(took < least + Runtime::DROP_WAITS * 9 / 10, "{took:?} for {least:?}");
        assert!(is_cancelled(suspended));
        gate.open();
        block_on(join).expect("the poll was finished");
    }
}

#[test]
fn an_unlimited_wait_lasts_until_the_poll_returns() {
    let _watch = watch();
    let gate = Gate::new("the stuck task may return");
    let (runtime, join) = with_stuck_task(&gate);
    let ending = thread::spawn(move || runtime.shutdown_timeout(Duration::MAX));
    gate.open();
    ending.join().unwrap();
    assert!(join.is_finished());
}

/// Only threads that the runtime had started were waited for, and the futures of the others still lived.
#[test]
fn a_poll_on_the_thread_of_a_block_on_is_waited_for() {
    let _watch = watch();
    for runtime in [current_thread(), multi_thread(1)] {
        let (may_return, counts) = (Gate::new("the poll may return"), Counts::new());
        let (inside, in_poll) = (Gate::new("the worker is taken"), Gate::new("the poll runs"));
        let blocked = thread::spawn({
            let (handle, may_return, inside) =
                (runtime.handle().clone(), may_return.clone(), inside.clone());
            move || {
                handle.block_on(async {
                    inside.open();
                    may_return.passed().await;
                });
            }
        });
        inside.wait();
        let join = runtime.spawn(counts.count({
            let (in_poll, may_return) = (in_poll.clone(), may_return.clone());
            async move {
                in_poll.open();
                may_return.wait();
                // The end of the runtime has begun by now, or begins soon.
                thread::sleep(Duration::from_millis(50));
                pending::<()>().await
            }
        }));
        in_poll.wait();
        may_return.open();
        drop(runtime);
        assert_eq!((counts.polls(), counts.drops()), (1, 1));
        assert!(is_cancelled(join));
        blocked.join().unwrap();
    }
}

/// The name of a thread was asked for under a lock that the end needs.
#[test]
fn a_thread_that_was_about_to_start_does_not_outlive_the_end() {
    let _watch = watch();
    let (asked, answer) = (Gate::new("the name was asked for"), Gate::new("the name may be given"));
    let starts = Arc::new(AtomicUsize::new(0));
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name_fn({
            let (asked, answer) = (asked.clone(), answer.clone());
            move || {
                asked.open();
                answer.wait();
                "late".into()
            }
        })
        .on_thread_start({
            let starts = starts.clone();
            move || {
                starts.fetch_add(1, SeqCst);
            }
        })
        .build()
        .unwrap();
    let handle = runtime.handle().clone();
    let spawner = thread::spawn(move || handle.spawn(pending::<()>()));
    asked.wait();
    let begin = Instant::now();
    runtime.shutdown_background();
    assert!(begin.elapsed() < Runtime::DROP_WAITS);
    answer.open();
    assert!(is_cancelled(spawner.join().unwrap()));
    assert_eq!(starts.load(SeqCst), 0, "a thread was started for a runtime that had ended");
}

#[test]
#[cfg(target_os = "linux")]
fn no_thread_is_left() {
    let _watch = watch();
    let mut builder = Builder::new_multi_thread();
    let runtime = builder.worker_threads(4).thread_name("soon-gone").build().unwrap();
    let together = Arc::new(std::sync::Barrier::new(4));
    let tasks = [(); 4].map(|()| {
        let together = together.clone();
        runtime.spawn(async move { together.wait().is_leader() })
    });
    let leaders = tasks.into_iter().filter_map(|task| block_on(task).ok()).filter(|&leads| leads);
    assert_eq!(leaders.count(), 1);
    assert_eq!(threads_named("soon-gone"), 4);
    drop(runtime);
    // The system may show a thread for a moment after it was joined.
    eventually("the threads are gone", || threads_named("soon-gone") == 0);
}

#[test]
fn no_memory_is_left() {
    let _watch = watch();
    let held = Arc::new(());
    let weak = Arc::downgrade(&held);
    let callback = held.clone();
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .on_thread_start(move || drop(callback.clone()))
        .build()
        .unwrap();
    let kept = [false, true].map(|completes| {
        let held = held.clone();
        runtime.spawn(async move {
            if !completes {
                pending::<()>().await;
            }
            drop(held);
        })
    });
    eventually("a task is done", || kept[1].is_finished());
    drop((runtime, held));
    // A worker's last reference may go with its thread, a moment later; so may the monitor's.
    eventually("everything is freed", || Weak::strong_count(&weak) == 0);
    drop(kept);
}
