//! Somebody attends the driver, whoever comes and goes: no timer is late for long, and no socket deaf.
//!
//! Most of these would wait for ever if nobody came, or an hour; so they wait for [`LONG`] at most.

use std::future::{pending, poll_fn};
use std::io::Write;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::pin::Pin;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Barrier};
use std::task::{Wake, Waker};
use std::thread;
use std::time::{Duration, Instant};

use mio::net::UnixStream;

use crate::driver::{Closed, Evented, Tick, Timer};
use crate::io::Interest;
use crate::runtime::{Builder, Handle, Runtime, driver};
use crate::task;
use crate::util::block_thread;

/// Longer than anything takes that works.
const LONG: Duration = Duration::from_secs(10);

/// What nobody waits for in these tests.
const HOUR: Duration = Duration::from_secs(3600);

const MOMENT: Duration = Duration::from_millis(20);

fn multi_thread(permits: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(permits).enable_all().build().unwrap()
}

fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Waits in the driver of the runtime that this is polled in.
async fn sleep(duration: Duration) -> Result<(), Closed> {
    let deadline = Instant::now() + duration;
    let mut timer: Option<Pin<Box<Timer>>> = None;
    poll_fn(|cx| {
        let new = || Box::pin(Timer::new(Tick::of(deadline)));
        timer.get_or_insert_with(new).as_mut().poll_elapsed(cx, driver::timers)
    })
    .await
}

/// A socket, registered with the runtime of this thread, and its other end.
fn pair() -> (Evented<UnixStream>, StdUnixStream) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let ours = Evented::new(&driver::io().unwrap(), ours, Interest::READABLE).unwrap();
    (ours, StdUnixStream::from(theirs))
}

async fn readable(socket: Evented<UnixStream>) {
    socket.registration().readiness(Interest::READABLE).await.unwrap();
}

/// Polls `future` once in a task of its own, and goes on when that has been done.
async fn spawn_polled(future: impl Future<Output = ()> + Send + 'static) {
    let mut future = Box::pin(future);
    let (polled, mut is_polled) = crate::sync::mpsc::unbounded_channel();
    task::spawn(async move {
        poll_fn(|cx| {
            let result = future.as_mut().poll(cx);
            let _ = polled.send(());
            result
        })
        .await;
    });
    is_polled.recv().await.unwrap();
}

/// Waits until something is so that nobody announces.
fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < LONG, "never came true: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Waits until a thread of the runtime attends, which has something to wait for, and no other runs.
fn attended(runtime: &Runtime) {
    let scheduler = runtime.handle().scheduler();
    eventually("somebody attends", || {
        scheduler.driver.has_business()
            && !scheduler.driver.lacks_attendance()
            && !scheduler.idle.anyone_runs()
    });
}

fn signal() -> (Sender<()>, Receiver<()>) {
    channel()
}

#[track_caller]
fn arrives(signal: &Receiver<()>, what: &str) {
    signal.recv_timeout(LONG).unwrap_or_else(|_| panic!("{what}"));
}

#[test]
fn a_timer_was_left_alone_by_the_last_thread_that_left_its_worker() {
    let (fired, has_fired) = signal();
    let runtime = multi_thread(2);
    runtime.block_on(spawn_polled(async move {
        sleep(MOMENT).await.unwrap();
        fired.send(()).unwrap();
    }));
    arrives(&has_fired, "nobody waits for the timer");
}

#[test]
fn a_socket_was_left_alone_by_the_last_thread_that_left_its_worker() {
    let (read, was_read) = signal();
    let runtime = multi_thread(2);
    let mut peer = runtime.block_on(async {
        let (ours, peer) = pair();
        spawn_polled(async move {
            readable(ours).await;
            read.send(()).unwrap();
        })
        .await;
        peer
    });
    peer.write_all(b"x").unwrap();
    arrives(&was_read, "nobody waits for the socket");
}

#[test]
fn an_attendant_was_not_told_of_the_timers_of_a_thread_that_left_its_worker() {
    let (fired, has_fired) = signal();
    let runtime = multi_thread(2);
    runtime.block_on(spawn_polled(async { sleep(HOUR).await.unwrap() }));
    attended(&runtime);
    runtime.block_on(spawn_polled(async move {
        sleep(MOMENT).await.unwrap();
        fired.send(()).unwrap();
    }));
    arrives(&has_fired, "the attendant sleeps for an hour");
}

