//! No timer starves or is forgotten: whoever sets it, whoever sleeps, and whatever the workers do meanwhile. A test
//! that fails here hangs, and the watchdog says so.

mod support;

use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, mpsc};
use std::task::Poll;
use std::thread;

use futures::executor;
use runtime::task::{self, JoinHandle};
use runtime::time::{self, Duration, Instant};
use runtime::{Handle, Runtime};
use support::{
    Counts, Gate, all_kinds, eventually, multi_thread, poll_once, rounds, wait_in_the_reactor,
    watch,
};

const SHORT: Duration = Duration::from_millis(3);
const HOUR: Duration = Duration::from_secs(3_600);

async fn sleep_a_little() {
    let deadline = Instant::now() + SHORT;
    time::sleep_until(deadline).await;
    assert!(Instant::now() >= deadline, "a sleep is early");
}

/// Runs `f` beside a thread that sleeps in this runtime for as long as `f` takes, as far as it knows for an hour: first
/// on a condition, and then in the reactor.
fn beside_a_long_sleep(runtime: &Runtime, f: impl Fn()) {
    beside_a_sleeper(runtime, &f);
    runtime.block_on(wait_in_the_reactor());
    beside_a_sleeper(runtime, &f);
}

fn beside_a_sleeper(runtime: &Runtime, f: &impl Fn()) {
    let done = Gate::new("the sleeper is told");
    thread::scope(|scope| {
        let sleeper = scope.spawn(|| {
            runtime.block_on(async {
                let mut hour = pin!(time::sleep(HOUR));
                poll_fn(|cx| {
                    assert!(hour.as_mut().poll(cx).is_pending());
                    Poll::Ready(())
                })
                .await;
                done.passed().await;
            });
        });
        eventually("the sleeper sleeps", || done.suspended() == 1);
        f();
        done.open();
        sleeper.join().unwrap();
    });
}

/// The thread that slept was not told of an earlier deadline: tokio-rs/tokio#3190.
#[test]
fn a_short_timer_set_by_a_foreign_thread_interrupts_a_long_wait() {
    let _watch = watch();
    for runtime in all_kinds() {
        beside_a_long_sleep(&runtime, || {
            let _entered = runtime.enter();
            for _ in 0..20 {
                executor::block_on(sleep_a_little());
            }
        });
    }
}

#[test]
fn a_short_timer_set_by_a_spawned_task_interrupts_a_long_wait() {
    let _watch = watch();
    for runtime in all_kinds() {
        beside_a_long_sleep(&runtime, || {
            for _ in 0..20 {
                executor::block_on(runtime.spawn(sleep_a_little())).unwrap();
            }
        });
    }
}

#[test]
fn a_short_timer_set_in_another_block_on_interrupts_a_long_wait() {
    let _watch = watch();
    for runtime in all_kinds() {
        beside_a_long_sleep(&runtime, || {
            for _ in 0..20 {
                runtime.block_on(sleep_a_little());
            }
        });
    }
}

/// Tasks that set each next timer when the last has fired, so that wheels of all workers have their turn.
#[test]
fn a_short_timer_set_by_another_worker_interrupts_a_long_wait() {
    let _watch = watch();
    for permits in [2, 4] {
        let runtime = multi_thread(permits);
        beside_a_long_sleep(&runtime, || {
            let tasks: Vec<_> = (0..2 * permits)
                .map(|_| {
                    runtime.spawn(async {
                        for _ in 0..20 {
                            task::spawn(sleep_a_little()).await.unwrap();
                        }
                    })
                })
                .collect();
            join_all(tasks);
        });
    }
}

fn join_all(tasks: Vec<JoinHandle<()>>) {
    tasks.into_iter().for_each(|task| executor::block_on(task).unwrap());
}

#[test]
fn several_threads_sleep_in_block_on_at_once() {
    let _watch = watch();
    for runtime in all_kinds() {
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        runtime.block_on(sleep_a_little());
                    }
                });
            }
        });
    }
}

