//! A clock that is paused: what it shows, who puts it forward, and when nobody does.
#![cfg(feature = "test-util")]

mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Instant as StdInstant;

use runtime::sync::oneshot;
use runtime::time::{self, Duration, Instant};
use runtime::{Builder, Runtime, task};
use support::{Counts, current_thread, multi_thread, poll_once, text_of, watch};

const HOUR: Duration = Duration::from_secs(3_600);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A runtime whose clock is paused.
fn paused() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
}

/// What is said by `f`, which panics.
fn panic_of(f: impl FnOnce()) -> String {
    text_of(&*catch_unwind(AssertUnwindSafe(f)).expect_err("it panics")).into()
}

#[test]
fn a_paused_clock_shows_one_moment_however_long_a_task_computes() {
    let _watch = watch();
    paused().block_on(async {
        let start = Instant::now();
        thread::sleep(millis(2));
        task::yield_now().await;
        assert_eq!(Instant::now(), start);
        assert_eq!(start.elapsed(), Duration::ZERO);
        assert_eq!(task::spawn(async { Instant::now() }).await.unwrap(), start);
        assert_eq!(task::spawn_blocking(Instant::now).await.unwrap(), start);
    });
}

#[test]
fn only_the_clock_of_its_runtime_is_paused() {
    let _watch = watch();
    let runtime = paused();
    let start = runtime.block_on(async { Instant::now() });
    thread::sleep(millis(2));
    assert!(Instant::now() > start, "outside");
    current_thread().block_on(async { assert!(Instant::now() > start, "in another") });
    let _entered = runtime.enter();
    assert_eq!(Instant::now(), start, "entered");
}

#[test]
fn time_goes_to_the_next_moment_when_all_tasks_wait() {
    let _watch = watch();
    let began = StdInstant::now();
    paused().block_on(async {
        let start = Instant::now();
        let woken = Arc::new(Mutex::new(Vec::new()));
        // Not in the order of their moments, from nanoseconds to days.
        let moments = [86_400_000_000_007, 5, 1, 16_384, 1_000_000_000, 65, 1_000_000, 16_383];
        let tasks = moments.map(|nanos| {
            let woken = woken.clone();
            task::spawn(async move {
                time::sleep_until(start + Duration::from_nanos(nanos)).await;
                assert_eq!(start.elapsed(), Duration::from_nanos(nanos), "late");
                woken.lock().unwrap().push(nanos);
            })
        });
        for task in tasks {
            task.await.unwrap();
        }
        let mut sorted = moments;
        sorted.sort_unstable();
        assert_eq!(*woken.lock().unwrap(), sorted);
    });
    assert!(began.elapsed() < HOUR);
}

#[test]
fn a_crowd_is_woken_to_the_nanosecond() {
    let _watch = watch();
    paused().block_on(async {
        let start = Instant::now();
        let tasks: Vec<_> = (0..2_000_u64)
            .map(|n| {
                let deadline = start + Duration::from_nanos(n * 7_919 % 100_003 + 1_000_000_000);
                task::spawn(async move {
                    time::sleep_until(deadline).await;
                    assert_eq!(Instant::now(), deadline);
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
    });
}

#[test]
fn time_stood_at_the_moment_of_a_timer_that_was_dropped() {
    let _watch = watch();
    paused().block_on(async {
        let start = Instant::now();
        let (sender, receiver) = oneshot::channel();
        assert!(time::timeout(millis(1), std::future::ready(())).await.is_ok());
        drop(time::timeout(HOUR, std::future::pending::<()>())); // never linked
        {
            let mut dropped = pin!(time::sleep(HOUR));
            assert!(poll_once(&mut dropped, &Counts::new()).is_pending());
        }
        // Nobody waits for a moment: the clock stands, however long this takes.
        let thread = thread::spawn(move || {
            thread::sleep(millis(5));
            sender.send(()).unwrap();
        });
        receiver.await.unwrap();
        assert_eq!(start.elapsed(), Duration::ZERO);
        thread.join().unwrap();
        time::sleep(2 * HOUR).await;
        assert_eq!(start.elapsed(), 2 * HOUR);
    });
}

/// tokio-rs/tokio#4614.
#[test]
fn time_went_on_while_a_closure_was_running() {
    let _watch = watch();
    paused().block_on(async {
        let start = Instant::now();
        let closure = task::spawn_blocking(|| thread::sleep(millis(20)));
        time::timeout(millis(1), closure).await.expect("the clock stands").unwrap();
        assert_eq!(start.elapsed(), Duration::ZERO);
        time::sleep(HOUR).await;
        assert_eq!(start.elapsed(), HOUR);
    });
}

#[test]
fn closures_that_are_queued_hold_the_clock_until_the_last_is_done() {
    let _watch = watch();
    let runtime = Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(1)
        .start_paused(true)
        .build();
    runtime.unwrap().block_on(async {
        let start = Instant::now();
        let done = Arc::new(AtomicUsize::new(0));
        for _ in 0..5 {
            let done = done.clone();
            // Nobody waits for it.
            drop(task::spawn_blocking(move || {
                thread::sleep(millis(3));
                assert_eq!(start.elapsed(), Duration::ZERO);
                done.fetch_add(1, SeqCst);
            }));
        }
        time::sleep(millis(1)).await;
        assert_eq!(done.load(SeqCst), 5);
        assert_eq!(start.elapsed(), millis(1));
    });
}

#[test]
fn whatever_a_closure_wakes_runs_before_time_goes_on() {
    let _watch = watch();
    for _ in 0..200 {
        paused().block_on(async {
            let start = Instant::now();
            let (sender, receiver) = oneshot::channel();
            drop(task::spawn_blocking(move || sender.send(()).unwrap()));
            time::timeout(HOUR, receiver).await.expect("it is woken first").unwrap();
            assert_eq!(start.elapsed(), Duration::ZERO);
        });
    }
}

#[test]
fn tasks_that_are_runnable_hold_the_clock() {
    let _watch = watch();
    paused().block_on(async {
        let start = Instant::now();
        let sleeps = task::spawn(time::sleep(millis(1)));
        for _ in 0..1_000 {
            task::yield_now().await;
            assert_eq!(start.elapsed(), Duration::ZERO);
        }
        assert!(!sleeps.is_finished());
        sleeps.await.unwrap();
        assert_eq!(start.elapsed(), millis(1));
    });
}

#[cfg(feature = "net")]
#[test]
fn a_socket_that_is_ready_holds_the_clock() {
    use runtime::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use runtime::net::{TcpListener, TcpStream};

    let _watch = watch();
    paused().block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = task::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = [0; 100];
            for _ in 0..100 {
                stream.read_exact(&mut bytes).await.unwrap();
                stream.write_all(&bytes).await.unwrap();
            }
        });
        let start = Instant::now();
        let mut stream = time::timeout(HOUR, TcpStream::connect(address)).await.unwrap().unwrap();
        let mut bytes = [7; 100];
        for _ in 0..100 {
            stream.write_all(&bytes).await.unwrap();
            time::timeout(millis(1), stream.read_exact(&mut bytes)).await.unwrap().unwrap();
        }
        assert_eq!(start.elapsed(), Duration::ZERO);
        server.await.unwrap();
    });
}

