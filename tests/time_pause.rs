//! A clock that is paused: what it shows, when it goes forward by itself, and when it does not.
#![cfg(feature = "test-util")]

mod support;

use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Instant as StdInstant;

use runtime::sync::oneshot;
use runtime::time::{self, Duration, Instant, Interval, Sleep};
use runtime::{Builder, Runtime, task};
use support::{Counts, current_thread, poll_once, watch};

const HOUR: Duration = Duration::from_secs(3_600);

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A runtime whose clock is paused.
fn paused() -> Runtime {
    Builder::new_current_thread().enable_all().start_paused(true).build().unwrap()
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

/// Waits in one way or another, as a number says, and returns for how long that should have taken.
async fn wait_somehow(
    random: u64,
    sleep: &mut Pin<Box<Sleep>>,
    interval: &mut Interval,
) -> Duration {
    // Of any magnitude up to hours.
    let duration = Duration::from_nanos((random >> 8) >> (16 + random % 40));
    let now = Instant::now();
    match random >> 3 & 7 {
        0 => {
            sleep.as_mut().reset(now + duration * 2);
            assert!(poll_once(sleep, &Counts::new()).is_pending() || duration.is_zero());
            sleep.as_mut().reset(now + duration);
            sleep.as_mut().await;
        }
        1 => assert!(time::timeout(duration, std::future::pending::<()>()).await.is_err()),
        2 => {
            interval.reset_after(duration);
            assert_eq!(interval.tick().await, now + duration);
        }
        3 => {
            interval.reset();
            interval.tick().await;
            return interval.period();
        }
        4 => {
            let early = time::timeout(duration * 2 + millis(1), time::sleep(duration));
            early.await.expect("the sleep is shorter");
        }
        _ => time::sleep(duration).await,
    }
    duration
}

/// Many tasks wait, each again and again; and each of them sees the sum of its own waits, to the nanosecond.
#[test]
fn random_programs_see_exactly_the_time_that_they_asked_for() {
    let _watch = watch();
    for seed in 0..20_u64 {
        paused().block_on(async {
            let tasks: Vec<_> = (0..40_u64)
                .map(|n| {
                    task::spawn(async move {
                        let mut random = (seed << 32 | n) ^ 0x9E37_79B9_7F4A_7C15;
                        let mut sleep = Box::pin(time::sleep(HOUR));
                        let mut interval = time::interval(Duration::from_micros(n * 777 + 1));
                        let mut expected = Instant::now();
                        for step in 0..50 {
                            // The generator of Knuth's MMIX, and its high bits first.
                            random = random
                                .wrapping_mul(6_364_136_223_846_793_005)
                                .wrapping_add(1_442_695_040_888_963_407);
                            expected +=
                                wait_somehow(random.swap_bytes(), &mut sleep, &mut interval).await;
                            assert_eq!(
                                Instant::now(),
                                expected,
                                "seed {seed}, task {n}, step {step}"
                            );
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
    }
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

#[test]
fn a_timer_of_another_thread_was_not_heard_of_after_an_earlier_one_was_dropped() {
    let _watch = watch();
    let runtime = paused();
    let handle = runtime.handle().clone();
    let (sender, receiver) = oneshot::channel();
    runtime.block_on(async {
        {
            let mut dropped = pin!(time::sleep(HOUR));
            assert!(poll_once(&mut dropped, &Counts::new()).is_pending());
        }
        let other = thread::spawn(move || {
            thread::sleep(millis(5)); // the worker probably sleeps by now, and expects no moment
            handle.block_on(time::sleep(2 * HOUR));
            sender.send(()).unwrap();
        });
        receiver.await.unwrap();
        other.join().unwrap();
    });
}