/// The attendant gets an event and stays in its poll until `release`d, which somebody else has to see to.
fn attendant_in_a_long_poll(others_sleep: bool, wait: impl Future<Output = ()> + Send + 'static) {
    let runtime = multi_thread(2);
    let (begun, has_begun) = signal();
    let (seen, was_seen) = signal();
    let (done, is_done) = signal();
    let mut peer = runtime.block_on(async {
        let (ours, peer) = pair();
        if others_sleep {
            let both = Arc::new(Barrier::new(2));
            let tasks = [(); 2].map(|()| {
                let both = both.clone();
                task::spawn(async move { both.wait().is_leader() })
            });
            for task in tasks {
                task.await.unwrap();
            }
        }
        spawn_polled(async move {
            readable(ours).await;
            begun.send(()).unwrap();
            arrives(&was_seen, "nobody looked in while one was in a long poll");
            done.send(()).unwrap();
        })
        .await;
        spawn_polled(async move {
            wait.await;
            seen.send(()).unwrap();
        })
        .await;
        peer
    });
    attended(&runtime);
    peer.write_all(b"x").unwrap();
    arrives(&has_begun, "the first event reaches nobody");
    arrives(&is_done, "the poll did not return");
}

#[test]
fn a_timer_was_missed_while_the_attendant_was_in_a_long_poll() {
    for others_sleep in [false, true] {
        attendant_in_a_long_poll(others_sleep, async { sleep(10 * MOMENT).await.unwrap() });
    }
}

#[test]
fn a_socket_was_deaf_while_the_attendant_was_in_a_long_poll() {
    for others_sleep in [false, true] {
        attendant_in_a_long_poll(others_sleep, async {
            let (ours, mut peer) = pair();
            thread::spawn(move || {
                thread::sleep(10 * MOMENT);
                peer.write_all(b"x").unwrap();
            });
            readable(ours).await;
        });
    }
}

#[test]
fn an_attendant_was_not_told_of_the_timers_of_a_worker_in_a_long_poll() {
    let runtime = multi_thread(2);
    runtime.block_on(spawn_polled(async { sleep(HOUR).await.unwrap() }));
    attended(&runtime);
    runtime.block_on(async {
        let (fired, has_fired) = signal();
        spawn_polled(async move {
            sleep(MOMENT).await.unwrap();
            fired.send(()).unwrap();
        })
        .await;
        arrives(&has_fired, "the attendant sleeps for an hour");
    });
}

#[test]
fn a_thread_in_block_on_without_a_worker_waits_for_timers_and_sockets() {
    for runtime in [current_thread(), multi_thread(1)] {
        let (leave, may_leave) = crate::sync::oneshot::channel();
        let handle = runtime.handle().clone();
        let (entered, has_entered) = signal();
        let other = thread::spawn(move || {
            arrives(&has_entered, "the runtime's worker is not taken");
            handle.block_on(async {
                sleep(MOMENT).await.unwrap();
                let (ours, mut peer) = pair();
                thread::spawn(move || {
                    thread::sleep(MOMENT);
                    peer.write_all(b"x").unwrap();
                });
                readable(ours).await;
                // The one with the worker leaves, and this thread has to attend itself.
                leave.send(()).unwrap();
                sleep(2 * MOMENT).await.unwrap();
            });
        });
        runtime.block_on(async {
            entered.send(()).unwrap();
            may_leave.await.unwrap();
        });
        other.join().unwrap();
    }
}

#[test]
fn timers_go_on_between_two_block_ons_of_a_current_thread_runtime() {
    let runtime = current_thread();
    let (fired, has_fired) = signal();
    runtime.block_on(spawn_polled(async move {
        sleep(MOMENT).await.unwrap();
        fired.send(()).unwrap();
    }));
    thread::sleep(2 * MOMENT);
    runtime.block_on(async {
        while has_fired.try_recv().is_err() {
            task::yield_now().await;
        }
    });
}

#[test]
fn a_foreign_thread_waits_though_no_worker_was_ever_there() {
    let runtime = multi_thread(1);
    let _entered = runtime.enter();
    block_thread::block_on(sleep(MOMENT)).unwrap();

    let runtime = multi_thread(1);
    let _entered = runtime.enter();
    let (ours, mut peer) = pair();
    peer.write_all(b"x").unwrap();
    block_thread::block_on(readable(ours));
}

#[test]
fn a_foreign_thread_is_heard_by_an_attendant_that_waits_for_something_later() {
    let runtime = multi_thread(1);
    let _entered = runtime.enter();
    runtime.block_on(spawn_polled(async { sleep(HOUR).await.unwrap() }));
    attended(&runtime);
    block_thread::block_on(sleep(MOMENT)).unwrap();
    attended(&runtime);
    // The reactor is made now, and the attendant waits without one.
    let (ours, mut peer) = pair();
    peer.write_all(b"x").unwrap();
    block_thread::block_on(readable(ours));
}