#[test]
fn an_advance_wakes_all_until_then_and_returns_when_they_have_run() {
    let _watch = watch();
    paused().block_on(async {
        let start = Instant::now();
        let ran = Arc::new(AtomicUsize::new(0));
        for n in 1..=40 {
            let ran = ran.clone();
            task::spawn(async move {
                time::sleep(n * Duration::from_secs(1)).await;
                // What it wakes in turn counts too.
                task::spawn(async move { ran.fetch_add(1, SeqCst) }).await.unwrap();
            });
        }
        time::advance(Duration::ZERO).await; // they are waiting
        assert_eq!(ran.load(SeqCst), 0);
        time::advance(millis(9_999)).await;
        assert_eq!((ran.load(SeqCst), start.elapsed()), (9, millis(9_999)));
        time::advance(millis(1)).await;
        assert_eq!((ran.load(SeqCst), start.elapsed()), (10, millis(10_000)));
        time::advance(HOUR).await;
        assert_eq!((ran.load(SeqCst), start.elapsed()), (40, millis(10_000) + HOUR));
    });
}

#[test]
fn an_advance_inside_a_task_is_like_one_outside() {
    let _watch = watch();
    let runtime = paused();
    for _ in 0..100 {
        let task = runtime.spawn(async {
            let sleeps = task::spawn(time::sleep(HOUR));
            task::yield_now().await;
            time::advance(HOUR).await;
            assert!(sleeps.is_finished());
        });
        runtime.block_on(task).unwrap();
    }
}

#[test]
fn an_advance_returns_beside_a_task_that_never_rests() {
    let _watch = watch();
    paused().block_on(async {
        let done = Arc::new(AtomicBool::new(false));
        let restless = task::spawn({
            let done = done.clone();
            async move {
                while !done.load(SeqCst) {
                    task::yield_now().await;
                }
            }
        });
        time::advance(HOUR).await;
        done.store(true, SeqCst);
        restless.await.unwrap();
    });
}

#[test]
fn an_advance_that_is_dropped_has_put_the_clock_forward() {
    let _watch = watch();
    paused().block_on(async {
        let start = Instant::now();
        {
            let mut advance = pin!(time::advance(HOUR));
            assert!(poll_once(&mut advance, &Counts::new()).is_pending());
            assert!(poll_once(&mut advance, &Counts::new()).is_pending(), "a poll is no wake");
        }
        assert_eq!(start.elapsed(), HOUR);
        drop(time::advance(HOUR));
        assert_eq!(start.elapsed(), HOUR, "it was not polled");
        time::advance(HOUR).await;
        assert_eq!(start.elapsed(), 2 * HOUR);
    });
}

