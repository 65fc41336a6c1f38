//! Random tasks, and permits that are retaken at random: nothing is lost.
//!
//! Each task does a few things that are chosen at random: it computes, blocks, spawns, sleeps, speaks to a server, aborts
//! another. Every completion and every drop is counted. `GOSCHED_STRESS_SECONDS` says for how long this goes on.
//!
//! It has been seen to hang when the task in the slot of a worker without a permit was forgotten instead of moved.
#![cfg(all(feature = "net", feature = "rt-multi-thread", feature = "time"))]

mod support;

use std::collections::HashSet;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use futures::executor;
use runtime::io::{AsyncReadExt, AsyncWriteExt};
use runtime::net::{TcpListener, TcpStream};
use runtime::runtime::{Handle, Runtime};
use runtime::task::{self, Id, JoinHandle};
use runtime::trace::{FlightRecorder, Options};
use runtime::{Builder, time};
use support::{listen, watch_for};

/// How deep tasks may spawn others.
const DEPTH: u32 = 4;

/// What became of all tasks.
#[derive(Default)]
struct Fates {
    begun: AtomicUsize,
    ended: AtomicUsize,
    dropped: AtomicUsize,
    /// How often one was asked to end, which may have been too late.
    aborts: AtomicUsize,
}

/// Lives as long as a task's future.
struct Life {
    fates: Arc<Fates>,
    has_ended: bool,
}

impl Life {
    fn begin(fates: &Arc<Fates>) -> Self {
        fates.begun.fetch_add(1, SeqCst);
        Self { fates: fates.clone(), has_ended: false }
    }

    fn end(mut self) {
        self.has_ended = true;
    }
}

impl Drop for Life {
    fn drop(&mut self) {
        let of = if self.has_ended { &self.fates.ended } else { &self.fates.dropped };
        of.fetch_add(1, SeqCst);
    }
}

/// A small generator of random numbers.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

/// What all tasks of a run know.
#[derive(Clone)]
struct World {
    fates: Arc<Fates>,
    server: SocketAddr,
}

impl World {
    fn spawn(&self, seed: u64, depth: u32) -> JoinHandle<()> {
        let (world, life) = (self.clone(), Life::begin(&self.fates));
        let live: std::pin::Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(async move {
            world.live(&mut Dice(seed | 1), depth).await;
            life.end();
        });
        task::spawn(live)
    }

    async fn live(&self, dice: &mut Dice, depth: u32) {
        for _ in 0..dice.roll(5) {
            match dice.roll(8) {
                0 => spin(Duration::from_micros(dice.roll(3_000))),
                1 => thread::sleep(Duration::from_micros(dice.roll(5_000))),
                2 => time::sleep(Duration::from_micros(dice.roll(3_000))).await,
                3 => task::yield_now().await,
                4 => self.speak(dice).await,
                5 => {
                    task::block_in_place(|| thread::sleep(Duration::from_micros(dice.roll(2_000))))
                }
                _ if depth < DEPTH => self.raise(dice, depth).await,
                _ => {}
            }
        }
    }

    /// Spawns some tasks, and waits for each, or aborts it and waits, or leaves it alone.
    async fn raise(&self, dice: &mut Dice, depth: u32) {
        let seeds: Vec<_> = (0..1 + dice.roll(4)).map(|_| dice.roll(u64::MAX)).collect();
        let tasks: Vec<_> = seeds.into_iter().map(|seed| self.spawn(seed, depth + 1)).collect();
        for task in tasks {
            match dice.roll(4) {
                0 => drop(task),
                1 => {
                    self.fates.aborts.fetch_add(1, SeqCst);
                    task.abort();
                    self.wait_for(task).await;
                }
                _ => self.wait_for(task).await,
            }
        }
    }

    async fn wait_for(&self, task: JoinHandle<()>) {
        if let Err(error) = task.await {
            assert!(error.is_cancelled(), "{error}");
        }
    }

    /// Sends a byte to the server and gets it back.
    async fn speak(&self, dice: &mut Dice) {
        let byte = dice.roll(256) as u8;
        // The system may be out of ports for a moment.
        let Ok(mut stream) = TcpStream::connect(self.server).await else { return };
        stream.write_u8(byte).await.expect("the server reads");
        assert_eq!(stream.read_u8().await.expect("the server answers"), byte);
    }
}

async fn serve(listener: TcpListener) {
    while let Ok((mut stream, _)) = listener.accept().await {
        task::spawn(async move {
            // A task that is aborted closes its connection.
            if let Ok(byte) = stream.read_u8().await {
                let _ = stream.write_u8(byte).await;
            }
        });
    }
}

fn spin(time: Duration) {
    let begin = Instant::now();
    while begin.elapsed() < time {
        std::hint::spin_loop();
    }
}

/// How many tasks wait from the beginning to the end of an observation: several slices of a walk.
const STAY: usize = 1_000;