/// A waker whose panic must concern nobody else.
struct Panics;

impl Wake for Panics {
    fn wake(self: Arc<Self>) {
        std::panic::resume_unwind(Box::new("a waker panics"));
    }
}

fn timer_that_panics(duration: Duration) -> Pin<Box<Timer>> {
    let mut timer = Box::pin(Timer::new(Tick::of(Instant::now() + duration)));
    let waker = Waker::from(Arc::new(Panics));
    let cx = &mut std::task::Context::from_waker(&waker);
    assert!(timer.as_mut().poll_elapsed(cx, driver::timers).is_pending());
    timer
}

#[test]
fn a_waker_that_panics_does_not_take_the_attendant_away() {
    for runtime in [current_thread(), multi_thread(2)] {
        runtime.block_on(async {
            let (ours, mut peer) = pair();
            let _timer = timer_that_panics(MOMENT);
            sleep(2 * MOMENT).await.unwrap();
            peer.write_all(b"x").unwrap();
            readable(ours).await;
        });
    }
}

#[test]
fn a_waker_that_panicked_at_the_end_kept_the_rest_from_ending() {
    let runtime = multi_thread(2);
    let entered = runtime.enter();
    let _timer = timer_that_panics(HOUR);
    drop(entered);
    let dropped = Arc::new(());
    let held = dropped.clone();
    runtime.spawn(async move {
        let _held = held;
        pending::<()>().await;
    });
    drop(runtime);
    assert_eq!(Arc::strong_count(&dropped), 1, "the task was not dropped");
}

#[test]
fn a_wheel_or_reactor_that_was_made_after_the_end_kept_its_waiters_for_ever() {
    let handle: Handle = multi_thread(1).handle().clone();
    let (ended, has_ended) = signal();
    thread::spawn(move || {
        handle.block_on(async {
            assert_eq!(sleep(HOUR).await, Err(Closed));
            let (ours, _peer) = UnixStream::pair().unwrap();
            let io = driver::io().unwrap();
            assert!(Evented::new(&io, ours, Interest::READABLE).is_err());
        });
        ended.send(()).unwrap();
    });
    arrives(&has_ended, "it waits, or is not refused");
}

/// How often the system let threads of this name run.
#[cfg(target_os = "linux")]
fn times_run(name: &str) -> Option<u64> {
    let tasks = std::fs::read_dir("/proc/self/task").ok()?;
    let named = tasks.filter_map(|task| Some(task.ok()?.path())).filter(|task| {
        std::fs::read_to_string(task.join("comm")).is_ok_and(|comm| comm.trim_end() == name)
    });
    let times = |task: std::path::PathBuf| {
        let statistics = std::fs::read_to_string(task.join("schedstat")).ok()?;
        statistics.split_whitespace().nth(2)?.parse::<u64>().ok()
    };
    named.map(times).sum()
}

#[cfg(target_os = "linux")]
#[test]
fn an_idle_runtime_with_a_socket_and_a_timer_uses_no_processor() {
    const NAME: &str = "idle-attendant";
    let mut builder = Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).enable_all().thread_name(NAME).build().unwrap();
    let _peer = runtime.block_on(async {
        let (ours, peer) = pair();
        spawn_polled(readable(ours)).await;
        spawn_polled(async { sleep(HOUR).await.unwrap() }).await;
        peer
    });
    attended(&runtime);
    // It has announced itself, and is about to wait.
    thread::sleep(MOMENT);
    let Some(before) = times_run(NAME) else { return }; // this system does not count
    thread::sleep(20 * MOMENT);
    let after = times_run(NAME).unwrap();
    assert!(before > 0 && after - before <= 1, "it ran {} times", after - before);
}

#[test]
fn the_end_reaches_who_waits_in_the_reactor() {
    let runtime = multi_thread(2);
    let entered = runtime.enter();
    let (ours, _peer) = pair();
    runtime.block_on(spawn_polled(async { sleep(HOUR).await.unwrap() }));
    attended(&runtime);
    let began = Instant::now();
    drop(entered);
    let handle = runtime.handle().clone();
    runtime.shutdown_timeout(LONG);
    assert!(began.elapsed() < LONG, "the attendant did not leave");
    let scheduler = handle.scheduler();
    assert!(scheduler.driver.take_attendant().is_some(), "the attendant was not put back");
    assert!(block_thread::block_on(ours.registration().readiness(Interest::READABLE)).is_err());
}