#[test]
fn who_sleeps_is_woken_by_an_advance_on_another_thread() {
    let _watch = watch();
    let runtime = paused();
    let (sender, receiver) = mpsc::channel();
    let other = thread::spawn({
        let handle = runtime.handle().clone();
        move || {
            let _entered = handle.enter();
            receiver.recv().unwrap();
            futures::executor::block_on(time::advance(HOUR));
        }
    });
    runtime.block_on(async {
        let start = Instant::now();
        let closure = task::spawn_blocking(move || {
            // As long as this runs, nobody else puts the clock forward.
            sender.send(()).unwrap();
            while start.elapsed() < HOUR {
                thread::yield_now();
            }
        });
        time::sleep(HOUR).await;
        assert_eq!(start.elapsed(), HOUR);
        closure.await.unwrap();
    });
    other.join().unwrap();
}

#[test]
fn a_clock_that_is_paused_while_its_worker_sleeps_goes_forward() {
    let _watch = watch();
    let runtime = current_thread();
    let handle = runtime.handle().clone();
    let (sender, receiver) = mpsc::channel();
    let other = thread::spawn(move || {
        receiver.recv().unwrap();
        thread::sleep(millis(5)); // it probably sleeps by now
        let _entered = handle.enter();
        time::pause();
    });
    let began = StdInstant::now();
    runtime.block_on(async {
        let start = Instant::now();
        sender.send(()).unwrap();
        time::sleep(HOUR).await;
        assert!(start.elapsed() >= HOUR);
    });
    assert!(began.elapsed() < HOUR / 2);
    other.join().unwrap();
}

#[test]
fn a_resumed_clock_runs_from_what_it_shows() {
    let _watch = watch();
    paused().block_on(async {
        let start = Instant::now();
        time::advance(HOUR).await;
        let (shown, real) = (Instant::now(), StdInstant::now());
        time::resume();
        assert!(Instant::now() >= shown);
        time::sleep(millis(3)).await;
        assert!(real.elapsed() >= millis(3), "a sleep was early");
        let shown_later = Instant::now();
        assert!(shown_later - shown >= millis(3));
        assert!(shown_later - start < HOUR + real.elapsed());
        time::pause();
        let again = Instant::now();
        thread::sleep(millis(1));
        assert_eq!(Instant::now(), again);
        time::sleep(HOUR).await;
        assert_eq!(again.elapsed(), HOUR);
    });
}

#[test]
fn moments_and_intervals_go_by_the_paused_clock() {
    let _watch = watch();
    paused().block_on(async {
        let start = Instant::now();
        let mut interval = time::interval(HOUR);
        for n in 0..5 {
            assert_eq!(interval.tick().await, start + n * HOUR);
            assert_eq!(Instant::now(), start + n * HOUR);
        }
        let never = time::timeout(HOUR / 2, std::future::pending::<()>());
        assert!(never.await.is_err());
        assert_eq!(start.elapsed(), 4 * HOUR + HOUR / 2);
        time::sleep_until(start).await; // long over
        assert_eq!(start.elapsed(), 4 * HOUR + HOUR / 2);
    });
}

#[test]
fn a_moment_that_never_comes_is_not_gone_to() {
    let _watch = watch();
    paused().block_on(async {
        let start = Instant::now();
        let never = task::spawn(time::sleep(Duration::from_secs(1 << 40)));
        let (sender, receiver) = oneshot::channel();
        let thread = thread::spawn(move || {
            thread::sleep(millis(3));
            sender.send(()).unwrap();
        });
        receiver.await.unwrap();
        assert_eq!(start.elapsed(), Duration::ZERO);
        never.abort();
        thread.join().unwrap();
    });
}

#[test]
fn misuse_panics_and_says_what_is_wrong() {
    let _watch = watch();
    assert!(panic_of(time::pause).contains("outside of a runtime"));
    assert!(panic_of(time::resume).contains("outside of a runtime"));
    let advance = || futures::executor::block_on(time::advance(HOUR));
    assert!(panic_of(advance).contains("outside of a runtime"));

    current_thread().block_on(async {
        assert!(panic_of(time::resume).contains("not paused"));
        time::pause();
        assert!(panic_of(time::pause).contains("paused already"));
        let start = Instant::now();
        let too_far = task::spawn(time::advance(Duration::MAX)).await.unwrap_err();
        assert!(text_of(&*too_far.into_panic()).contains("more time than"));
        assert_eq!(Instant::now(), start);
        time::resume();
        let runs = task::spawn(time::advance(HOUR)).await.unwrap_err();
        assert!(text_of(&*runs.into_panic()).contains("not paused"));
    });

    multi_thread(1).block_on(async {
        assert!(panic_of(time::pause).contains("current-thread"));
    });
    let build = || drop(Builder::new_multi_thread().start_paused(true).build());
    assert!(panic_of(build).contains("current-thread"));
}

#[runtime::test(start_paused = true)]
async fn a_test_starts_paused_if_it_says_so() {
    let start = Instant::now();
    thread::sleep(millis(1));
    assert_eq!(start.elapsed(), Duration::ZERO);
    time::sleep(HOUR).await;
    assert_eq!(start.elapsed(), HOUR);
}

#[runtime::test(start_paused = false)]
async fn a_test_runs_if_it_says_so() {
    let start = Instant::now();
    thread::sleep(millis(1));
    assert!(start.elapsed() >= millis(1));
}