/// Whoever ran out of tasks slept with its timers while `block_on` returned: nobody was left who knew of them.
#[test]
fn timers_that_are_left_when_block_on_returns_still_fire() {
    let _watch = watch();
    for permits in [1, 2, 4] {
        let runtime = multi_thread(permits);
        let (fired, firings) = mpsc::channel();
        for _ in 0..10 {
            runtime.block_on(async {
                let (fired, sleeps) = (fired.clone(), Arc::new(AtomicBool::new(false)));
                let sleeping = sleeps.clone();
                task::spawn(async move {
                    sleeping.store(true, SeqCst);
                    sleep_a_little().await;
                    fired.send(()).unwrap();
                });
                while !sleeps.load(SeqCst) {
                    task::yield_now().await;
                }
            });
            firings.recv().unwrap();
        }
    }
}

/// A future that is woken as soon as it was polled, until it is told to stop.
fn restless(stop: &Arc<AtomicBool>) -> impl Future<Output = ()> + Send + use<> {
    let stop = stop.clone();
    poll_fn(move |cx| {
        if stop.load(SeqCst) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

/// The executor had something to do all the time, and never looked at its timers: smol-rs/smol#171.
#[test]
fn tasks_that_wake_themselves_starve_no_timer() {
    let _watch = watch();
    for runtime in all_kinds() {
        for tasks in [1, 8] {
            let stop = Arc::new(AtomicBool::new(false));
            let restless: Vec<_> = (0..tasks).map(|_| runtime.spawn(restless(&stop))).collect();
            runtime.block_on(async {
                for _ in 0..10 {
                    sleep_a_little().await;
                    task::spawn(sleep_a_little()).await.unwrap();
                }
                stop.store(true, SeqCst);
                for task in restless {
                    task.await.unwrap();
                }
            });
        }
    }
}

/// As above, for the future of `block_on` itself: tokio-rs/tokio#5223.
#[test]
fn a_block_on_that_wakes_itself_starves_no_timer() {
    let _watch = watch();
    for runtime in all_kinds() {
        let stop = Arc::new(AtomicBool::new(false));
        let stopping = stop.clone();
        runtime.spawn(async move {
            for _ in 0..10 {
                sleep_a_little().await;
            }
            stopping.store(true, SeqCst);
        });
        runtime.block_on(restless(&stop));
    }
}

/// The worker in whose wheel the timer stands blocks until that has fired.
#[test]
fn a_timer_behind_a_blocking_poll_fires_on_another_worker() {
    let _watch = watch();
    for permits in [2, 4] {
        let runtime = multi_thread(permits);
        for _ in 0..10 {
            let task = runtime.spawn(async {
                let fired = Gate::new("the timer of a blocked worker fires");
                let opener = fired.clone();
                let mut sleep = Box::pin(time::sleep(SHORT));
                let _ = poll_fn(|cx| Poll::Ready(sleep.as_mut().poll(cx))).await;
                task::spawn(async move {
                    sleep.await;
                    opener.open();
                });
                task::yield_now().await;
                fired.wait();
            });
            executor::block_on(task).unwrap();
        }
    }
}

#[test]
fn a_timer_behind_a_block_on_that_blocks_fires_on_another_worker() {
    let _watch = watch();
    for permits in [2, 4] {
        let runtime = multi_thread(permits);
        for _ in 0..10 {
            runtime.block_on(async {
                let fired = Gate::new("the timer of a blocked `block_on` fires");
                let opener = fired.clone();
                task::spawn(async move {
                    time::sleep(SHORT).await;
                    opener.open();
                });
                task::yield_now().await;
                fired.wait();
            });
        }
    }
}

/// Tasks suspend, and no thread is in `block_on`, when the runtime is dropped.
#[test]
fn a_runtime_ends_with_thousands_of_sleepers() {
    let _watch = watch();
    const SLEEPERS: usize = 10_000;
    for runtime in all_kinds() {
        let counts = Counts::new();
        let spawn = |n| {
            let sleep = time::sleep(HOUR + Duration::from_millis(n as u64));
            runtime.spawn(counts.count(sleep))
        };
        let tasks: Vec<_> = (0..SLEEPERS).map(spawn).collect();
        runtime.block_on(async {
            while counts.polls() < SLEEPERS {
                task::yield_now().await;
            }
        });
        drop(runtime);
        assert_eq!(counts.drops(), SLEEPERS);
        // A worker that looked for a task when the end came may have found one that the end woke.
        let again = counts.polls() - SLEEPERS;
        assert!(again <= 4, "{again} were polled again, which is more than there are workers");
        for task in tasks {
            assert!(executor::block_on(task).unwrap_err().is_cancelled());
        }
    }
}

/// A task that was polled while the runtime ended found its timers closed, and panicked.
#[test]
fn a_task_that_begins_to_sleep_at_the_end_is_cancelled() {
    let _watch = watch();
    let (runtime, end) = (multi_thread(2), Counts::new());
    let mut witness = Box::pin(time::sleep(HOUR));
    {
        let _entered = runtime.enter();
        assert!(poll_once(&mut witness, &end).is_pending());
    }
    let (running, ended) = (Gate::new("the task runs"), end.clone());
    let runs = running.clone();
    let task = runtime.spawn(async move {
        runs.open();
        eventually("the timers are closed", || ended.wakes() == 1);
        time::sleep(SHORT).await;
    });
    running.wait();
    drop(runtime);
    let error = executor::block_on(task).unwrap_err();
    assert!(error.is_cancelled(), "{error}");
}

#[test]
fn a_runtime_ends_while_tasks_sleep_and_wake() {
    let _watch = watch();
    for _ in 0..rounds(500) {
        for runtime in all_kinds() {
            let napping = || async {
                for n in 0.. {
                    time::sleep(Duration::from_micros(n % 40)).await;
                }
            };
            let tasks: Vec<_> = (0..16).map(|_| runtime.spawn(napping())).collect();
            runtime.block_on(time::sleep(Duration::from_micros(100)));
            drop(runtime);
            for task in tasks {
                let error = executor::block_on(task).unwrap_err();
                assert!(error.is_cancelled(), "{error}");
            }
        }
    }
}

/// A task on this runtime, which must not end before `until` says so.
fn keep_busy(handle: &Handle, until: &Arc<AtomicBool>) -> JoinHandle<()> {
    handle.spawn(restless(until))
}

/// Runs `f` in a task while another worker fires what is due.
fn while_another_worker_fires<F>(f: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    for permits in [2, 4] {
        let runtime = multi_thread(permits);
        let stop = Arc::new(AtomicBool::new(false));
        let busy: Vec<_> = (0..3).map(|_| keep_busy(runtime.handle(), &stop)).collect();
        let tasks: Vec<_> = (0..2).map(|_| runtime.spawn(f())).collect();
        join_all(tasks);
        stop.store(true, SeqCst);
        join_all(busy);
    }
}

fn spin_until(moment: Instant) {
    while Instant::now() < moment {
        std::hint::spin_loop();
    }
}

#[test]
fn a_reset_while_it_fires_leaves_the_new_deadline() {
    let _watch = watch();
    while_another_worker_fires(|| async {
        for n in 0..rounds(2_000) {
            let micros = Duration::from_micros(20);
            let mut sleep = pin!(time::sleep(micros));
            let pending = poll_fn(|cx| Poll::Ready(sleep.as_mut().poll(cx).is_pending())).await;
            spin_until(sleep.deadline() + Duration::from_nanos(n as u64 * 37 % 9_000));
            let deadline = Instant::now() + micros;
            sleep.as_mut().reset(deadline);
            sleep.await;
            assert!(Instant::now() >= deadline, "early; it was pending: {pending}");
        }
    });
}

#[test]
fn a_drop_while_it_fires_disturbs_nobody() {
    let _watch = watch();
    while_another_worker_fires(|| async {
        for n in 0..rounds(2_000) {
            let mut sleep = Box::pin(time::sleep(Duration::from_micros(20)));
            let _ = poll_fn(|cx| Poll::Ready(sleep.as_mut().poll(cx))).await;
            let beside = task::spawn(time::sleep_until(sleep.deadline()));
            spin_until(sleep.deadline() + Duration::from_nanos(n as u64 * 37 % 9_000));
            drop(sleep);
            beside.await.unwrap();
        }
    });
}

/// Half of the sleeps are awaited by another task than the one that polled them first, wherever that runs.
#[test]
fn a_sleep_that_moves_between_workers_wakes_whoever_has_it() {
    let _watch = watch();
    for runtime in all_kinds() {
        let (arrived, all) = (Arc::new(AtomicUsize::new(0)), rounds(5_000));
        let (to, mut from) = runtime::sync::mpsc::channel(64);
        runtime.spawn(async move {
            for n in 0..all {
                let micros = (n * 7_919 % 3_000) as u64;
                let mut sleep = Box::pin(time::sleep(Duration::from_micros(micros)));
                if n % 2 == 0 {
                    let _ = poll_fn(|cx| Poll::Ready(sleep.as_mut().poll(cx))).await;
                }
                to.send(sleep).await.unwrap();
            }
        });
        let counting = arrived.clone();
        runtime.block_on(async move {
            let mut tasks = Vec::new();
            while let Some(mut sleep) = from.recv().await {
                let arrived = counting.clone();
                tasks.push(task::spawn(async move {
                    sleep.as_mut().await;
                    assert!(Instant::now() >= sleep.deadline(), "a sleep is early");
                    arrived.fetch_add(1, SeqCst);
                }));
            }
            for task in tasks {
                task.await.unwrap();
            }
        });
        assert_eq!(arrived.load(SeqCst), all);
    }
}

/// A worker that sleeps for nobody must not keep a runtime from its end.
#[test]
fn a_runtime_is_dropped_while_its_workers_wait_for_timers() {
    let _watch = watch();
    for permits in [1, 2, 4] {
        let runtime = multi_thread(permits);
        let tasks: Vec<_> = (0..8).map(|_| runtime.spawn(time::sleep(HOUR))).collect();
        runtime.spawn(pending::<()>());
        executor::block_on(runtime.spawn(sleep_a_little())).unwrap();
        drop(runtime);
        for task in tasks {
            assert!(executor::block_on(task).unwrap_err().is_cancelled());
        }
    }
}

/// A look for the sake of who yields alone wakes somebody: he has the turn, and not the one who gave it away. The look comes by no
/// count here: after so many short polls the next of those is far.
#[test]
fn what_is_due_runs_before_who_yields_alone() {
    let _watch = watch();
    let runtime = support::current_thread();
    let yields_alone = async {
        for _ in 0..rounds(100) {
            let has_run = Arc::new(AtomicBool::new(false));
            let runs = has_run.clone();
            let sleeper = task::spawn(async move {
                time::sleep(SHORT).await;
                runs.store(true, SeqCst);
            });
            for _ in 0..100 {
                task::yield_now().await;
            }
            thread::sleep(2 * SHORT);
            task::yield_now().await;
            assert!(has_run.load(SeqCst), "who gave its turn away came first");
            sleeper.await.unwrap();
        }
    };
    runtime.block_on(async { task::spawn(yields_alone).await.unwrap() });
}

/// Whenever it yields another task is due, whose poll takes until the next one is. It has its turn nevertheless.
#[test]
fn who_yields_alone_is_not_starved_by_what_is_due() {
    let _watch = watch();
    let runtime = support::current_thread();
    let over = Arc::new(AtomicBool::new(false));
    let always_due = || {
        let over = over.clone();
        task::spawn(async move {
            while !over.load(SeqCst) {
                thread::sleep(SHORT);
                time::sleep(Duration::from_millis(1)).await;
            }
        })
    };
    runtime.block_on(async {
        let others = [always_due(), always_due()];
        let yields_alone = async {
            for _ in 0..3 {
                task::yield_now().await;
            }
        };
        task::spawn(yields_alone).await.unwrap();
        over.store(true, SeqCst);
        for other in others {
            other.await.unwrap();
        }
    });
}
