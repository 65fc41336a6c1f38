//! What a runtime counts, and that it counts right.

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::Duration;

use futures::executor;
use runtime::runtime::{LocalRuntime, RuntimeMetrics, Stall};
use runtime::sync::Notify;
use runtime::{Builder, Runtime, task};
use support::{Gate, all_kinds, current_thread, eventually, hush, multi_thread, text_of, watch};

/// A number of each worker, added up.
fn sum(metrics: &RuntimeMetrics, of: impl Fn(&RuntimeMetrics, usize) -> u64) -> u64 {
    (0..metrics.num_workers()).map(|worker| of(metrics, worker)).sum()
}

/// A multi-thread runtime with one permit, which may have so many threads more.
fn with_bound(bound: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(1).max_blocking_threads(bound).build().unwrap()
}

#[test]
fn a_new_runtime_has_done_nothing() {
    let _watch = watch();
    for (runtime, workers) in all_kinds().into_iter().zip([1, 1, 2, 4]) {
        let metrics = runtime.metrics();
        assert_eq!(metrics.num_workers(), workers);
        assert_eq!(sum(&metrics, RuntimeMetrics::worker_poll_count), 0);
        assert_eq!(sum(&metrics, RuntimeMetrics::worker_park_unpark_count), 0);
        assert_eq!(metrics.threads_started_count(), 0);
        assert_eq!((metrics.blocked_retake_count(), metrics.computing_retake_count()), (0, 0));
        assert!(metrics.longest_poll().is_none());
    }
}

#[test]
fn every_poll_is_counted() {
    let _watch = watch();
    let runtime = current_thread();
    runtime.block_on(async {
        let task = task::spawn(async {
            for _ in 0..10 {
                task::yield_now().await;
            }
        });
        task.await.unwrap();
    });
    // Eleven of the task, and two of what waited for it.
    assert_eq!(runtime.metrics().worker_poll_count(0), 13);
}

#[test]
fn a_worker_that_sleeps_has_parked_once_more_than_it_was_unparked() {
    let _watch = watch();
    let runtime = multi_thread(1);
    let metrics = runtime.metrics();
    for round in 1..=3 {
        executor::block_on(runtime.spawn(async {})).unwrap();
        eventually("the worker sleeps", || metrics.worker_park_unpark_count(0) == 2 * round - 1);
        assert_eq!(metrics.worker_park_count(0), round);
    }
    assert_eq!(metrics.threads_started_count(), 1);
}

#[test]
fn waiting_tasks_are_counted_where_they_wait() {
    let _watch = watch();
    let runtime = current_thread();
    let metrics = runtime.metrics();
    (0..3).for_each(|_| drop(runtime.spawn(async {})));
    assert_eq!((metrics.global_queue_depth(), metrics.worker_local_queue_depth(0)), (3, 0));
    runtime.block_on(async {
        (0..5).for_each(|_| drop(task::spawn(async {})));
        assert_eq!((metrics.global_queue_depth(), metrics.worker_local_queue_depth(0)), (3, 5));
        while metrics.global_queue_depth() + metrics.worker_local_queue_depth(0) > 0 {
            task::yield_now().await;
        }
    });
}

#[test]
fn tasks_are_alive_until_they_end_in_whatever_way() {
    let _watch = watch();
    hush();
    for runtime in all_kinds() {
        let metrics = runtime.metrics();
        runtime.block_on(async {
            let gate = Gate::new("all tasks were counted");
            let waits = |fails: bool| {
                let gate = gate.clone();
                async move {
                    gate.passed().await;
                    assert!(!fails, "on purpose");
                }
            };
            let here = [false, true, false].map(|fails| task::spawn(waits(fails)));
            let from_afar = thread::scope(|scope| {
                let spawn = || [true, false].map(|fails| runtime.spawn(waits(fails)));
                scope.spawn(spawn).join().unwrap()
            });
            let closure = task::spawn_blocking(|| ());
            while gate.suspended() < 5 {
                task::yield_now().await;
            }
            assert_eq!(metrics.num_alive_tasks(), 5);
            here[0].abort();
            gate.open();
            let mut failed = 0;
            for task in here.into_iter().chain(from_afar) {
                failed += usize::from(task.await.is_err());
            }
            closure.await.unwrap();
            assert_eq!(failed, 3, "one was aborted, two panicked");
        });
        // A task counts as ended a moment after whoever joins it was told.
        eventually("no task is alive", || metrics.num_alive_tasks() == 0);
        runtime.spawn(std::future::pending::<()>());
        assert_eq!(metrics.num_alive_tasks(), 1);
        drop(runtime);
        eventually("the end ends them too", || metrics.num_alive_tasks() == 0);
    }
}