/// A thread that looks at everything, over and over.
struct Observer {
    is_over: Arc<AtomicBool>,
    thread: thread::JoinHandle<usize>,
    stay: Vec<JoinHandle<()>>,
}

impl Observer {
    fn begin(runtime: &Runtime) -> Self {
        let stay: Vec<_> = (0..STAY).map(|_| runtime.spawn(pending())).collect();
        let (is_over, handle) = (Arc::new(AtomicBool::new(false)), runtime.handle().clone());
        let (ends, ids): (_, HashSet<_>) =
            (is_over.clone(), stay.iter().map(JoinHandle::id).collect());
        let all_wait = || runtime.handle().profile().groups().iter().any(|it| it.count == STAY);
        support::eventually("those that stay wait", all_wait);
        let recorder = Options::new().events_per_thread(1_024).flight_recorder();
        let looks = move || {
            let mut times = 0;
            while !ends.load(SeqCst) {
                look(&handle, &ids);
                // Many threads come and go, and each has its events.
                if times % 16 == 0 {
                    assert_is_json(&recorder);
                }
                times += 1;
            }
            times
        };
        Self { is_over, thread: thread::spawn(looks), stay }
    }

    fn end(self) {
        self.is_over.store(true, SeqCst);
        println!("observed {} times", self.thread.join().expect("what was seen was right"));
        assert!(self.stay.iter().all(|task| !task.is_finished()));
        self.stay.iter().for_each(JoinHandle::abort);
    }
}

/// A dump and a profile, in which those that stay are to be found.
fn look(handle: &Handle, stay: &HashSet<Id>) {
    let dump = handle.dump();
    let seen: Vec<Id> = dump.tasks().filter_map(|task| task.id()).collect();
    let distinct: HashSet<Id> = seen.iter().copied().collect();
    assert_eq!(distinct.len(), seen.len(), "a task is listed twice");
    assert!(distinct.is_superset(stay), "a task that waits is not listed");
    assert!(dump.to_string().contains(&format!("{STAY} tasks waiting: pending")), "{dump}");
    let profile = handle.profile();
    assert!(profile.groups().iter().any(|group| group.count == STAY), "{profile}");
}

fn assert_is_json(recorder: &FlightRecorder) {
    let mut json = Vec::new();
    recorder.write_to(&mut json).unwrap();
    serde_json::from_slice::<serde_json::Value>(&json).expect("a trace is JSON");
}

fn runtime(permits: usize) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(permits).max_blocking_threads(16).retake_at_random(true);
    builder.thread_keep_alive(Duration::from_millis(20)).enable_all().build().unwrap()
}

/// Keeps many tasks going for so long, and sees that each came to its end.
fn run(permits: usize, time: Duration, seed: u64, is_observed: bool) {
    let (runtime, fates) = (runtime(permits), Arc::new(Fates::default()));
    let observer = is_observed.then(|| Observer::begin(&runtime));
    let (listener, server) = runtime.block_on(listen());
    runtime.spawn(serve(listener));
    let world = World { fates: fates.clone(), server };
    let lives = move |seed| {
        let (world, end) = (world.clone(), Instant::now() + time);
        async move {
            let mut dice = Dice(seed);
            while Instant::now() < end {
                world.wait_for(world.spawn(dice.roll(u64::MAX), 0)).await;
            }
        }
    };
    let all: Vec<_> =
        (1..=16).map(|n| runtime.spawn(lives(seed.wrapping_mul(2 * n + 1)))).collect();
    runtime.block_on(lives(seed));
    for one in all {
        executor::block_on(one).unwrap();
    }
    let count = |of: &AtomicUsize| of.load(SeqCst);
    let gone = || count(&fates.ended) + count(&fates.dropped);
    // Those that nobody waited for end by themselves.
    support::eventually("every task ends", || gone() == count(&fates.begun));
    assert!(
        count(&fates.dropped) <= count(&fates.aborts),
        "a task was dropped that nobody aborted"
    );
    if let Some(observer) = observer {
        observer.end();
    }
    println!("{permits} permits: {} tasks, {} aborted", count(&fates.begun), count(&fates.dropped));
    drop(runtime);
    assert_eq!(gone(), count(&fates.begun), "a future was dropped twice");
}

fn nothing_is_lost_if_observed(is_observed: bool) {
    let seconds = std::env::var("GOSCHED_STRESS_SECONDS").map_or(3, |seconds| {
        seconds.parse().expect("GOSCHED_STRESS_SECONDS is a number of seconds")
    });
    let time = Duration::from_secs(seconds);
    let _watch = watch_for(time + Duration::from_secs(60));
    let seed = u64::from(std::process::id()).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for permits in [1, 2, 4] {
        run(permits, time / 3, seed | 1, is_observed);
    }
}

#[test]
fn nothing_is_lost() {
    nothing_is_lost_if_observed(false);
}

#[test]
fn nothing_is_lost_beside_dumps_profiles_and_traces() {
    nothing_is_lost_if_observed(true);
}