#[test]
fn a_worker_is_busy_while_it_is_awake() {
    let _watch = watch();
    let runtime = multi_thread(1);
    let metrics = runtime.metrics();
    let nap = Duration::from_millis(20);
    runtime.block_on(async { thread::sleep(nap) });
    let busy = metrics.worker_total_busy_duration(0);
    assert!(busy >= nap, "{busy:?}");
    executor::block_on(runtime.spawn(async {})).unwrap();
    eventually("the worker sleeps", || metrics.worker_park_unpark_count(0) % 2 == 1);
    let busy = metrics.worker_total_busy_duration(0);
    thread::sleep(nap);
    assert_eq!(metrics.worker_total_busy_duration(0), busy, "who sleeps is not busy");
}

#[test]
fn tasks_that_are_stolen_are_counted_by_the_thief() {
    let _watch = watch();
    let runtime = multi_thread(2);
    let metrics = runtime.metrics();
    runtime.block_on(async {
        let gate = Gate::new("the task runs beside the one that spawned it");
        let opens = task::spawn({
            let gate = gate.clone();
            async move { gate.open() }
        });
        gate.wait(); // the thread, so that somebody has to steal
        opens.await.unwrap();
    });
    let steals = sum(&metrics, RuntimeMetrics::worker_steal_operations);
    let tasks = sum(&metrics, RuntimeMetrics::worker_steal_count);
    assert!(steals >= 1 && tasks >= steals, "{steals} steals of {tasks} tasks");
}

#[test]
fn retakes_are_counted_by_their_cause() {
    let _watch = watch();
    let runtime = with_bound(8);
    let metrics = runtime.metrics();
    let gate = Gate::new("the task behind the one that blocks runs");
    let blocks = runtime.spawn({
        let gate = gate.clone();
        async move {
            drop(task::spawn({
                let gate = gate.clone();
                async move { gate.open() }
            }));
            gate.wait();
        }
    });
    executor::block_on(blocks).unwrap();
    if cfg!(target_os = "linux") {
        assert!(metrics.blocked_retake_count() >= 1);
    }
    let over = Arc::new(AtomicBool::new(false));
    let computes = runtime.spawn({
        let over = over.clone();
        async move {
            let ended = over.clone();
            drop(task::spawn(async move { ended.store(true, SeqCst) }));
            while !over.load(SeqCst) {
                std::hint::spin_loop();
            }
        }
    });
    executor::block_on(computes).unwrap();
    assert!(metrics.computing_retake_count() >= 1);
    assert_eq!(metrics.refused_retake_count(), 0);
    assert!(metrics.threads_started_count() >= 2, "a spare worker needs a thread");
}

#[test]
fn refusals_at_the_bound_are_counted() {
    let _watch = watch();
    let runtime = with_bound(1);
    let metrics = runtime.metrics();
    let gate = Gate::new("a retake was refused");
    let blocks = runtime.spawn({
        let gate = gate.clone();
        async move {
            drop(task::spawn(async {}));
            gate.wait();
        }
    });
    eventually("a retake was refused", || metrics.refused_retake_count() > 0);
    gate.open();
    executor::block_on(blocks).unwrap();
    assert_eq!((metrics.blocked_retake_count(), metrics.computing_retake_count()), (0, 0));
}

#[test]
fn the_work_of_spare_workers_is_counted_too() {
    let _watch = watch();
    const TASKS: usize = 4;
    let runtime = with_bound(8);
    let metrics = runtime.metrics();
    let all = Arc::new(std::sync::Barrier::new(TASKS));
    let meet = |_| {
        let all = all.clone();
        runtime.spawn(async move { all.wait().is_leader() })
    };
    let tasks: Vec<_> = (0..TASKS).map(meet).collect();
    let leaders = tasks.into_iter().map(|task| executor::block_on(task).unwrap());
    assert_eq!(leaders.filter(|&leads| leads).count(), 1);
    assert_eq!(metrics.worker_poll_count(0), TASKS as u64);
    assert_eq!(metrics.num_workers(), 1);
}

#[test]
fn threads_and_closures_of_the_blocking_pool_are_counted() {
    let _watch = watch();
    let runtime = Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    let metrics = runtime.metrics();
    let (begun, gate) = (Gate::new("the first call has begun"), Gate::new("all were counted"));
    let calls = [0; 3].map(|_| {
        let (begun, gate) = (begun.clone(), gate.clone());
        runtime.spawn_blocking(move || {
            begun.open();
            gate.wait();
        })
    });
    begun.wait();
    assert_eq!((metrics.num_blocking_threads(), metrics.num_idle_blocking_threads()), (1, 0));
    assert_eq!(metrics.blocking_queue_depth(), 2);
    gate.open();
    calls.into_iter().for_each(|call| executor::block_on(call).unwrap());
    eventually("the thread is idle", || metrics.num_idle_blocking_threads() == 1);
    assert_eq!((metrics.num_blocking_threads(), metrics.blocking_queue_depth()), (1, 0));
    assert_eq!(metrics.threads_started_count(), 1);
}

#[test]
fn the_longest_poll_is_kept_with_its_task() {
    let _watch = watch();
    for runtime in all_kinds() {
        let metrics = runtime.metrics();
        let id = runtime.block_on(async {
            let watched = metrics.clone();
            let task = task::spawn(async move {
                let mine = Some(task::id());
                let is_seen = |poll: runtime::runtime::StuckTask| poll.id() == mine;
                while !watched.longest_poll().is_some_and(is_seen) {
                    thread::sleep(Duration::from_millis(1));
                }
            });
            let id = task.id();
            task.await.unwrap();
            id
        });
        let longest = metrics.longest_poll().unwrap();
        assert_eq!(longest.id(), Some(id));
        assert!(longest.type_name().contains("the_longest_poll_is_kept_with_its_task"));
        assert!(longest.elapsed() >= Duration::from_millis(3));
        assert_eq!(longest.spawned_at().file(), file!());
    }
}

#[test]
fn a_worker_that_does_not_exist_is_refused() {
    let metrics = multi_thread(2).metrics();
    let refused = catch_unwind(AssertUnwindSafe(|| metrics.worker_park_count(2)));
    let payload = refused.expect_err("this must panic");
    assert_eq!(text_of(&*payload), "there is no worker 2: there are 2, from 0 on");
}

#[test]
fn local_tasks_of_a_runtime_are_counted() {
    let runtime = LocalRuntime::new().unwrap();
    let metrics = runtime.metrics();
    let gate = Rc::new(Notify::new());
    let tasks: [_; 3] = std::array::from_fn(|_| {
        let gate = gate.clone();
        runtime.spawn_local(async move { gate.notified().await })
    });
    assert_eq!((metrics.num_alive_tasks(), metrics.worker_local_queue_depth(0)), (3, 3));
    runtime.block_on(async {
        task::yield_now().await;
        assert_eq!((metrics.num_alive_tasks(), metrics.worker_local_queue_depth(0)), (3, 0));
        assert!(metrics.worker_poll_count(0) >= 3);
        gate.notify_waiters();
        assert_eq!(metrics.worker_local_queue_depth(0), 3);
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!(metrics.num_alive_tasks(), 0);
}

#[test]
fn local_tasks_that_end_otherwise_are_counted_once() {
    let runtime = LocalRuntime::new().unwrap();
    let metrics = runtime.metrics();
    hush();
    let panics = runtime.spawn_local(async { panic!("a task's own") });
    let aborted = runtime.spawn_local(std::future::pending::<()>());
    let _idle = runtime.spawn_local(std::future::pending::<()>());
    runtime.block_on(async {
        assert!(panics.await.unwrap_err().is_panic());
        assert_eq!(metrics.num_alive_tasks(), 2);
        aborted.abort();
        assert!(aborted.await.unwrap_err().is_cancelled());
    });
    let _queued = runtime.spawn_local(async {});
    assert_eq!(metrics.num_alive_tasks(), 2);
    drop(runtime);
    assert_eq!(metrics.num_alive_tasks(), 0);
}

#[test]
fn tasks_are_counted_by_who_spawns_and_wakes_them() {
    let _watch = watch();
    let runtime = current_thread();
    let metrics = runtime.metrics();
    (0..3).for_each(|_| drop(runtime.spawn(async {}))); // from outside
    assert_eq!((metrics.remote_schedule_count(), metrics.spawned_tasks_count()), (3, 3));
    runtime.block_on(async {
        // Two inside, each woken twice by itself.
        let yields = || async {
            task::yield_now().await;
            task::yield_now().await;
        };
        let tasks = [task::spawn(yields()), task::spawn(yields())];
        for task in tasks {
            task.await.unwrap();
        }
    });
    assert_eq!((metrics.remote_schedule_count(), metrics.spawned_tasks_count()), (3, 5));
    assert_eq!(metrics.worker_local_schedule_count(0), 6);
    assert_eq!(metrics.worker_overflow_count(0), 0);
}

#[test]
fn a_wake_from_another_thread_is_counted_as_one_from_outside() {
    let _watch = watch();
    for runtime in all_kinds() {
        let metrics = runtime.metrics();
        let (tell, told) = runtime::sync::oneshot::channel();
        let suspended = Gate::new("the task is suspended");
        let task = {
            let suspended = suspended.clone();
            let mut told = Box::pin(told);
            runtime.spawn(std::future::poll_fn(move |cx| {
                let poll = told.as_mut().poll(cx);
                suspended.open();
                poll
            }))
        };
        runtime.block_on(async {
            while metrics.worker_local_queue_depth(0) + metrics.global_queue_depth() > 0 {
                task::yield_now().await;
            }
        });
        suspended.wait();
        let before = metrics.remote_schedule_count();
        assert_eq!(before, 1, "it was spawned from outside");
        // Until its poll has ended it would be its worker that queues it again.
        eventually("all workers sleep", || metrics.num_idle_permits() == metrics.num_workers());
        thread::scope(|scope| scope.spawn(|| tell.send(7)).join().unwrap()).unwrap();
        assert_eq!(metrics.remote_schedule_count(), before + 1);
        assert_eq!(runtime.block_on(task).unwrap().unwrap(), 7);
    }
}

#[test]
fn what_does_not_fit_into_a_queue_is_counted() {
    let _watch = watch();
    const ROOM: u64 = 256;
    let runtime = current_thread();
    let metrics = runtime.metrics();
    runtime.block_on(async {
        (0..ROOM + 7).for_each(|_| drop(task::spawn(async {})));
        assert_eq!(metrics.worker_local_queue_depth(0) as u64, ROOM);
        assert_eq!(metrics.global_queue_depth(), 7);
    });
    assert_eq!(metrics.worker_local_schedule_count(0), ROOM + 7);
    assert_eq!(metrics.worker_overflow_count(0), 7);
}

#[test]
fn polls_that_spend_their_budget_are_counted_once_each() {
    let _watch = watch();
    let runtime = current_thread();
    let metrics = runtime.metrics();
    let spend = |units: u32| async move {
        for _ in 0..units {
            task::consume_budget().await;
        }
    };
    runtime.block_on(async {
        task::spawn(spend(128)).await.unwrap();
        assert_eq!(metrics.budget_forced_yield_count(), 0);
        task::spawn(spend(129)).await.unwrap();
        assert_eq!(metrics.budget_forced_yield_count(), 1);
        // Both branches are refused, in one poll.
        task::spawn(async move { runtime::join!(spend(64), spend(65)) }).await.unwrap();
        assert_eq!(metrics.budget_forced_yield_count(), 2);
    });
    assert_eq!(metrics.long_poll_yield_count(), 0);
}

#[test]
fn polls_that_are_cut_short_since_they_take_long_are_counted() {
    let _watch = watch();
    let runtime = current_thread();
    let metrics = runtime.metrics();
    runtime.block_on(async {
        let watched = metrics.clone();
        let task = task::spawn(async move {
            while watched.long_poll_yield_count() == 0 {
                thread::sleep(Duration::from_millis(1));
                task::checkpoint().await;
            }
        });
        task.await.unwrap();
    });
    assert_eq!(metrics.budget_forced_yield_count(), 0);
}

#[test]
#[allow(clippy::async_yields_async, reason = "the timer is to be dropped here")]
fn a_worker_that_is_woken_for_nothing_is_counted() {
    let _watch = watch();
    let runtime = Builder::new_current_thread().enable_time().build().unwrap();
    let metrics = runtime.metrics();
    let sleeps = |round: u64| {
        eventually("the worker sleeps", || metrics.worker_park_unpark_count(0) == 2 * round - 1);
    };
    let (tell, told) = runtime::sync::oneshot::channel::<()>();
    thread::scope(|scope| {
        scope.spawn(|| {
            sleeps(1);
            drop(runtime.spawn(async {}));
            sleeps(2);
            assert_eq!(metrics.worker_noop_count(0), 0, "it was woken for a task");
            // A timer that is dropped while the worker sleeps until it is due.
            let timer = executor::block_on(runtime.spawn(async {
                let mut timer = Box::pin(runtime::time::sleep(Duration::from_millis(30)));
                assert!(futures::poll!(timer.as_mut()).is_pending());
                timer
            }));
            sleeps(3);
            assert_eq!(metrics.worker_noop_count(0), 0);
            drop(timer);
            eventually("the worker was woken for nothing", || metrics.worker_noop_count(0) > 0);
            tell.send(()).unwrap();
        });
        runtime.block_on(told).unwrap();
    });
    assert!(metrics.worker_noop_count(0) < metrics.worker_park_count(0));
}

#[test]
fn the_mean_time_of_a_poll_follows_what_polls_take() {
    let _watch = watch();
    let runtime = current_thread();
    let metrics = runtime.metrics();
    assert_eq!(metrics.worker_mean_poll_time(0), Duration::ZERO);
    let run = |polls: u32, takes: Duration| {
        runtime.block_on(async {
            for _ in 0..polls {
                task::spawn(async move { thread::sleep(takes) }).await.unwrap();
            }
        });
        metrics.worker_mean_poll_time(0)
    };
    // Half of the polls are those of what waits for the tasks.
    let long = run(50, Duration::from_millis(2));
    assert!(long >= Duration::from_micros(900), "{long:?}");
    let short = run(2_000, Duration::ZERO);
    assert!(short < long / 2, "{short:?} after {long:?}");
}

#[test]
fn permits_and_spare_workers_are_counted_as_they_are() {
    let _watch = watch();
    let runtime = with_bound(8);
    let metrics = runtime.metrics();
    assert_eq!((metrics.num_idle_permits(), metrics.num_spare_workers()), (1, 0));
    let gate = Gate::new("all was counted");
    let blocks = runtime.spawn({
        let gate = gate.clone();
        async move { gate.wait() }
    });
    eventually("the worker blocks", || metrics.num_idle_permits() == 0);
    assert_eq!(metrics.num_blocked_workers(), 0, "it has its permit");
    executor::block_on(runtime.spawn(async {})).unwrap();
    eventually("the spare sleeps", || metrics.num_idle_permits() == 1);
    assert_eq!((metrics.num_spare_workers(), metrics.num_blocked_workers()), (1, 1));
    gate.open();
    executor::block_on(blocks).unwrap();
    eventually("nobody is stuck", || metrics.num_blocked_workers() == 0);
}

#[test]
fn sockets_and_their_events_are_counted() {
    let _watch = watch();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let metrics = runtime.metrics();
    let counts = || {
        let registered = metrics.io_driver_fd_registered_count();
        (registered, metrics.io_driver_fd_deregistered_count())
    };
    assert_eq!((counts(), metrics.io_driver_ready_count()), ((0, 0), 0));
    runtime.block_on(async {
        let listener = runtime::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        assert_eq!(counts(), (1, 0));
        let peer = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let before = metrics.io_driver_ready_count();
        let (socket, _) = listener.accept().await.unwrap();
        assert!(metrics.io_driver_ready_count() > before, "the connection was told");
        assert_eq!(counts(), (2, 0));
        drop((listener, socket, peer));
        assert_eq!(counts(), (2, 2));
    });
}

/// Counts the polls at one place that were too long.
fn stalls_of(metrics: &RuntimeMetrics, line: u32) -> u64 {
    let stalls = metrics.stalls();
    let here = |stall: &&Stall| {
        let place = stall.longest().spawned_at();
        (place.file(), place.line()) == (file!(), line)
    };
    stalls.iter().find(here).map_or(0, Stall::count)
}

#[test]
fn long_polls_are_counted_by_place() {
    let _watch = watch();
    for runtime in all_kinds() {
        let metrics = runtime.metrics();
        let block_until = |line: u32, count: u64| {
            let metrics = metrics.clone();
            move || {
                while stalls_of(&metrics, line) < count {
                    thread::sleep(Duration::from_millis(1));
                }
                thread::sleep(Duration::from_millis(30)); // a few looks more, of the same poll
            }
        };
        runtime.block_on(async {
            let line = line!() + 2;
            let polls = [1, 2, 3].map(|count| block_until(line, count));
            let often = runtime::spawn(async move {
                for poll in polls {
                    poll();
                    task::yield_now().await;
                }
            });
            often.await.unwrap();
            let other = line!() + 2;
            let once = block_until(other, 1);
            runtime::spawn(async move { once() }).await.unwrap();
            assert_eq!((stalls_of(&metrics, line), stalls_of(&metrics, other)), (3, 1));
        });
        let stalls = metrics.stalls();
        assert!(stalls.is_sorted_by_key(|stall| std::cmp::Reverse(stall.longest().elapsed())));
        assert_eq!(stalls[0].longest().elapsed(), metrics.longest_poll().unwrap().elapsed());
    }
}
